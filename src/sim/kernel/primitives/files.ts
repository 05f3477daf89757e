import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, keyOf, type Ptr, pointer, symbol, type Value } from '../../machine/value.js';
import { addTo, getFile, putFile, sharedMaywrite } from '../ledger.js';
import { CHILD, failing, int, nameOf, object, PARENT, vmaArg } from './support.js';

/** What others see of a VMA that they reach through its file. */
const SEEN = ['vm_mm', 'vm_private_data', 'vm_policy', 'vm_file', 'vm_ops', 'vm_start', 'vm_end'];

/** The part of a VMA that must not change once it can be reached, as text. */
export const publishedForm = (env: Pick<Env, 'world'>, vma: Ptr): [string, string][] =>
  SEEN.map((f) => [f, keyOf(env.world.get(vma, f))]);

const original = (env: Env, vma: Ptr): Ptr | null => {
  const k = env.world.get(vma, '__origin');
  const found = env.world.objs.find((o) => o.kind === 'vma' && o.fields.get('__origin') === k);
  return found ? pointer(found.id, '') : null;
};

/** vma_interval_tree_insert_after(): from here on truncate, migration and uprobes find the VMA. */
function* insertAfter(env: Env, x: Value, y: Value): Visible {
  const what = 'vma_interval_tree_insert_after()';
  const vma = vmaArg(env, x, what);
  const prev = vmaArg(env, y, what);
  const name = nameOf(env, vma);
  const file = env.world.get(vma, 'vm_file');
  const mapping = isPtr(file) ? env.world.get(file, 'f_mapping') : 0;
  if (!isPtr(mapping) || !int(env, mapping, '__i_mmap_rwsem'))
    yield failing('lock-state', `puts ${name} into i_mmap without its lock`);
  if (env.world.obj(vma).kind === 'vma' || int(env, vma, '__in_i_mmap'))
    yield failing('rmap', `puts ${name} into i_mmap, where it is already`);
  else if (
    env.world.get(prev, 'vm_file') !== file ||
    (env.world.obj(prev).kind !== 'vma' && !int(env, prev, '__in_i_mmap'))
  )
    yield failing('rmap', `puts ${name} behind ${nameOf(env, prev)}, which is not in that i_mmap`);
  if (env.world.get(vma, 'vm_mm') === PARENT && env.world.obj(vma).kind !== 'vma')
    yield failing('published-early', `${name} is in i_mmap while its vm_mm is the parent's`);
  const own = original(env, vma);
  const data = env.world.get(vma, 'vm_private_data');
  if (
    own &&
    isPtr(data) &&
    data === env.world.get(own, 'vm_private_data') &&
    env.world.obj(vma).kind !== 'vma'
  )
    yield failing(
      'published-early',
      `${name} is in i_mmap with the private data of ${nameOf(env, own)}`,
    );
  addTo(env, vma, '__in_i_mmap', 1);
  for (const [field, form] of publishedForm(env, vma))
    env.world.put(vma, `__published.${field}`, symbol(form));
  return 0;
}

/** dup_mm_exe_file(), kernel/fork.c: the child gets a reference of its own. */
function dupExeFile(env: Env, to: Value, from: Value): Value {
  const child = object(env, to, 'dup_mm_exe_file()', 'mm');
  const file = env.world.get(object(env, from, 'dup_mm_exe_file()', 'mm'), 'exe_file');
  getFile(env, file);
  env.world.put(child, 'exe_file', file);
  return 0;
}

const VM_MAYSHARE = 0x80;
const VM_HUGETLB = 0x400000;

/** hugetlb_dup_vma_private(), mm/hugetlb.c: what vm_private_data points to is the parent's. */
function clearPrivate(env: Env, x: Value): Value {
  env.world.put(vmaArg(env, x, 'hugetlb_dup_vma_private()'), 'vm_private_data', 0);
  return 0;
}

/** A driver's open(): it counts a user more. That of hugetlb makes the lock of a shared VMA. */
function* open(env: Env, x: Value): Visible {
  const vma = vmaArg(env, x, 'open()');
  const name = nameOf(env, vma);
  if (env.world.obj(vma).kind === 'vma')
    yield failing('vma-order', `opens ${name}, which the parent has open`);
  else if (env.world.get(vma, 'vm_mm') !== CHILD)
    yield failing('vma-order', `open() finds the parent's mm in ${name}`);
  addTo(env, vma, '__opened', 1);
  const flags = int(env, vma, 'vm_flags');
  if (flags & VM_HUGETLB && flags & VM_MAYSHARE)
    env.world.put(vma, 'vm_private_data', pointer(vma.obj, '__hugetlb_lock'));
  return 0;
}

/** References to files, the file's reverse map, and a driver's view of a VMA. */
export const FILES: Record<string, Primitive> = {
  get_file: (env, [file]) => {
    getFile(env, object(env, file, 'get_file()'));
    return file;
  },
  fput: (env, [file]) => {
    putFile(env, object(env, file, 'fput()'));
    return 0;
  },
  vma_interval_tree_insert_after: function* (env, [vma, prev]) {
    return yield* insertAfter(env, vma, prev);
  },
  mapping_rmap_tree_insert_after: function* (env, [vma, prev]) {
    return yield* insertAfter(env, vma, prev);
  },
  mapping_allow_writable: (env, [mapping]) => {
    addTo(env, object(env, mapping, 'mapping_allow_writable()', 'mapping'), '__writable', 1);
    return 0;
  },
  mapping_unmap_writable: (env, [mapping]) => {
    addTo(env, object(env, mapping, 'mapping_unmap_writable()', 'mapping'), '__writable', -1);
    return 0;
  },
  vma_is_shared_maywrite: (env, [vma]) =>
    sharedMaywrite(env, vmaArg(env, vma, 'vma_is_shared_maywrite()')) ? 1 : 0,
  dup_mm_exe_file: (env, [to, from]) => dupExeFile(env, to, from),
  hugetlb_dup_vma_private: (env, [vma]) => clearPrivate(env, vma),
  /** The name of 6.0 and 6.1. */
  reset_vma_resv_huge_pages: (env, [vma]) => clearPrivate(env, vma),
  driver_open: function* (env, [vma]) {
    return yield* open(env, vma);
  },
};
