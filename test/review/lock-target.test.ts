import { describe, expect, it } from 'vitest';
import { folderReader } from '../../src/source/index.js';
import { edit, MINI, miniText, patchOf, reviewEdit, reviewOf } from './mini.js';

const LOCK = '\t\tvma_start_write(vma);\n';
const DUP = '\t\tcopy = vm_area_dup(vma);\n\t\tif (!copy)\n\t\t\tgoto no_memory;\n';
const COPY = '\t\t\terror = copy_page_range(copy, vma);\n';
const END = '\tflush_tlb_mm(parent);\n\tmmap_write_unlock(parent);\n\tif (!error)\n';
const without = (text: string) => edit(text, LOCK, '');

const DEFECTS: [string, (text: string) => string, RegExp][] = [
  [
    'the copy is locked',
    (t) => edit(without(t), DUP, `${DUP}\t\tvma_start_write(copy);\n`),
    /child's copy/,
  ],
  [
    'the lock comes after the copy',
    (t) => edit(without(t), COPY, `${COPY}\t\tvma_start_write(vma);\n`),
    /store|locked/,
  ],
  ['the lock is gone', without, /No VMA of the parent is write-locked/],
  [
    'only writable VMAs are locked',
    (t) => edit(t, LOCK, `\t\tif (vma->vm_flags & VM_WRITE)\n\t${LOCK}`),
    /not write-locked; the kernel asserts/,
  ],
  [
    'the flush comes after the unlock',
    (t) => edit(t, END, '\tmmap_write_unlock(parent);\n\tflush_tlb_mm(parent);\n\tif (!error)\n'),
    /not locked for as long/,
  ],
  [
    'the flush is gone',
    (t) => edit(t, END, '\tmmap_write_unlock(parent);\n\tif (!error)\n'),
    /TLB is not flushed/,
  ],
  [
    'the mmap lock is downgraded after the tree was duplicated',
    (t) =>
      edit(
        edit(
          t,
          '\tmt_clear_in_rcu(walk.mas.tree);\n',
          '\tmmap_write_downgrade(parent);\n\tmt_clear_in_rcu(walk.mas.tree);\n',
        ),
        END,
        '\tflush_tlb_mm(parent);\n\tmmap_read_unlock(parent);\n\tif (!error)\n',
      ),
    /not locked for as long|locked/,
  ],
  [
    'every second VMA is locked',
    (t) =>
      edit(
        edit(t, '\tint error;\n', '\tint error;\n\tint odd = 0;\n'),
        LOCK,
        `\t\tif (odd++ & 1)\n\t${LOCK}`,
      ),
    /locked/,
  ],
];

describe('fork-lock-target finds it when', () => {
  it.each(DEFECTS)('%s', async (_name, change, message) => {
    const { review, finding, traces } = await reviewEdit(change);
    expect(review.status).toBe('reviewed');
    expect(finding).toMatchObject({ verdict: 'violated', change: 'introduced', severity: 'error' });
    expect(finding.message).toMatch(message);
    expect(finding.location.path).toBe('kernel/fork.c');
    expect(finding.location.line).toBeGreaterThan(0);
    const steps = finding.evidence.counterexample!.steps;
    expect(steps.length).toBeGreaterThan(2);
    for (const s of steps) {
      expect(s.thread).not.toBe('');
      expect(s.text).not.toBe('');
      if (s.thread === 'fork')
        expect(s).toMatchObject({ path: expect.stringMatching(/fork\.c$|mm\.h$/) });
    }
    expect(steps.filter((s) => s.thread === 'fork').every((s) => s.function !== '')).toBe(true);
    expect(traces.length).toBe(1);
  });
});

