import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, pointer, type Value } from '../../machine/value.js';
import { addTo, getFile, putFile, sharedMaywrite } from '../ledger.js';
import { CHILD, failing, int, nameOf, object, vmaArg } from './support.js';

/** dup_mm_exe_file(), kernel/fork.c: the child gets a reference of its own. */
function dupExeFile(env: Env, to: Value, from: Value): Value {
  const child = object(env, to, 'dup_mm_exe_file()', 'mm');
  const file = env.world.get(object(env, from, 'dup_mm_exe_file()', 'mm'), 'exe_file');
  getFile(env, file);
  env.world.put(child, 'exe_file', file);
  return 0;
}

const HUGETLB_LOCK = '__hugetlb_lock';
const VM_MAYSHARE = 0x80;
const VM_HUGETLB = 0x400000;

/** hugetlb_dup_vma_private(), mm/hugetlb.c: what vm_private_data points to is the parent's, but for a lock of its own. */
function* clearPrivate(env: Env, x: Value): Visible {
  const vma = vmaArg(env, x, 'hugetlb_dup_vma_private()');
  const data = env.world.get(vma, 'vm_private_data');
  if (data === pointer(vma.obj, HUGETLB_LOCK)) return 0;
  if (isPtr(data) && int(env, vma, '__opened') > 0)
    yield failing(
      'vma-order',
      `takes the reserve map off ${nameOf(env, vma)}, whose open() took a reference to it`,
    );
  env.world.put(vma, 'vm_private_data', 0);
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
    env.world.put(vma, 'vm_private_data', pointer(vma.obj, HUGETLB_LOCK));
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
  hugetlb_dup_vma_private: function* (env, [vma]) {
    return yield* clearPrivate(env, vma);
  },
  /** The name of 6.0 and 6.1. */
  reset_vma_resv_huge_pages: function* (env, [vma]) {
    return yield* clearPrivate(env, vma);
  },
  driver_open: function* (env, [vma]) {
    return yield* open(env, vma);
  },
};
