import { describe, expect, it } from 'vitest';
import { folderReader } from '../../src/source/index.js';
import { edit, MINI, miniText, patchOf, reviewEdit, reviewOf } from './mini.js';

const LOCK = '\t\tvma_start_write(mpnt);\n';
const DUP = '\t\ttmp = vm_area_dup(mpnt);\n\t\tif (!tmp)\n\t\t\tgoto fail_nomem;\n';
const COPY = '\t\t\tretval = copy_page_range(tmp, mpnt);\n';
const END = '\tflush_tlb_mm(oldmm);\n\tmmap_write_unlock(oldmm);\n\tif (!retval)\n';
const without = (text: string) => edit(text, LOCK, '');

const DEFECTS: [string, (text: string) => string, RegExp][] = [
  [
    'the copy is locked',
    (t) => edit(without(t), DUP, `${DUP}\t\tvma_start_write(tmp);\n`),
    /child's copy/,
  ],
  [
    'the lock comes after the copy',
    (t) => edit(without(t), COPY, `${COPY}\t\tvma_start_write(mpnt);\n`),
    /store|locked/,
  ],
  ['the lock is gone', without, /No VMA of the parent is write-locked/],
  [
    'only writable VMAs are locked',
    (t) => edit(t, LOCK, `\t\tif (mpnt->vm_flags & VM_WRITE)\n\t${LOCK}`),
    /not write-locked; the kernel asserts/,
  ],
  [
    'the flush comes after the unlock',
    (t) => edit(t, END, '\tmmap_write_unlock(oldmm);\n\tflush_tlb_mm(oldmm);\n\tif (!retval)\n'),
    /not locked for as long/,
  ],
  [
    'the flush is gone',
    (t) => edit(t, END, '\tmmap_write_unlock(oldmm);\n\tif (!retval)\n'),
    /TLB is not flushed/,
  ],
  [
    'the mmap lock is downgraded after the tree was duplicated',
    (t) =>
      edit(
        edit(
          t,
          '\tmt_clear_in_rcu(vmi.mas.tree);\n',
          '\tmmap_write_downgrade(oldmm);\n\tmt_clear_in_rcu(vmi.mas.tree);\n',
        ),
        END,
        '\tflush_tlb_mm(oldmm);\n\tmmap_read_unlock(oldmm);\n\tif (!retval)\n',
      ),
    /not locked for as long|locked/,
  ],
  [
    'every second VMA is locked',
    (t) =>
      edit(
        edit(t, '\tint retval;\n', '\tint retval;\n\tint odd = 0;\n'),
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
        edit(t, LOCK, '\t\tkeep_faults_out(mpnt);\n'),
        'static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)\n{\n\tstruct vm_area_struct',
        'static void keep_faults_out(struct vm_area_struct *area)\n{\n\tvma_start_write(area);\n}\n\nstatic int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)\n{\n\tstruct vm_area_struct',
      ),
  ],
  [
    'all old VMAs are locked in a loop of their own first',
    (t) =>
      edit(
        edit(
          without(t),
          '\tVMA_ITERATOR(vmi, mm, 0);\n',
          '\tVMA_ITERATOR(vmi, mm, 0);\n\tVMA_ITERATOR(first, oldmm, 0);\n',
        ),
        '\tflush_cache_dup_mm(oldmm);\n',
        '\tfor_each_vma(first, mpnt)\n\t\tvma_start_write(mpnt);\n\tflush_cache_dup_mm(oldmm);\n',
      ),
  ],
  ['old and new are both locked', (t) => edit(t, DUP, `${DUP}\t\tvma_start_write(tmp);\n`)],
  [
    'the locals have other names',
    (t) => t.replace(/\bmpnt\b/g, 'parent_vma').replace(/\btmp\b/g, 'vma'),
  ],
  [
    'the VMA has an alias',
    (t) => edit(t, LOCK, '\t\tstruct vm_area_struct *old = mpnt;\n\n\t\tvma_start_write(old);\n'),
  ],
  [
    'a comment is added',
    (t) => edit(t, LOCK, `\t\t/* vma_start_write(tmp) would be wrong here */\n${LOCK}`),
  ],
  [
    'a message is printed',
    (t) => edit(t, LOCK, `${LOCK}\t\tpr_debug("%d areas\\n", mm->map_count);\n`),
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
      patchOf('kernel/fork.c', bad, edit(bad, '\tcharge = 0;\n', '\tcharge = 0UL;\n')),
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
      edit(t, LOCK, '\t\tnew_lock_scheme(mpnt);\n'),
    );
    expect(review.status).toBe('inconclusive');
    expect(finding.verdict).toBe('inconclusive');
    expect(finding.message).toMatch(/new_lock_scheme\(\) is not modelled.*kernel\/fork\.c:\d+/);
  });

  it('a call that gets the iterator could do anything to the walk', async () => {
    const { finding } = await reviewEdit((t) => edit(t, LOCK, `\t\tskip_ahead(&vmi);\n${LOCK}`));
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
