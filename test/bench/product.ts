import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The parts of the product that the benchmark drives. */
export interface Product {
  lowerProgram: typeof import('../../src/cfront/index.js').lowerProgram;
  isModelled: typeof import('../../src/sim/known.js').isModelled;
  skeletonHelpers: typeof import('../../src/source/index.js').skeletonHelpers;
  buildForkSystem: typeof import('../../src/sim/explore/fork-system.js').buildForkSystem;
  Search: typeof import('../../src/sim/explore/search.js').Search;
  shortest: typeof import('../../src/sim/explore/shortest.js').shortest;
  replay: typeof import('../../src/sim/explore/replay.js').replay;
  FEATURES_6_12: typeof import('../../src/sim/kernel/features.js').FEATURES_6_12;
  copyWithoutProtection: typeof import('../../src/sim/kernel/primitives/pages.js').copyWithoutProtection;
  PROPERTIES: typeof import('../../src/sim/property/properties.js').PROPERTIES;
}

const MODULES = [
  'cfront/index.js',
  'sim/known.js',
  'source/index.js',
  'sim/explore/fork-system.js',
  'sim/explore/search.js',
  'sim/explore/shortest.js',
  'sim/explore/replay.js',
  'sim/kernel/features.js',
  'sim/kernel/primitives/pages.js',
  'sim/property/properties.js',
];

/** Loads the built product from `<root>/dist`: what is measured is what users run. */
export async function loadProduct(root: string): Promise<Product> {
  const load = (path: string) => import(pathToFileURL(join(root, 'dist', path)).href);
  return Object.assign({}, ...(await Promise.all(MODULES.map(load))));
}
