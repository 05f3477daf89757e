import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { ROOT } from '../support.js';

/** Folder of patches and tree to compare on instead, for a larger run by hand. */
const { FORKLORE_COMPARE: folder, FORKLORE_COMPARE_TREE: tree } = process.env;

function examples(): string[] {
  if (folder)
    return readdirSync(folder)
      .filter((f) => f.endsWith('.patch'))
      .map((f) => join(folder, f));
  const rules = join(ROOT, 'rules');
  const patches = readdirSync(rules, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.patch'))
    .sort();
  return patches.filter((_, k) => k % 9 === 0).map((f) => join(rules, f));
}

const reader = (file: string) =>
  folderReader(
    tree ?? join(ROOT, 'fixtures', /bulk/.test(basename(file)) ? 'mini-6.1' : 'mini-6.12'),
  );

/** A review without what tells one run from another, with or without what versions know of each other. */
async function review(file: string, apart: boolean): Promise<unknown> {
  const { patches } = await reviewSeries(await readInput(basename(file), readFileSync(file)), {
    reader: reader(file),
    rules: await loadRules(),
    keep: () => 'trace',
    explore: { mutants: false, ...(apart ? { steps: undefined } : {}) },
  });
  return patches;
}

describe('a review in which versions know of each other', () => {
  it.each(examples())('is the same as one in which each runs by itself: %s', async (file) => {
    expect(await review(file, false)).toEqual(await review(file, true));
  });
});
