import { beforeAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../src/judge/load.js';
import { editedLines } from '../../src/player/edited.js';
import { deltaOf } from '../../src/sim/mutate/delta.js';
import { type Mutant, mutantsOf } from '../../src/sim/mutate/mutants.js';
import type { Program } from '../../src/sim/program.js';
import { lowered } from '../litmus/fork-programs.js';
import { miniText } from '../review/mini.js';

const text = miniText().split('\n');
let program: Program;
let mutants: Mutant[];

beforeAll(async () => {
  program = await lowered();
  const rule = (await loadRules()).find((r) => r.id === 'fork-lock-target')!;
  mutants = mutantsOf(program, rule.applies.entry, { ...rule.mutants, past: rule.mutants.past! });
});

const linesOf = (m: Mutant): string[] =>
  [...(editedLines(program, deltaOf(program, m.program)).get('dup_mmap') ?? [])].map((at) =>
    text[at].trim(),
  );

describe('the lines that a mutant edits', () => {
  it.each([
    ['delete-all', 'vma_start_write', /^vma_start_write\(vma\);$/],
    ['substitute', 'vma_start_write', /^vma_start_write\(vma\);$/],
    ['move', 'vma_start_write', /^vma_start_write\(vma\);$/],
    ['delete-all', 'flush_tlb_mm', /^flush_tlb_mm\(parent\);$/],
    ['move', 'flush_tlb_mm', /^flush_tlb_mm\(parent\);$/],
  ])('%s of %s', (operator, step, line) => {
    const of = mutants.filter((m) => m.operator === operator && m.step === step);
    expect(of.length).toBeGreaterThan(0);
    for (const m of of) {
      const lines = linesOf(m);
      expect(lines, m.label).toHaveLength(1);
      expect(lines[0]).toMatch(line);
    }
  });

  it('are none for no edit', () => {
    expect(editedLines(program, deltaOf(program, program)).size).toBe(0);
  });
});
