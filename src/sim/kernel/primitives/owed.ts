import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, symbol, type Value } from '../../machine/value.js';
import { owes } from '../features.js';
import { VM_PAT, withoutPat } from '../pat.js';
import { unknownCallee } from '../unknown.js';
import { hasFlag, MMF_HAS_UPROBES, MMF_RECALC_UPROBES, setFlag } from './flags.js';
import { heldAtAll } from './mmap_lock.js';
import {
  allocate,
  CHILD,
  ENOMEM,
  failing,
  int,
  KERNEL,
  nameOf,
  object,
  PARENT,
  vmaArg,
} from './support.js';

/** Fields of the child: copies that the architecture holds; what has released the MMU notifiers, and when. */
export const ARCH = '__arch';
export const NOTIFIERS = '__notifiers';
export const EARLY_UNMAP = '__unmapped_early';
/** Field of a copy: it has reserved the memory type of its page frames itself. Of the kernel: whose was given up wrongly. */
const RESERVED = '__reserved';
export const RESERVATION_LOST = '__reservation_lost';
/** Field of the kernel: the caches of the parent are flushed, or it was told that they are not. */
const FLUSHED = '__caches_flushed';

const VM_PFNMAP = 0x400;

const mm = (env: Env, x: Value, what: string): Ptr => object(env, x, what, 'mm');
const isMm = (env: Env, x: Value): x is Ptr => isPtr(x) && env.world.obj(x).kind === 'mm';

/** `*mm = *oldmm`: all that mm_init() does not set anew is the parent's. */
function copyMm(env: Env, x: Value, y: Value): Value {
  const [dst, src] = [mm(env, x, 'copy of an mm'), mm(env, y, 'copy of an mm')];
  if (dst === PARENT && src !== PARENT) env.breach('content', "overwrites the parent's mm");
  if (dst !== src) env.world.copy(dst, src);
  return dst;
}

/** arch_dup_mmap(), both mmap locks held: the child's part of what the architecture keeps for an mm; may fail. */
function* archDup(env: Env, x: Value, y: Value): Visible {
  const what = 'arch_dup_mmap()';
  const [from, to] = [mm(env, x, what), mm(env, y, what)];
  if (from !== PARENT || to !== CHILD)
    yield failing('content', `${what} from the ${nameOf(env, from)} to the ${nameOf(env, to)}`);
  for (const p of [PARENT, CHILD])
    if (!heldAtAll(env, p))
      yield failing('lock-state', `${what} without the mmap lock of the ${nameOf(env, p)}`);
  if (!(yield* allocate(env, 'arch_dup_mmap'))) return ENOMEM;
  if (int(env, to, ARCH)) yield failing('unwind', `${what} for the second time`);
  env.world.put(to, ARCH, 1);
  return 0;
}

/** uprobe_dup_mmap(), kernel/events/uprobes.c: the child's pages have the parent's breakpoints, and its mm says so. */
function dupUprobes(env: Env, x: Value, y: Value): Value {
  const [from, to] = [mm(env, x, 'uprobe_dup_mmap()'), mm(env, y, 'uprobe_dup_mmap()')];
  if (!hasFlag(env.world, from, MMF_HAS_UPROBES)) return 0;
  setFlag(env.world, to, MMF_HAS_UPROBES, true);
  return setFlag(env.world, to, MMF_RECALC_UPROBES, true);
}

function setPat(env: Env, vma: Ptr, on: boolean): void {
  for (const field of ['vm_flags', '__vm_flags']) {
    const rest = withoutPat(env.world.get(vma, field));
    if (typeof rest === 'number') env.world.put(vma, field, on ? rest + VM_PAT : rest);
  }
}

/** untrack_pfn_clear() of x86: the copy has reserved nothing yet. */
function untrack(env: Env, x: Value): Value {
  const vma = vmaArg(env, x, 'untrack_pfn_clear()');
  setPat(env, vma, false);
  return 0;
}

/** track_pfn_copy() in copy_page_range(): the copy reserves the memory type of its page frames for itself. */
export function reservesFrames(env: Env, dst: Ptr, src: Ptr): void {
  if ((int(env, src, 'vm_flags') & (VM_PFNMAP | VM_PAT)) !== (VM_PFNMAP | VM_PAT)) return;
  setPat(env, dst, true);
  env.world.put(dst, RESERVED, 1);
}

/** Unmapping ends a reservation (untrack_pfn() by VM_PAT), and must not come before the MMU notifiers have been told. */
export function unmapsPages(env: Env, vma: Ptr): void {
  const flags = int(env, vma, 'vm_flags');
  if (flags & VM_PFNMAP && flags & VM_PAT && int(env, vma, RESERVED) === 0)
    env.world.put(KERNEL, RESERVATION_LOST, symbol(nameOf(env, vma)));
  env.world.put(vma, RESERVED, 0);
  if (int(env, CHILD, NOTIFIERS) === 0) env.world.put(CHILD, EARLY_UNMAP, 1);
}

/** flush_cache_dup_mm(), Documentation/core-api/cachetlb.rst: what the parent's caches hold is in memory when pages are copied. */
export function* cachesFlushed(env: Env, src: Ptr): Visible {
  if (!owes(env.features, 'flush_cache_dup_mm') || int(env, KERNEL, FLUSHED)) return 0;
  yield failing('content', `copies pages of ${nameOf(env, src)} before flush_cache_dup_mm(parent)`);
  env.world.put(KERNEL, FLUSHED, 1);
  return 0;
}

/** Steps of fork and of the teardown that each have one effect of their own; `property/end/owed.ts` looks at what is left. */
export const OWED: Record<string, Primitive> = {
  'copy mm_struct': (env, [dst, src]) => copyMm(env, dst, src),
  /** Of another size than the whole, which is a struct assignment: what the rest holds is nobody's. */
  memcpy: (env, args, type) =>
    isMm(env, args[0]) && isMm(env, args[1])
      ? args[0]
      : unknownCallee(env, [symbol('memcpy'), ...args], type),
  mm_init_owner: (env, [x, task]) => {
    env.world.put(mm(env, x, 'mm_init_owner()'), 'owner', task);
    return 0;
  },
  arch_dup_mmap: function* (env, [from, to]) {
    return yield* archDup(env, from, to);
  },
  arch_exit_mmap: (env, [x]) => {
    env.world.put(mm(env, x, 'arch_exit_mmap()'), ARCH, 0);
    return 0;
  },
  uprobe_dup_mmap: (env, [from, to]) => dupUprobes(env, from, to),
  untrack_pfn_clear: (env, [vma]) => untrack(env, vma),
  flush_cache_dup_mm: (env, [x]) => {
    if (mm(env, x, 'flush_cache_dup_mm()') === PARENT) env.world.put(KERNEL, FLUSHED, 1);
    return 0;
  },
  mmu_notifier_release: (env, [x]) => {
    env.world.put(mm(env, x, 'mmu_notifier_release()'), NOTIFIERS, 1);
    return 0;
  },
};
