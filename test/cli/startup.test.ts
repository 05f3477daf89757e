import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';

let inputs: Metafile['inputs'];

beforeAll(async () => {
  const made = await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    outfile: 'main.js',
    metafile: true,
  });
  inputs = made.metafile.inputs;
});

/** npm packages that are loaded together with a module, without asking for them later. */
function loadedWith(module: string): string[] {
  const seen = new Set([module]);
  const packages = new Set<string>();
  for (const path of seen)
    for (const i of inputs[path].imports) {
      if (i.kind === 'dynamic-import' || i.path.startsWith('node:')) continue;
      if (i.external) packages.add(i.path);
      else seen.add(i.path);
    }
  return [...packages].sort();
}

describe('a start loads only what it needs', () => {
  it('the command line: nothing but its parser', () => {
    expect(loadedWith('src/cli/main.ts')).toEqual(['commander']);
  });

  it('a review: no YAML, no schemas, no server, and the C grammar when something is parsed', () => {
    const packages = loadedWith('src/cli/review.ts');
    expect(packages).toEqual(['@zone-eu/mailsplit', 'diff', 'parse-diff']);
  });
});
