import { vmaSpec } from '../../src/sim/kinds.js';
import type { Scenario, VisitorKind } from '../../src/sim/scenario.js';
import { edit } from './fork-programs.js';

const VISITORS: VisitorKind[] = [
  'swapoff',
  'uprobe',
  'ksmd',
  'khugepaged',
  'userfaultfd',
  'truncate',
  'mm-holder',
];

/** A child that every walker has a route to, of VMAs of these kinds. */
export const visited = (...kinds: string[]): Scenario => ({
  id: 'visited',
  vmas: kinds.map((kind) => vmaSpec({ kind })!),
  threads: [],
  visitors: VISITORS,
  failures: 1,
  signal: true,
  faultFailures: false,
});

/** VMAs that open a route for each walker, with others to fail at behind them. */
export const ROUTES = visited('userfaultfd', 'swap', 'private-file', 'anon', 'dontcopy');

/** An edit of one of the files; the others stay. */
export type Change = (text: string, path: string) => string;

const inFile =
  (file: string) =>
  (...pairs: [string, string][]): Change =>
  (text, path) =>
    path === file ? pairs.reduce((t, [from, to]) => edit(t, from, to), text) : text;
const fork = inFile('kernel/fork.c');
const mmap = inFile('mm/mmap.c');

const UNSTABLE = '\t\tset_bit(MMF_UNSTABLE, &child->flags);\n';
const FLUSH = '\tflush_tlb_mm(parent);\n';
const MARKER = '\t\t\tmas_store(&walk.mas, XA_ZERO_ENTRY);\n';
const HOOKS = '\t\tksm_fork(child, parent);\n\t\tkhugepaged_fork(child, parent);\n';
const PUT = '\tmmput(child);\n\tif (error)\n\t\tuprobe_end_dup_mmap();\n';
const FAILED = '\tif (error)\n\t\tgoto give_up;\n\tuprobe_end_dup_mmap();\n';

/** A defect of what happens around and after dup_mmap(), and the property that it breaks. */
export interface Defect {
  name: string;
  property: string;
  change: Change;
}

export const DEFECTS: readonly Defect[] = [
  {
    name: 'a failed child is not marked as unstable',
    property: 'half-built-visible',
    change: fork([UNSTABLE, '']),
  },
  {
    name: 'a failed child is marked after its lock is released',
    property: 'half-built-visible',
    change: fork([UNSTABLE, ''], [FLUSH, `${FLUSH}\tif (erroror)\n${UNSTABLE}`]),
  },
  {
    name: 'only a child with a failure marker is marked as unstable',
    property: 'half-built-visible',
    change: fork([
      `\t\t\tset_bit(MMF_OOM_SKIP, &child->flags);\n\t\t}\n${UNSTABLE}`,
      `\t\t\tset_bit(MMF_OOM_SKIP, &child->flags);\n\t${UNSTABLE}\t\t}\n`,
    ]),
  },
  {
    name: 'the monitor is told of every fork',
    property: 'event-delivered',
    change: fork([
      '\t\tdup_userfaultfd_fail(&events);\n',
      '\t\tdup_userfaultfd_complete(&events);\n',
    ]),
  },
  {
    name: 'scanners are told of every child',
    property: 'half-built-hook',
    change: fork([HOOKS, ''], ['\tif (!error) {\n', `${HOOKS}\tif (!error) {\n`]),
  },
  {
    name: 'scanners are told before the loop',
    property: 'half-built-hook',
    change: fork(
      [HOOKS, ''],
      ['\tmt_clear_in_rcu(walk.mas.tree);\n', `${HOOKS}\tmt_clear_in_rcu(walk.mas.tree);\n`],
    ),
  },
  {
    name: 'khugepaged keeps a child that exits',
    property: 'half-built-hook',
    change: mmap(['\tkhugepaged_exit(space);\n', '']),
  },
  {
    name: 'no failure marker',
    property: 'parent-vma-left',
    change: fork([MARKER, '']),
  },
  {
    name: 'the failure marker reaches into the next entry',
    property: 'failure-marker',
    change: fork(['vma->vm_end - 1);\n\t\t\tmas_store', 'vma->vm_end);\n\t\t\tmas_store']),
  },
  {
    name: 'the failure marker takes the place of the last copy',
    property: 'failure-marker',
    change: fork(['\t\t\tvma = vma_next(&walk);\n', '']),
  },
  {
    name: 'teardown does not look for a marker in front',
    property: 'failure-marker',
    change: mmap(['if (!first || xa_is_zero(first))', 'if (!first)']),
  },
  {
    name: 'teardown frees up to the end of the tree',
    property: 'failure-marker',
    change: mmap(['vma && !xa_is_zero(vma); vma', 'vma; vma']),
  },
  {
    name: 'teardown forgets the nodes of a tree without copies',
    property: 'tree-leak',
    change: mmap(['\t\tmmap_write_lock(space);\n\t\tgoto destroy;\n', '\t\treturn;\n']),
  },
  {
    name: 'a failed child is never put',
    property: 'tree-leak',
    change: fork(['\tmmput(child);\n', '']),
  },
  {
    name: 'the uprobe section ends before the put',
    property: 'guard-teardown',
    change: fork([PUT, '\tif (error)\n\t\tuprobe_end_dup_mmap();\n\tmmput(child);\n']),
  },
  {
    name: 'the uprobe section ends after dup_mmap()',
    property: 'guard-teardown',
    change: fork(
      [FAILED, '\tuprobe_end_dup_mmap();\n\tif (error)\n\t\tgoto give_up;\n'],
      [PUT, '\tmmput(child);\n'],
    ),
  },
];

/** Edits that change nothing that a walker or the teardown could tell. */
export const HARMLESS: readonly { name: string; change: Change }[] = [
  { name: 'nothing', change: (t) => t },
  {
    name: 'the flags of a failed child in the other order',
    change: fork(
      [UNSTABLE, ''],
      ['\t} else {\n\t\tif (vma) {\n', `\t} else {\n${UNSTABLE}\t\tif (vma) {\n`],
    ),
  },
  {
    name: 'a failed fork needs no notice of the OOM killer',
    change: fork(['\t\t\tset_bit(MMF_OOM_SKIP, &child->flags);\n', '']),
  },
  {
    name: 'the parent is unlocked before the child',
    change: fork(
      ['\tmmap_write_unlock(child);\n\tflush_tlb_mm(parent);\n', '\tflush_tlb_mm(parent);\n'],
      [
        '\tmmap_write_unlock(parent);\n\tif (!error)\n',
        '\tmmap_write_unlock(parent);\n\tmmap_write_unlock(child);\n\tif (!error)\n',
      ],
    ),
  },
  {
    name: 'the section ends through a helper',
    change: fork([
      PUT,
      '\tmmput(child);\n\tif (error == 0)\n\t\treturn NULL;\n\tuprobe_end_dup_mmap();\n',
    ]),
  },
];
