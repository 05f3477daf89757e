import { eq, v } from '../../explore/op.js';
import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, pointer, type Value } from '../../machine/value.js';
import { allocate, ENOMEM, int, KERNEL, mayFail, nameOf, object, PAGE, vmaArg } from './support.js';

/** A copy that no lock sequence matches: vm_area_dup() gives the copy a lock of its own. */
const NEVER_LOCKED = -1;

/** vm_area_dup(), kernel/fork.c of 6.12: all pointers copied without references, the lock made anew. */
function* dup(env: Env, x: Value): Visible {
  const orig = vmaArg(env, x, 'vm_area_dup()');
  if (!(yield* allocate(env, 'vm_area_dup'))) return 0;
  const anon = yield* readAnonVma(env, orig);
  const copy = env.world.create('copy', `${nameOf(env, orig).replace(/'$/, '')}'`);
  env.world.copy(copy, orig);
  env.world.put(copy, '__shared', undefined);
  env.world.put(copy, 'anon_vma', anon);
  env.world.put(copy, 'vm_lock_seq', NEVER_LOCKED);
  return copy;
}

/**
 * `vma->anon_vma` of a parent's VMA: a page fault may set it, so it is read as the shared state has it. Of any other
 * VMA, and where no thread can change it, it is private.
 */
export function* readAnonVma(env: Env, vma: Value): Visible {
  const p = vmaArg(env, vma, 'anon_vma');
  const k = env.world.get(p, '__shared');
  if (typeof k !== 'number' || env.world.get(p, '__anon_fixed') === 1)
    return env.world.get(p, 'anon_vma') ?? 0;
  const name = `${nameOf(env, p)} `;
  const anon = v(env.shared.anonVma[k]);
  const taken = yield [
    { op: { guard: [eq(anon, 0)], effect: [] }, text: `${name}has no anon_vma`, hidden: true },
    { op: { guard: [eq(anon, 1)], effect: [] }, text: `${name}has an anon_vma`, hidden: true },
  ];
  return taken === 0 ? 0 : pointer(p.obj, '__anon');
}

/** anon_vma_fork(), mm/rmap.c: nothing when the parent has none; else it allocates, and cleans up after itself. */
function* anonVmaFork(env: Env, x: Value, y: Value): Visible {
  const copy = vmaArg(env, x, 'anon_vma_fork()');
  const anon = yield* readAnonVma(env, vmaArg(env, y, 'anon_vma_fork()'));
  if (anon === 0) return 0;
  if (!(yield* allocate(env, 'anon_vma_fork'))) {
    env.world.put(copy, 'anon_vma', 0);
    return ENOMEM;
  }
  env.world.put(copy, 'anon_vma', pointer(copy.obj, '__anon'));
  return 0;
}

function free(env: Env, x: Value): Value {
  const vma = vmaArg(env, x, 'vm_area_free()');
  if (env.world.obj(vma).kind === 'vma')
    env.breach('invalid-access', `frees ${nameOf(env, vma)}, which the parent still uses`);
  env.world.put(vma, '__freed', 1);
  return 0;
}

const VM_HUGETLB = 0x400000n;

function pages(env: Env, x: Value): Value {
  const vma = vmaArg(env, x, 'vma_pages()');
  return Math.floor((int(env, vma, 'vm_end') - int(env, vma, 'vm_start')) / PAGE);
}

function* chargeMemory(env: Env, amount: Value): Visible {
  if (!(yield* allocate(env, 'security_vm_enough_memory_mm'))) return ENOMEM;
  env.world.put(KERNEL, 'committed', int(env, KERNEL, 'committed') + Number(amount ?? 0));
  return 0;
}

/** Callees of dup_mmap() that work on one VMA (contracts in KERNEL.md, "Functions around fork"). */
export const VMA: Record<string, Primitive> = {
  vm_area_dup: function* (env, [orig]) {
    return yield* dup(env, orig);
  },
  vm_area_free: (env, [vma]) => free(env, vma),
  __vm_area_free: (env, [vma]) => free(env, vma),
  'load vma.anon_vma': function* (env, [vma]) {
    return yield* readAnonVma(env, vma);
  },
  anon_vma_fork: function* (env, [copy, parent]) {
    return yield* anonVmaFork(env, copy, parent);
  },
  unlink_anon_vmas: (env, [vma]) => {
    env.world.put(vmaArg(env, vma, 'unlink_anon_vmas()'), 'anon_vma', 0);
    return 0;
  },
  vma_dup_policy: function* (env, [from]) {
    const vma = vmaArg(env, from, 'vma_dup_policy()');
    return env.world.get(vma, 'vm_policy') ? yield* mayFail(env, 'vma_dup_policy') : 0;
  },
  vma_policy: (env, [vma]) => env.world.get(vmaArg(env, vma, 'vma_policy()'), 'vm_policy') ?? 0,
  mpol_put: () => 0,
  dup_userfaultfd: function* (env, [copy]) {
    const vma = vmaArg(env, copy, 'dup_userfaultfd()');
    return env.world.get(vma, '__userfaultfd') ? yield* mayFail(env, 'dup_userfaultfd') : 0;
  },
  is_vm_hugetlb_page: (env, [vma]) =>
    BigInt(int(env, vmaArg(env, vma, 'is_vm_hugetlb_page()'), 'vm_flags')) & VM_HUGETLB ? 1 : 0,
  vma_pages: (env, [vma]) => pages(env, vma),
  security_vm_enough_memory_mm: function* (env, [, amount]) {
    return yield* chargeMemory(env, amount);
  },
  vm_unacct_memory: (env, [amount]) => {
    env.world.put(KERNEL, 'committed', int(env, KERNEL, 'committed') - Number(amount ?? 0));
    return 0;
  },
  vm_stat_account: (env, [mm, , amount]) => {
    const p = object(env, mm, 'vm_stat_account()', 'mm');
    const n = typeof amount === 'bigint' ? Number(BigInt.asIntN(64, amount)) : Number(amount ?? 0);
    env.world.put(p, 'total_vm', int(env, p, 'total_vm') + n);
    return 0;
  },
  vma_is_anonymous: (env, [vma]) =>
    isPtr(env.world.get(vmaArg(env, vma, 'vma_is_anonymous()'), 'vm_ops')) ? 0 : 1,
};
