import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/judge/load.js';
import { reviewPatch } from '../../src/review.js';
import type { TraceFile } from '../../src/sim/explore/trace.js';
import { readTrace, runTrace, writeTrace } from '../../src/sim/explore/trace.js';
import { folderReader } from '../../src/source/index.js';
import type { ContentReader } from '../../src/source/types.js';
import { edit, MINI, miniText, patchOf } from './mini.js';

const RULES = await loadRules();
const FORK = 'kernel/fork.c';
type Change = (text: string) => string;

/** Reviews `change` on a tree whose fork.c has `flaw` already. */
async function review(rule: string, flaw: Change, change: Change) {
  const before = flaw(miniText());
  const base = folderReader(MINI);
  const reader: ContentReader = {
    label: 'flawed',
    read: (path) => (path === FORK ? Promise.resolve(before) : base.read(path)),
  };
  const traces: TraceFile[] = [];
  const { findings } = await reviewPatch(patchOf(FORK, before, change(before)), {
    reader,
    rules: RULES.filter((r) => r.id === rule),
    keep: (t) => `trace ${traces.push(t) - 1}`,
    explore: { mutants: false },
    suggest: false,
  });
  return { findings, traces };
}

const noPolicyPut: Change = (t) => edit(t, '\tmpol_put(vma_policy(copy));\n', '');
const noFree: Change = (t) => edit(t, '\tvm_area_free(copy);\n', '\t;\n');
const chargeKept: Change = (t) => edit(t, '\tvm_unacct_memory(charged);\n', '');
const noFileReference: Change = (t) => edit(t, '\t\t\tget_file(file);\n', '');
const noTotal: Change = (t) => edit(t, '\tchild->stack_vm = parent->stack_vm;\n', '');
const noWritable: Change = (t) =>
  edit(t, '\t\t\tif (vma_is_shared_maywrite(copy))\n\t\t\t\tmapping_allow_writable(fmap);\n', '');

const PRIVATE = '\t\tif (is_vm_hugetlb_page(copy))\n\t\t\thugetlb_dup_vma_private(copy);\n';
const COPY =
  '\t\tif (!(copy->vm_flags & VM_WIPEONFORK))\n\t\t\terror = copy_page_range(copy, vma);\n';
const privateLate: Change = (t) => edit(edit(t, PRIVATE, ''), COPY, `${PRIVATE}${COPY}`);
const privateNever: Change = (t) => edit(t, PRIVATE, '');

describe('a breach beside one that was there', () => {
  it.each([
    ['fork-unwind', noPolicyPut, noFree, /neither freed/],
    ['fork-unwind', noPolicyPut, chargeKept, /stay committed/],
    ['fork-unwind', chargeKept, noPolicyPut, /policy/],
    ['fork-unwind', noFileReference, noFree, /neither freed/],
    ['fork-accounting', noTotal, noWritable, /i_mmap_writable/],
    ['fork-accounting', noWritable, noTotal, /stack_vm/],
    ['fork-publication', privateLate, privateNever, /keeps the private data/],
  ] as const)('%s: %o, then %o', async (rule, flaw, change, says) => {
    const { findings, traces } = await review(rule, flaw, change);
    expect(findings.map((f) => f.change)).toEqual(['introduced', 'existing']);
    const [fresh, old] = findings;
    expect(fresh.message).toMatch(says);
    expect(old.message).not.toMatch(says);
    expect(fresh.id).not.toBe(old.id);
    for (const t of traces) expect(runTrace(readTrace('t', writeTrace(t))).ended).toBe('violated');
  });

  it.each([
    ['lines move', (t: string) => edit(t, '\tint error;\n', '\tint error;\n\n\t/* more */\n\n')],
    ['the copy is renamed', (t: string) => t.replace(/\bcopy\b/g, 'fresh')],
    [
      'a message is printed',
      (t: string) =>
        edit(t, '\t\tchild->map_count++;\n', '\t\tchild->map_count++;\n\t\tpr_debug("x");\n'),
    ],
    [
      'a helper gives back',
      (t: string) =>
        edit(
          edit(t, '\tvm_unacct_memory(charged);\n', '\tgive_back(charged);\n'),
          '#ifdef CONFIG_MMU\nstatic int dup_mmap',
          'static void give_back(unsigned long n)\n{\n\tvm_unacct_memory(n);\n}\n\n#ifdef CONFIG_MMU\nstatic int dup_mmap',
        ),
    ],
  ])('stays existing when %s', async (_name, change) => {
    const { findings } = await review('fork-unwind', noPolicyPut, change);
    expect(findings.map((f) => f.change)).toEqual(['existing']);
  });

  it('is all that is told where the one before is mended', async () => {
    const mendAndBreak: Change = (t) =>
      noFree(edit(t, 'put_policy:\n', 'put_policy:\n\tmpol_put(vma_policy(copy));\n'));
    const { findings } = await review('fork-unwind', noPolicyPut, mendAndBreak);
    expect(findings.map((f) => f.change)).toEqual(['introduced']);
    expect(findings[0].message).toMatch(/neither freed/);
  });

  it('says nothing new of a defect that is mended while another stays', async () => {
    const both: Change = (t) => chargeKept(noPolicyPut(t));
    const mend: Change = (t) =>
      edit(t, '\terror = -ENOMEM;\n', '\terror = -ENOMEM;\n\tvm_unacct_memory(charged);\n');
    const { findings } = await review('fork-unwind', both, mend);
    expect(findings.map((f) => f.change)).toEqual(['existing']);
  });
});
