import { symbol, type Value } from '../machine/value.js';
import { VM_PAT } from './pat.js';
import { LOCK_CACHE, VMA_CACHE } from './primitives/caches.js';
import { TASK } from './primitives/support.js';
import { XA_ZERO_ENTRY } from './primitives/tree.js';

/** Bits of vm_flags, include/linux/mm.h of 6.12 on x86-64. */
export const VM_FLAGS: Readonly<Record<string, number>> = {
  VM_NONE: 0,
  VM_READ: 0x1,
  VM_WRITE: 0x2,
  VM_EXEC: 0x4,
  VM_SHARED: 0x8,
  VM_MAYREAD: 0x10,
  VM_MAYWRITE: 0x20,
  VM_MAYEXEC: 0x40,
  VM_MAYSHARE: 0x80,
  VM_GROWSDOWN: 0x100,
  VM_UFFD_MISSING: 0x200,
  VM_PFNMAP: 0x400,
  VM_UFFD_WP: 0x1000,
  VM_LOCKED: 0x2000,
  VM_IO: 0x4000,
  VM_SEQ_READ: 0x8000,
  VM_RAND_READ: 0x10000,
  VM_DONTCOPY: 0x20000,
  VM_DONTEXPAND: 0x40000,
  VM_LOCKONFAULT: 0x80000,
  VM_ACCOUNT: 0x100000,
  VM_NORESERVE: 0x200000,
  VM_HUGETLB: 0x400000,
  VM_SYNC: 0x800000,
  /** VM_PAT of x86: page frames whose memory type this VMA has reserved. */
  VM_PAT,
  VM_WIPEONFORK: 0x2000000,
  VM_DONTDUMP: 0x4000000,
  VM_SOFTDIRTY: 0x8000000,
  VM_MIXEDMAP: 0x10000000,
  VM_HUGEPAGE: 0x20000000,
  VM_NOHUGEPAGE: 0x40000000,
  VM_MERGEABLE: 0x80000000,
  VM_LOCKED_MASK: 0x82000,
};

const OTHERS: Readonly<Record<string, Value>> = {
  NULL: 0,
  true: 1,
  false: 0,
  EPERM: 1,
  EINTR: 4,
  EAGAIN: 11,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  EINVAL: 22,
  ULONG_MAX: 18446744073709551615n,
  UINT_MAX: 4294967295,
  INT_MAX: 2147483647,
  PAGE_SHIFT: 12,
  PAGE_SIZE: 4096,
  SINGLE_DEPTH_NESTING: 1,
  MMF_VM_MERGEABLE: 16,
  MMF_VM_HUGEPAGE: 17,
  MMF_VM_MERGE_ANY: 30,
  MMF_HAS_UPROBES: 19,
  MMF_RECALC_UPROBES: 20,
  MMF_UNSTABLE: 22,
  MMF_OOM_SKIP: 21,
  XA_ZERO_ENTRY,
  vm_area_cachep: VMA_CACHE,
  vma_lock_cachep: LOCK_CACHE,
  current: TASK,
};

/** Value of a named constant; undefined where it is not known. */
export function knownConstant(name: string): Value {
  if (Object.hasOwn(VM_FLAGS, name)) return VM_FLAGS[name];
  return Object.hasOwn(OTHERS, name) ? OTHERS[name] : undefined;
}

/** The same, and a symbol for one that is not known, which only a use of its value makes inconclusive. */
export const constant = (name: string): Value => knownConstant(name) ?? symbol(name);
