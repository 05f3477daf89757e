import { vmaSpec } from '../../src/sim/kinds.js';
import type { Scenario, VmaSpec } from '../../src/sim/scenario.js';
import { edit, type Version } from './fork-programs.js';
import { scenario, stores } from './fork-scenarios.js';

const kind = (name: string, more: Partial<VmaSpec> = {}): VmaSpec => {
  const vma = vmaSpec({ kind: name, ...more });
  if (!vma) throw new Error(`no kind ${name}`);
  return vma;
};
const of = (...kinds: string[]) => kinds.map((k) => kind(k));
const quiet = (...kinds: string[]) => scenario(kinds.join(' '), of(...kinds));
const failing = (...kinds: string[]) =>
  scenario(`${kinds.join(' ')}, a failure`, of(...kinds), [], { failures: 1 });

export interface PlantedEnd {
  property: string;
  version: Version;
  scenario: Scenario;
  /** The only property asked for, where something else breaks before it. */
  asked?: string[];
}

const planted = (
  property: string,
  name: string,
  from: string,
  to: string,
  s: Scenario,
  only = false,
): PlantedEnd => ({
  property,
  version: { name, change: (t) => edit(t, from, to) },
  scenario: s,
  ...(only ? { asked: [property] } : {}),
});

const INSERT = `\t\t\ti_mmap_lock_write(fmap);
\t\t\tif (vma_is_shared_maywrite(copy))
\t\t\t\tmapping_allow_writable(fmap);
\t\t\tflush_dcache_mmap_lock(fmap);
\t\t\tvma_interval_tree_insert_after(copy, vma, &fmap->i_mmap);
\t\t\tflush_dcache_mmap_unlock(fmap);
\t\t\ti_mmap_unlock_write(fmap);
`;
const OPEN = '\t\tif (copy->vm_ops && copy->vm_ops->open)\n\t\t\tcopy->vm_ops->open(copy);\n';
const PRIVATE = '\t\tif (is_vm_hugetlb_page(copy))\n\t\t\thugetlb_dup_vma_private(copy);\n';
const STORE = '\t\tvma_iter_bulk_store(&walk, copy);\n';
const COPY =
  '\t\tif (!(copy->vm_flags & VM_WIPEONFORK))\n\t\t\terror = copy_page_range(copy, vma);\n';
const BOTH =
  '\tif (mmap_write_lock_killable(parent))\n\t\treturn -EINTR;\n\tflush_cache_dup_mm(parent);\n\tuprobe_dup_mmap(parent, child);\n\tmmap_write_lock_nested(child, SINGLE_DEPTH_NESTING);\n';

