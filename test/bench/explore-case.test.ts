import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';
import { caseFiles } from './case-files.js';
import { casesFor, MUTANTS, type Mutant } from './cases.js';
import { exploreCase, lowerCase } from './explore-case.js';
import { mutate } from './mutants.js';
import { forkScenario } from './scenario.js';

const TREE = join(ROOT, 'fixtures', 'mini-6.12');
const one = casesFor({ quick: true, kernel: false }).filter((c) => c.threads === 1);

describe('mutants of the miniature tree', () => {
  const text = readFileSync(join(TREE, 'kernel/fork.c'), 'utf8');
  const mutants = Object.keys(MUTANTS).map(Number) as Mutant[];

  it.each(mutants.filter((m) => m !== 0 && m !== 8))('%i changes the source', (m) => {
    expect(mutate(text, m)).not.toBe(text);
  });

  it.each(mutants)('%i is lowered without anything left out', async (m) => {
    const program = await lowerCase(caseFiles(TREE, { ...one[0], mutant: m }));
    expect(program.notes.filter((n) => n.level === 'error')).toEqual([]);
  });
});

describe('one other thread', () => {
  it.each(one)('mutant $mutant: $ours, where fork.pml says $spin', async (c) => {
    const found = await exploreCase(caseFiles(TREE, c), c, 'all');
    expect(found.verdict).toBe(c.ours);
    if (c.ours === 'violated') {
      expect(c.because).toContain(found.property);
      expect(found.shared).toBeGreaterThan(0);
      expect(found.steps).toBeGreaterThanOrEqual(found.shared);
    }
  });
});

describe('the scenario', () => {
  it('is the start of fork.pml: the last VMA is untouched, the first has a read-only page', () => {
    const s = forkScenario({ vmas: 3, threads: 2, accesses: 1 });
    expect(s.vmas.map((v) => v.pages)).toEqual([
      ['writable', 'exclusive-ro'],
      ['writable', 'none'],
      ['none', 'none'],
    ]);
    expect(s.vmas.map((v) => v.anonVma)).toEqual([true, true, false]);
    expect(s.threads).toHaveLength(2);
  });
});
