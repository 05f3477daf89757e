import { isPtr, type Ptr, pointer, type Value } from '../machine/value.js';
import type { World } from '../machine/world.js';
import { CHILD, KERNEL, PAGE } from './primitives/support.js';

/**
 * Who owns what: counts of references on the objects themselves, changed by the models of the functions that take and
 * give them. Nothing is judged here; `property/end` compares the counts with what the child's tree holds.
 */
type Has = { world: World };

const VM_ACCOUNT = 0x100000;
const VM_SHARED_MAYWRITE = 0x28;

const count = (env: Has, p: Ptr, field: string): number => {
  const x = env.world.get(p, field);
  return typeof x === 'number' ? x : 0;
};

/** Adds `by` to the count in `field` of an object; of NULL and of what has no count, nothing. */
export function addTo(env: Has, x: Value, field: string, by: number): void {
  if (isPtr(x)) env.world.put(x, field, count(env, x, field) + by);
}

export const getFile = (env: Has, file: Value): void => addTo(env, file, '__refs', 1);
export const putFile = (env: Has, file: Value): void => addTo(env, file, '__refs', -1);
export const putPolicy = (env: Has, policy: Value): void => addTo(env, policy, '__refs', -1);

/** Pages that a VMA is charged for. */
export function chargeOf(env: Has, vma: Ptr): number {
  return count(env, vma, 'vm_flags') & VM_ACCOUNT ? pageCount(env, vma) : 0;
}
export const pageCount = (env: Has, vma: Ptr): number =>
  (count(env, vma, 'vm_end') - count(env, vma, 'vm_start')) / PAGE;

/** Takes `pages` (signed) from the commit count. */
export const uncharge = (env: Has, pages: number): void => addTo(env, KERNEL, 'committed', -pages);

/** Shared, and the mapping may be made writable. */
export const sharedMaywrite = (env: Has, vma: Ptr): boolean =>
  (count(env, vma, 'vm_flags') & VM_SHARED_MAYWRITE) === VM_SHARED_MAYWRITE;

/** Field of the kernel object: a file counts every shared mapping. */
export const COUNTS_SHARED = '__counts_shared';
const VM_SHARED = 0x8;

/** The mapping counts in the file's i_mmap_writable. */
export const countsAsWritable = (env: Has, vma: Ptr): boolean =>
  env.world.get(KERNEL, COUNTS_SHARED) === 1
    ? (count(env, vma, 'vm_flags') & VM_SHARED) !== 0
    : sharedMaywrite(env, vma);

const mappingOf = (env: Has, vma: Ptr): Value => {
  const file = env.world.get(vma, 'vm_file');
  return isPtr(file) ? env.world.get(file, 'f_mapping') : 0;
};

/** unlink_file_vma(): out of the file's i_mmap, and out of its count of writable mappings. */
export function unlinkFile(env: Has, vma: Ptr): void {
  if (!isPtr(env.world.get(vma, 'vm_file'))) return;
  addTo(env, vma, '__in_i_mmap', -1);
  if (countsAsWritable(env, vma)) addTo(env, mappingOf(env, vma), '__writable', -1);
}

/** unlink_anon_vmas(): a VMA without chain that holds another one's anon_vma takes that one off its count. */
export function unlinkAnon(env: Has, vma: Ptr): void {
  const anon = env.world.get(vma, 'anon_vma');
  if (isPtr(anon) && anon.obj !== vma.obj) addTo(env, pointer(anon.obj, ''), '__anon_active', -1);
  env.world.put(vma, '__chain', 0);
  env.world.put(vma, 'anon_vma', 0);
}

/** vm_ops->close(), where there is one. */
export function close(env: Has, vma: Ptr): void {
  const ops = env.world.get(vma, 'vm_ops');
  if (isPtr(ops) && env.world.get(ops, 'close')) addTo(env, vma, '__opened', -1);
}

/** vm_area_free(): the VMA and its lock, nothing else that it points to. `alone`: not the lock. */
export function freeVma(env: Has, vma: Ptr, alone = false): void {
  const lock = env.world.get(vma, 'vm_lock');
  if (!alone && isPtr(lock) && env.world.obj(lock).kind === 'lock')
    env.world.put(lock, '__freed', 1);
  if (env.world.obj(vma).kind === 'vma') addTo(env, vma, '__parent_freed', 1);
  else env.world.put(vma, '__freed', 1);
}

/** remove_vma(), mm/vma.c: close, file, policy, the VMA. */
export function removeVma(env: Has, vma: Ptr): void {
  close(env, vma);
  putFile(env, env.world.get(vma, 'vm_file'));
  putPolicy(env, env.world.get(vma, 'vm_policy'));
  freeVma(env, vma);
}

/** __mmput(): the reference to the executable. */
export function putExeFile(env: Has): void {
  putFile(env, env.world.get(CHILD, 'exe_file'));
  env.world.put(CHILD, 'exe_file', 0);
}