/** Defects that show when the run has ended, or while bookkeeping is done, with no thread beside fork. */
export const PLANTED_ENDS: PlantedEnd[] = [
  planted(
    'published-early',
    'the reserve map is cleared never',
    PRIVATE,
    '',
    quiet('hugetlb-private'),
  ),
  {
    property: 'published-early',
    version: {
      name: 'open() comes after i_mmap',
      change: (t) => edit(edit(t, OPEN, ''), COPY, `${OPEN}${COPY}`),
    },
    scenario: quiet('hugetlb'),
  },
  {
    property: 'vma-order',
    version: {
      name: 'open() comes after a copy that failed',
      change: (t) =>
        edit(
          edit(t, OPEN, ''),
          '\t\t\tgoto settle;\n\t\t}\n\t}\n',
          `\t\t\tgoto settle;\n\t\t}\n${OPEN}\t}\n`,
        ),
    },
    scenario: failing('pfnmap'),
  },
  {
    property: 'vma-order',
    version: {
      name: 'the store comes after the copy',
      change: (t) =>
        edit(edit(t, STORE, ''), '\terror = arch_dup_mmap', `\terror = arch_dup_mmap`).replace(
          '\t\t\tgoto settle;\n\t\t}\n\t}\n',
          () => `\t\t\tgoto settle;\n\t\t}\n${STORE}\t}\n`,
        ),
    },
    scenario: failing('anon'),
    asked: ['vma-order'],
  },
  planted(
    'vma-order',
    'open() runs before vm_mm is set',
    '\t\tcopy->vm_mm = child;\n',
    `${OPEN}\t\tcopy->vm_mm = child;\n`,
    quiet('pfnmap'),
    true,
  ),
  {
    property: 'lock-order',
    version: {
      name: "the child's mmap lock comes first",
      change: (t) =>
        edit(
          t,
          BOTH,
          '\tmmap_write_lock_nested(child, SINGLE_DEPTH_NESTING);\n\tif (mmap_write_lock_killable(parent)) {\n\t\tmmap_write_unlock(child);\n\t\treturn -EINTR;\n\t}\n',
        ),
    },
    scenario: quiet('anon'),
  },
  {
    property: 'lock-order',
    version: {
      name: 'copies pages under i_mmap_rwsem',
      change: (t) =>
        edit(
          t,
          '\t\t\ti_mmap_unlock_write(fmap);\n',
          '\t\t\tif (!(copy->vm_flags & VM_WIPEONFORK))\n\t\t\t\terror = copy_page_range(copy, vma);\n\t\t\ti_mmap_unlock_write(fmap);\n',
        ),
    },
    scenario: quiet('pfnmap'),
  },
  {
    property: 'lock-order',
    version: {
      name: 'takes a VMA lock under i_mmap_rwsem',
      change: (t) =>
        edit(
          edit(t, '\t\tvm_flags_clear(copy, VM_LOCKED_MASK);\n', ''),
          '\t\t\tflush_dcache_mmap_lock(fmap);\n',
          '\t\t\tvm_flags_clear(copy, VM_LOCKED_MASK);\n\t\t\tflush_dcache_mmap_lock(fmap);\n',
        ),
    },
    scenario: quiet('shared-file'),
  },
  planted(
    'unwind',
    'the policy is kept',
    '\tmpol_put(vma_policy(copy));\n',
    '\t;\n',
    failing('policy'),
  ),
  planted(
    'unwind',
    'the policy of the parent is put',
    'mpol_put(vma_policy(copy))',
    'mpol_put(vma_policy(vma))',
    failing('policy'),
  ),
  planted(
    'unwind',
    'a failed vma_dup_policy() puts the policy',
    '\t\t\tgoto free_copy;\n',
    '\t\t\tgoto put_policy;\n',
    failing('policy'),
  ),
  planted('unwind', 'the VMA is kept', '\tvm_area_free(copy);\n', '\t;\n', failing('anon')),
  planted(
    'unwind',
    "frees the parent's VMA",
    '\tvm_area_free(copy);\n',
    '\tvm_area_free(vma);\n',
    failing('anon'),
  ),
  planted(
    'unwind',
    'frees the VMA twice',
    '\tvm_area_free(copy);\n',
    '\tvm_area_free(copy);\n\tvm_area_free(copy);\n',
    failing('anon'),
  ),
  planted('unwind', 'the charge is kept', '\tvm_unacct_memory(charged);\n', '', failing('anon')),
  planted(
    'unwind',
    "another iteration's charge",
    '\t\tcharged = 0;\n',
    '',
    failing('anon', 'policy'),
  ),
  planted(
    'unwind',
    'a file reference too few',
    '\t\t\tget_file(file);\n',
    '',
    quiet('shared-file'),
  ),
  planted(
    'unwind',
    'a file reference too many',
    '\t\t\tget_file(file);\n',
    '\t\t\tget_file(file);\n\t\t\tget_file(file);\n',
    quiet('private-file'),
  ),
  planted(
    'unwind',
    'un-links a chain that was never made',
    'free_copy:\n',
    'free_copy:\n\tunlink_anon_vmas(copy);\n',
    failing('policy'),
  ),
  planted('accounting', 'map_count is not raised', '\t\tchild->map_count++;\n', '', quiet('anon')),
  planted(
    'accounting',
    'map_count is raised when the copy is done',
    '\t\tchild->map_count++;\n',
    '',
    failing('anon'),
    true,
  ),
  planted(
    'accounting',
    'total_vm keeps what is not copied',
    '\t\t\tvm_stat_account(child, vma->vm_flags, -vma_pages(vma));\n',
    '',
    quiet('dontcopy', 'anon'),
  ),
  planted(
    'accounting',
    "the parent's counters change",
    '\t\t\tvm_stat_account(child, vma->vm_flags, -vma_pages(vma));\n',
    '\t\t\tvm_stat_account(parent, vma->vm_flags, -vma_pages(vma));\n',
    quiet('dontcopy', 'anon'),
  ),
  planted(
    'accounting',
    'stack_vm is not taken over',
    '\tchild->stack_vm = parent->stack_vm;\n',
    '',
    quiet('stack'),
  ),
  planted(
    'accounting',
    'nothing is charged',
    '\t\tif (vma->vm_flags & VM_ACCOUNT) {\n',
    '\t\tif (vma->vm_flags & VM_NORESERVE) {\n',
    quiet('anon'),
  ),
  planted(
    'accounting',
    'a writable mapping is not counted',
    '\t\t\tif (vma_is_shared_maywrite(copy))\n\t\t\t\tmapping_allow_writable(fmap);\n',
    '',
    quiet('shared-file'),
  ),
  planted(
    'failure-lost',
    'a failed vma_dup_policy() is passed over',
    '\t\tif (error)\n\t\t\tgoto free_copy;\n',
    '',
    failing('policy'),
  ),
  planted(
    'failure-lost',
    'the error becomes positive',
    '\terror = -ENOMEM;\n',
    '\terror = ENOMEM;\n',
    failing('anon'),
    true,
  ),
  planted(
    'failure-lost',
    'a failed copy is passed over',
    '\t\tif (error) {\n\t\t\t/* The copy',
    '\t\tif (0) {\n\t\t\t/* The copy',
    failing('anon', 'anon'),
  ),
  planted(
    'content',
    'nothing is skipped',
    '\t\tif (vma->vm_flags & VM_DONTCOPY) {\n',
    '\t\tif (vma->vm_flags & VM_WIPEONFORK) {\n',
    quiet('dontcopy'),
    true,
  ),
  planted(
    'content',
    'copies from the copy',
    'copy_page_range(copy, vma)',
    'copy_page_range(vma, copy)',
    quiet('anon'),
    true,
  ),
  planted('content', 'copies no pages', COPY, '', quiet('anon')),
  planted(
    'content',
    'copies what is to be wiped',
    '\t\tif (!(copy->vm_flags & VM_WIPEONFORK))\n\t\t\terror',
    '\t\t\terror',
    quiet('wipeonfork'),
    true,
  ),
  planted(
    'content',
    'locked memory is inherited',
    '\t\tvm_flags_clear(copy, VM_LOCKED_MASK);\n',
    '',
    quiet('locked'),
  ),
  planted(
    'content',
    'vm_mm stays the parent',
    '\t\tcopy->vm_mm = child;\n',
    '',
    quiet('anon'),
    true,
  ),
  planted(
    'content',
    "the parent's flags change",
    'vm_flags_clear(copy, VM_LOCKED_MASK)',
    'vm_flags_clear(vma, VM_LOCKED_MASK)',
    quiet('locked'),
  ),
  planted(
    'rmap',
    'anon_vma_fork() is left out',
    '\t\t\tif (anon_vma_fork(copy, vma))\n\t\t\t\tgoto put_policy;\n',
    '\t\t\t;\n',
    quiet('anon'),
  ),
  planted(
    'rmap',
    'a wiped VMA keeps the anon_vma',
    '\t\t\tcopy->anon_vma = NULL;\n',
    '\t\t\t;\n',
    quiet('wipeonfork'),
  ),
  planted(
    'rmap',
    'the file does not lead to the copy',
    '\t\t\tvma_interval_tree_insert_after(copy, vma, &fmap->i_mmap);\n',
    '',
    quiet('private-file'),
  ),
  {
    property: 'rmap',
    version: {
      name: 'i_mmap comes after the copy',
      change: (t) =>
        edit(
          edit(t, INSERT, ''),
          '\t\tif (error) {\n\t\t\t/* The copy',
          `\t\tif (file) {\n\t\t\tstruct address_space *fmap = file->f_mapping;\n\n${INSERT}\t\t}\n\t\tif (error) {\n\t\t\t/* The copy`,
        ),
    },
    scenario: quiet('relro'),
  },
  planted(
    'lock-state',
    'i_mmap_rwsem is kept',
    '\t\t\ti_mmap_unlock_write(fmap);\n',
    '',
    quiet('private-file'),
    true,
  ),
  planted(
    'lock-state',
    'i_mmap_rwsem is released twice',
    '\t\t\ti_mmap_unlock_write(fmap);\n',
    '\t\t\ti_mmap_unlock_write(fmap);\n\t\t\ti_mmap_unlock_write(fmap);\n',
    quiet('private-file'),
  ),
  planted(
    'lock-state',
    'the mmap lock is released twice',
    '\tflush_tlb_mm(parent);\n',
    '\tflush_tlb_mm(parent);\n\tmmap_write_unlock(parent);\n',
    quiet('anon'),
  ),
  planted(
    'store-allocates',
    'a range is cleared by a plain store',
    'error = vma_iter_clear_gfp(&walk, vma->vm_start, vma->vm_end, GFP_KERNEL);',
    'mas_set_range(&walk.mas, vma->vm_start, vma->vm_end - 1);\n\t\t\tmas_store(&walk.mas, NULL);',
    quiet(
      ...'padding padding padding padding dontcopy padding padding padding padding padding'.split(
        ' ',
      ),
    ),
    true,
  ),
  {
    property: 'groundless-failure',
    version: {
      name: 'an error that is not there',
      change: (t) =>
        t.replace(
          /(\w+) = arch_dup_mmap\((\w+), (\w+)\);/,
          '$1 = arch_dup_mmap($2, $3) ? 0 : -ENOMEM;',
        ),
    },
    scenario: quiet('anon'),
    asked: ['groundless-failure'],
  },
  planted(
    'unregistered',
    'khugepaged is not told',
    '\t\tkhugepaged_fork(child, parent);\n',
    '',
    quiet('anon'),
  ),
  {
    property: 'huge-entry',
    version: { name: 'no lock', change: (t) => edit(t, '\t\tvma_start_write(vma);\n', '') },
    scenario: scenario('a huge page', [kind('huge')], stores(1)),
    asked: ['huge-entry'],
  },
];