const HARMLESS: [string, (text: string) => string][] = [
  [
    'the lock moves into a helper',
    (t) =>
      edit(
        edit(t, LOCK, '\t\tkeep_faults_out(vma);\n'),
        'static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)\n{\n\tstruct vm_area_struct',
        'static void keep_faults_out(struct vm_area_struct *area)\n{\n\tvma_start_write(area);\n}\n\nstatic int dup_mmap(struct mm_struct *child, struct mm_struct *parent)\n{\n\tstruct vm_area_struct',
      ),
  ],
  [
    'all old VMAs are locked in a loop of their own first',
    (t) =>
      edit(
        edit(
          without(t),
          '\tVMA_ITERATOR(walk, child, 0);\n',
          '\tVMA_ITERATOR(walk, child, 0);\n\tVMA_ITERATOR(first, parent, 0);\n',
        ),
        '\tflush_cache_dup_mm(parent);\n',
        '\tfor_each_vma(first, vma)\n\t\tvma_start_write(vma);\n\tflush_cache_dup_mm(parent);\n',
      ),
  ],
  ['old and new are both locked', (t) => edit(t, DUP, `${DUP}\t\tvma_start_write(copy);\n`)],
  [
    'the locals have other names',
    (t) => t.replace(/\bvma\b/g, 'parent_vma').replace(/\bcopy\b/g, 'vma'),
  ],
  [
    'the VMA has an alias',
    (t) => edit(t, LOCK, '\t\tstruct vm_area_struct *old = vma;\n\n\t\tvma_start_write(old);\n'),
  ],
  [
    'a comment is added',
    (t) => edit(t, LOCK, `\t\t/* vma_start_write(copy) would be wrong here */\n${LOCK}`),
  ],
  [
    'a message is printed',
    (t) => edit(t, LOCK, `${LOCK}\t\tpr_debug("%d areas\\n", child->map_count);\n`),
  ],
];

describe('fork-lock-target is silent when', () => {
  it.each(HARMLESS)('%s', async (_name, change) => {
    const { finding } = await reviewEdit(change);
    expect(finding).toMatchObject({ verdict: 'holds', change: 'none', severity: 'note' });
    expect(finding.evidence).toMatchObject({ exhausted: true, failing: 0, counterexample: null });
    expect(finding.evidence.mutants.caught).toBeGreaterThanOrEqual(2);
  });
});

describe('the version before', () => {
  it('is told from the version after: a defect that was there is existing, one that goes away is fixed', async () => {
    const broken = without;
    const { finding } = await reviewEdit((t) => broken(t));
    expect(finding.change).toBe('introduced');
    const bad = broken(miniText());
    const reader = {
      label: 'test',
      read: async (p: string) => (p === 'kernel/fork.c' ? bad : folderReader(MINI).read(p)),
    };
    const fixed = await reviewOf(patchOf('kernel/fork.c', bad, miniText()), { reader });
    expect(fixed.finding).toMatchObject({ verdict: 'holds', change: 'fixed', severity: 'note' });
    const same = await reviewOf(
      patchOf('kernel/fork.c', bad, edit(bad, '\tcharged = 0;\n', '\tcharged = 0UL;\n')),
      {
        reader,
      },
    );
    expect(same.finding).toMatchObject({
      verdict: 'violated',
      change: 'existing',
      severity: 'warning',
    });
  });
});

describe('what is not understood', () => {
  it('is inconclusive, and named with its line', async () => {
    const { review, finding } = await reviewEdit((t) =>
      edit(t, LOCK, '\t\tnew_lock_scheme(vma);\n'),
    );
    expect(review.status).toBe('inconclusive');
    expect(finding.verdict).toBe('inconclusive');
    expect(finding.message).toMatch(/new_lock_scheme\(\) is not modelled.*kernel\/fork\.c:\d+/);
  });

  it('a call that gets the iterator could do anything to the walk', async () => {
    const { finding } = await reviewEdit((t) => edit(t, LOCK, `\t\tskip_ahead(&walk);\n${LOCK}`));
    expect(finding.verdict).toBe('inconclusive');
    expect(finding.message).toContain('skip_ahead() is not modelled');
  });

  it('a call whose result decides is tried both ways, and said to be', async () => {
    const { finding } = await reviewEdit((t) =>
      edit(t, LOCK, `\t\tif (system_feels_lucky())\n\t${LOCK}`),
    );
    expect(finding).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(finding.evidence.assumptions.join()).toContain('system_feels_lucky()');
  });
});
