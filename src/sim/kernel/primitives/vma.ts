import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import { freeVma, putPolicy } from '../ledger.js';
import { readAnonVma } from './anon_vma.js';
import { allocate, ENOMEM, failing, int, nameOf, vmaArg } from './support.js';

/** A copy that no lock sequence matches: vm_area_dup() gives the copy a lock of its own. */
export const NEVER_LOCKED = -1;
/** What the copy does not take over: it is linked nowhere and nobody has opened it. */
const OWN = [
  '__chain',
  '__opened',
  '__in_i_mmap',
  '__hidden_by',
  '__copied',
  '__anon_none',
  '__freed',
  '__unmapped',
];

/** Name of a copy, as a reader sees it. */
export const copyName = (env: Env, orig: Ptr): string => `${nameOf(env, orig).replace(/'$/, '')}'`;

/** vm_area_dup(), kernel/fork.c of 6.12: all pointers copied without references, the lock made anew. */
function* dup(env: Env, x: Value): Visible {
  const orig = vmaArg(env, x, 'vm_area_dup()');
  if (!(yield* allocate(env, 'vm_area_dup', false, orig))) return 0;
  const anon = yield* readAnonVma(env, orig);
  const copy = env.world.create('copy', copyName(env, orig));
  fill(env, copy, orig, anon);
  env.world.put(copy, 'vm_lock_seq', NEVER_LOCKED);
  return copy;
}

/** Gives a new VMA what its original has, but for what only this one VMA can have. */
export function fill(env: Env, copy: Ptr, orig: Ptr, anon: Value): void {
  env.world.copy(copy, orig);
  env.world.put(copy, '__shared', undefined);
  for (const field of OWN) env.world.put(copy, field, undefined);
  if (env.features.vmaLinks)
    for (const field of ['vm_next', 'vm_prev']) env.world.put(copy, field, 0);
  env.world.put(copy, 'anon_vma', anon);
}

/** vm_area_free(): a second time, or the parent's VMA, is a breach that the run goes on behind. */
export function* free(env: Env, x: Value, alone = false): Visible {
  if (isPtr(x) && env.world.get(x, '__freed')) {
    yield failing('unwind', `frees ${nameOf(env, x)} twice`);
    return 0;
  }
  const vma = vmaArg(env, x, 'vm_area_free()');
  if (env.world.obj(vma).kind === 'vma')
    yield failing('unwind', `frees ${nameOf(env, vma)}, which the parent still uses`);
  freeVma(env, vma, alone);
  return 0;
}

/** vma_dup_policy(), mm/mempolicy.c: a policy of its own; where it fails the copy still points to the parent's. */
function* dupPolicy(env: Env, from: Value, to: Value): Visible {
  const src = vmaArg(env, from, 'vma_dup_policy()');
  const dst = vmaArg(env, to, 'vma_dup_policy()');
  if (!isPtr(env.world.get(src, 'vm_policy'))) {
    env.world.put(dst, 'vm_policy', 0);
    return 0;
  }
  if (!(yield* allocate(env, 'vma_dup_policy', false, dst))) return ENOMEM;
  const policy = env.world.create('policy', `policy of ${nameOf(env, dst)}`, [['__refs', 1]]);
  env.world.put(dst, 'vm_policy', policy);
  return 0;
}

const VM_HUGETLB = 0x400000n;

/** Callees of dup_mmap() that work on one VMA (contracts in KERNEL.md, "Functions around fork"). */
export const VMA: Record<string, Primitive> = {
  vm_area_dup: function* (env, [orig]) {
    return yield* dup(env, orig);
  },
  vm_area_free: function* (env, [vma]) {
    return yield* free(env, vma);
  },
  __vm_area_free: function* (env, [vma]) {
    return yield* free(env, vma);
  },
  vma_dup_policy: function* (env, [from, to]) {
    return yield* dupPolicy(env, from, to);
  },
  vma_policy: (env, [vma]) => env.world.get(vmaArg(env, vma, 'vma_policy()'), 'vm_policy') ?? 0,
  mpol_put: (env, [policy]) => {
    putPolicy(env, policy);
    return 0;
  },
  is_vm_hugetlb_page: (env, [vma]) =>
    BigInt(int(env, vmaArg(env, vma, 'is_vm_hugetlb_page()'), 'vm_flags')) & VM_HUGETLB ? 1 : 0,
  vma_is_anonymous: (env, [vma]) =>
    isPtr(env.world.get(vmaArg(env, vma, 'vma_is_anonymous()'), 'vm_ops')) ? 0 : 1,
};
