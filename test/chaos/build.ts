import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../support.js';

const OUT = join(ROOT, 'node_modules/.cache/forklore-chaos/child.mjs');

/** The child program as one file that node can run; returns its path. */
export async function buildChild(): Promise<string> {
  await build({
    entryPoints: [join(ROOT, 'test/chaos/child.ts')],
    outfile: OUT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  return OUT;
}
