import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import type { Ptr, Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { putExeFile } from '../ledger.js';
import { acquire, release } from './locks.js';
import { allocate, CHILD, ENOMEM, KERNEL, object, vmaArg } from './support.js';

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
  if (!(yield* allocate(env, 'dup_userfaultfd', false, vma))) return ENOMEM;
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

/**
 * What makes a new mm known outside fork, and its flags: kernel/fork.c, mm/ksm.c, mm/khugepaged.c, fs/userfaultfd.c of
 * 6.12; what scanners.ts has is not here.
 */
export const HOOKS: Record<string, Primitive> = {
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
  uprobe_clear_state: () => 0,
  exit_aio: () => 0,
  mm_put_huge_zero_folio: () => 0,
  mm_put_huge_zero_page: () => 0,
  set_mm_exe_file: (env, [x, file]) => {
    if (mmArg(env, x, 'set_mm_exe_file()').obj === CHILD.obj && file === 0) putExeFile(env);
    return 0;
  },
  lru_gen_del_mm: () => 0,
  INIT_WORK: () => 0,
};
