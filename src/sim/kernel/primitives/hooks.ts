import type { Env, Primitive } from '../../machine/primitive.js';
import type { Ptr, Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { putExeFile } from '../ledger.js';
import { acquire, release } from './locks.js';
import { CHILD, KERNEL, object } from './support.js';

const mmArg = (env: Env, x: Value, what: string): Ptr => object(env, x, what, 'mm');

/** The section that keeps uprobe registration out, as this thread is in it: 0 when it is not. */
export const uprobeSection = (w: World): number => Number(w.get(KERNEL, SECTION) ?? 0);
const SECTION = 'uprobe_section';

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
