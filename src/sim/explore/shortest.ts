import { causalPast } from './causal.js';
import { fewerSwitches } from './reorder.js';
import { replay } from './replay.js';
import type { Choice, Failure } from './search.js';
import { DEADLOCK } from './search.js';
import type { System } from './system.js';

export interface Counterexample {
  property: number;
  schedule: Choice[];
  /** Steps that the reader sees. */
  shown: number;
}

/**
 * The shortest of some failures after each was cut down to what its last step depends on. Each cut is replayed, and
 * dropped when it no longer fails in the same way; so what is returned has been seen to fail. Null without failures.
 */
export function shortest(
  sys: System,
  failures: readonly Failure[],
  properties: ReadonlySet<number>,
): Counterexample | null {
  let best: Counterexample | null = null;
  for (const f of failures) {
    const cut = f.property === DEADLOCK ? f.schedule : causalPast(sys, f.schedule);
    for (const schedule of [fewerSwitches(sys, cut), cut, f.schedule]) {
      const run = replay(sys, schedule, properties);
      if (run.refused !== null || run.property !== f.property) continue;
      const shown = run.steps.filter((s) => !s.info.hidden).length;
      if (
        !best ||
        shown < best.shown ||
        (shown === best.shown && schedule.length < best.schedule.length)
      )
        best = { property: f.property, schedule, shown };
      break;
    }
  }
  return best;
}
