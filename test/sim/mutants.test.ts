import { beforeAll, describe, expect, it } from 'vitest';
import { labelsOf } from '../../src/sim/machine/liveness.js';
import { type Mutant, type MutationPlan, mutantsOf } from '../../src/sim/mutate/mutants.js';
import { sitesOf } from '../../src/sim/mutate/sites.js';
import type { Func, Instr, Program } from '../../src/sim/program.js';
import { edit, LOCK, lowered } from '../litmus/fork-programs.js';

const PLAN: MutationPlan = {
  steps: ['vma_start_write', 'flush_tlb_mm', 'vm_area_dup', 'mmap_write_unlock'],
  past: ['copy_page_range', 'mmap_write_unlock'],
  operators: ['delete-all', 'delete', 'move', 'substitute'],
};

const changed = (before: Program, after: Program): Func[] =>
  Object.values(after.functions).filter((f) => f !== before.functions[f.name]);
const texts = (code: readonly Instr[]): string[] =>
  code.map((i) => JSON.stringify(i, (_k, x) => (typeof x === 'bigint' ? `${x}n` : x))).sort();

/** Every jump leads to a label of the function, and no label stands twice. */
function wellFormed(f: Func): void {
  const labels = labelsOf(f.code);
  expect(f.code.filter((i) => i.op === 'label')).toHaveLength(labels.size);
  for (const i of f.code) {
    if (i.op === 'jump') expect(labels.has(i.to)).toBe(true);
    if (i.op === 'branch') expect(labels.has(i.then) && labels.has(i.else)).toBe(true);
  }
}

describe.each([
  ['one lock', (t: string) => t],
  [
    'two locks',
    (t: string) =>
      edit(t, LOCK, `${LOCK}\t\tif (vma->vm_flags & VM_WRITE)\n\t\t\tvma_start_write(vma);\n`),
  ],
])('mutants of dup_mmap() with %s', (_name, change) => {
  let program: Program;
  let mutants: Mutant[];
  beforeAll(async () => {
    program = await lowered(change);
    mutants = mutantsOf(program, 'dup_mmap', PLAN);
  });
  const of = (operator: string) => mutants.filter((m) => m.operator === operator);

  it('change one function, keep it well formed, and leave the program that they are made from alone', () => {
    const before = JSON.stringify(texts(program.functions.dup_mmap.code));
    expect(mutants.length).toBeGreaterThan(8);
    for (const m of mutants) {
      const functions = changed(program, m.program);
      expect(functions.length, m.label).toBe(1);
      functions.forEach(wellFormed);
      expect(PLAN.steps).toContain(m.step);
    }
    expect(JSON.stringify(texts(program.functions.dup_mmap.code))).toBe(before);
  });

  it('keep every instruction when they move one', () => {
    expect(of('move').length).toBeGreaterThan(0);
    for (const m of of('move'))
      for (const f of changed(program, m.program)) {
        expect(texts(f.code), m.label).toEqual(texts(program.functions[f.name].code));
        expect(f.code).not.toEqual(program.functions[f.name].code);
      }
  });

  it('leave out calls of the step only, and all of them, when they delete', () => {
    for (const m of of('delete-all')) {
      const [f] = changed(program, m.program);
      const calls = (code: readonly Instr[], name: string) =>
        code.filter((i) => i.op === 'call' && 'name' in i.callee && i.callee.name === name).length;
      const others = (code: readonly Instr[]) =>
        code.filter((i) => i.op === 'call').length - calls(code, m.step);
      expect(calls(f.code, m.step)).toBe(0);
      expect(others(f.code)).toBe(others(program.functions[f.name].code));
    }
  });

  it('change arguments of one call when they substitute', () => {
    expect(of('substitute').length).toBeGreaterThan(0);
    const heads = (code: readonly Instr[]) =>
      texts(code.map((i) => (i.op === 'call' ? { ...i, args: [] } : i)));
    for (const m of of('substitute')) {
      const [f] = changed(program, m.program);
      const old = program.functions[f.name].code;
      expect(heads(f.code), m.label).toEqual(heads(old));
      const [a, b] = [texts(f.code), texts(old)];
      expect(
        a.filter((t) => !b.includes(t)),
        m.label,
      ).toHaveLength(1);
    }
  });

  it('have names that tell the mutants of one place apart', () => {
    const seen = new Map<string, number>();
    for (const m of mutants) seen.set(m.label, (seen.get(m.label) ?? 0) + 1);
    const sites = sitesOf(program, 'dup_mmap', PLAN.steps);
    const ofText = (label: string) =>
      sites.filter((s) => {
        const f = program.functions[s.func];
        return label.startsWith(f.refs[f.code[s.calls[0]].ref].text.replace(/;$/, ''));
      }).length;
    for (const [label, n] of seen) if (n > 1) expect([label, n]).toEqual([label, ofText(label)]);
  });

  it('come in the same order each time', () => {
    const again = mutantsOf(program, 'dup_mmap', PLAN);
    expect(again.map((m) => m.label)).toEqual(mutants.map((m) => m.label));
  });
});
