import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isInt, type Ptr, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { putExeFile } from '../ledger.js';
import { acquire, release } from './locks.js';
import { allocate, CHILD, ENOMEM, KERNEL, mayFail, object, vmaArg } from './support.js';

/** Bits of mm->flags, include/linux/sched/coredump.h of 6.12. */
export const MMF_OOM_SKIP = 21;
export const MMF_UNSTABLE = 22;

/** Bit `nr` of an mm's flags is set. */
export function hasFlag(w: World, mm: Ptr, nr: number): boolean {
  const flags = w.get(mm, 'flags');
  return isInt(flags) && (BigInt(flags) & (1n << BigInt(nr))) !== 0n;
}

function setFlag(env: Env, mm: Ptr, nr: Value, on: boolean): Value {
  // a bit that has no value here is one that nothing looks at
  if (!isInt(nr) || nr < 0 || nr > 63) return 0;
  const bit = 1n << BigInt(nr);
  const old = env.world.get(mm, 'flags');
  const flags = isInt(old) ? BigInt(old) : 0n;
  const next = on ? flags | bit : flags & ~bit;
  env.world.put(mm, 'flags', next <= 0xffffffffn ? Number(next) : next);
  return 0;
}

/** set_bit() and its like: only the flags of an mm are kept. */
function bitOf(env: Env, nr: Value, x: Value, on: boolean, what: string): Value {
  const p = object(env, x, what);
  if (env.world.obj(p).kind !== 'mm') return 0;
  return setFlag(env, { obj: p.obj, path: '' }, nr, on);
}

function testBit(env: Env, nr: Value, x: Value, what: string): Value {
  const p = object(env, x, what);
  if (env.world.obj(p).kind !== 'mm' || !isInt(nr)) env.stuck(`${what} of an unknown flag`);
  return hasFlag(env.world, { obj: p.obj, path: '' }, Number(nr)) ? 1 : 0;
}

const mmArg = (env: Env, x: Value, what: string): Ptr => object(env, x, what, 'mm');

/** The section that keeps uprobe registration out, as this thread is in it: 0 when it is not. */
export const uprobeSection = (w: World): number => Number(w.get(KERNEL, SECTION) ?? 0);
const SECTION = 'uprobe_section';

/** Fork events that wait for dup_mmap() to end, and those that the monitor has been told of. */
export const pendingEvents = (w: World): number => Number(w.get(KERNEL, '__uffd_pending') ?? 0);
export const deliveredEvents = (w: World): number => Number(w.get(KERNEL, '__uffd_delivered') ?? 0);

/** The list on which dup_mmap() gathers fork events: the one that dup_userfaultfd() was given. */
export const isEventList = (w: World, x: Value): boolean => w.get(KERNEL, '__uffd_list') === x;

function* dupUserfaultfd(env: Env, x: Value, list: Value): Visible {
  env.world.put(KERNEL, '__uffd_list', list);
  const vma = vmaArg(env, x, 'dup_userfaultfd()');
  if (!env.world.get(vma, '__userfaultfd')) return 0;
  if (!(yield* allocate(env, 'dup_userfaultfd'))) return ENOMEM;
  env.world.put(KERNEL, '__uffd_pending', pendingEvents(env.world) + 1);
  env.world.put(vma, 'vm_userfaultfd_ctx.ctx', env.world.create('uffd', 'context of the child'));
  return 0;
}

function settleEvents(env: Env, delivered: boolean): Value {
  const n = pendingEvents(env.world);
  if (delivered && n > 0) env.world.put(KERNEL, '__uffd_delivered', deliveredEvents(env.world) + n);
  env.world.put(KERNEL, '__uffd_pending', 0);
  return 0;
}

const mark = (name: string, field: string, on: number): [string, Primitive] => [
  name,
  (env, [x]) => {
    env.world.put(mmArg(env, x, `${name}()`), field, on);
    return 0;
  },
];

/**
 * What makes a new mm known outside fork, and its flags: kernel/fork.c, mm/ksm.c, mm/khugepaged.c, fs/userfaultfd.c of
 * 6.12. ksm_fork() and khugepaged_fork() put the mm on the list of a scanner that goes over its VMAs.
 */
export const HOOKS: Record<string, Primitive> = {
  ksm_fork: function* (env, [x]) {
    const failed = yield* mayFail(env, 'ksm_fork', true);
    if (failed === 0) env.world.put(mmArg(env, x, 'ksm_fork()'), '__ksm', 1);
    return failed;
  },
  ...Object.fromEntries([
    mark('khugepaged_fork', '__khugepaged', 1),
    mark('ksm_exit', '__ksm', 0),
    mark('khugepaged_exit', '__khugepaged', 0),
  ]),
  uprobe_start_dup_mmap: function* (env) {
    return yield* acquire(env, 'dup_mmap_sem', KERNEL, SECTION);
  },
  uprobe_end_dup_mmap: function* (env) {
    return yield* release(env, 'dup_mmap_sem', KERNEL, SECTION);
  },
  dup_userfaultfd: function* (env, [copy, list]) {
    return yield* dupUserfaultfd(env, copy, list);
  },
  dup_userfaultfd_complete: (env) => settleEvents(env, true),
  dup_userfaultfd_fail: (env) => settleEvents(env, false),
  set_bit: (env, [nr, p]) => bitOf(env, nr, p, true, 'set_bit()'),
  __set_bit: (env, [nr, p]) => bitOf(env, nr, p, true, '__set_bit()'),
  clear_bit: (env, [nr, p]) => bitOf(env, nr, p, false, 'clear_bit()'),
  test_bit: (env, [nr, p]) => testBit(env, nr, p, 'test_bit()'),
  mm_flags_set: (env, [nr, mm]) => setFlag(env, mmArg(env, mm, 'mm_flags_set()'), nr, true),
  mm_flags_clear: (env, [nr, mm]) => setFlag(env, mmArg(env, mm, 'mm_flags_clear()'), nr, false),
  mm_flags_test: (env, [nr, mm]) =>
    hasFlag(env.world, mmArg(env, mm, 'mm_flags_test()'), Number(nr)) ? 1 : 0,
  uprobe_clear_state: () => 0,
  exit_aio: () => 0,
  mm_put_huge_zero_folio: () => 0,
  mm_put_huge_zero_page: () => 0,
  set_mm_exe_file: (env, [x, file]) => {
    if (mmArg(env, x, 'set_mm_exe_file()').obj === CHILD.obj && file === 0) putExeFile(env);
    return 0;
  },
  lru_gen_del_mm: () => 0,
  module_put: () => 0,
  INIT_WORK: () => 0,
  spin_lock: () => 0,
  spin_unlock: () => 0,
};
