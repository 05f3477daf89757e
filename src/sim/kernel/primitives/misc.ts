import type { Primitive } from '../../machine/primitive.js';
import { isInt, isPtr } from '../../machine/value.js';
import { signalArrives } from './mmap_lock.js';
import { failing } from './support.js';

/**
 * Calls that change nothing that the rules look at, whatever their arguments: cache maintenance, statistics, tracing,
 * scheduling points, hooks of other subsystems whose effects are not modelled yet (sim/README.md lists them).
 */
export const NO_EFFECT: readonly string[] = [
  'flush_cache_mm',
  'cond_resched',
  'might_sleep',
  'trace_exit_mmap',
  'vma_numab_state_init',
  'vma_numab_state_free',
  'pr_warn',
  'pr_warn_once',
  'pr_info',
  'pr_debug',
  'pr_err',
  'printk',
  '_printk',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN_ONCE',
  'VM_WARN_ON',
  'VM_WARN_ON_ONCE',
  'lockdep_assert_held',
  'preempt_disable',
  'preempt_enable',
  'barrier',
  'smp_mb',
  'smp_wmb',
  'smp_rmb',
];

/** BUG_ON(): that of exit_mmap() compares the VMAs that were removed with map_count. */
const assertion: Primitive = function* (env, [x]) {
  if (!isPtr(x) && !(isInt(x) && x)) return 0;
  const func = env.world.frames.at(-1)?.func.name;
  yield func === 'exit_mmap'
    ? failing('accounting', 'BUG_ON() of exit_mmap() fires')
    : failing('assertion', 'BUG_ON() fires');
  return 0;
};

/** memset() to zero of a local variable of which no field is set: an initialiser of a struct that nobody shows. */
const zeroLocal: Primitive = (env, [p, byte]) => {
  const fresh = isPtr(p) && env.world.obj(p).kind === 'local' && env.world.obj(p).fields.size === 0;
  if (!fresh || byte !== 0) env.stuck('memset() of something else than a new local variable to 0');
  env.assume('fields of a struct that is not shown are 0 after its initialiser');
  return 0;
};

/** Calls around the loop of dup_mmap(). */
export const MISC: Record<string, Primitive> = {
  ...Object.fromEntries(NO_EFFECT.map((name): [string, Primitive] => [name, () => 0])),
  memset: zeroLocal,
  BUG_ON: assertion,
  VM_BUG_ON: assertion,
  VM_BUG_ON_VMA: assertion,
  VM_BUG_ON_MM: assertion,
  fatal_signal_pending: function* (env) {
    return (yield* signalArrives(env)) ? 1 : 0;
  },
  signal_pending: function* (env) {
    return (yield* signalArrives(env)) ? 1 : 0;
  },
};
