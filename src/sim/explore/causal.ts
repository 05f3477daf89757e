import { conflict } from './bits.js';
import type { Choice } from './search.js';
import type { System } from './system.js';

/**
 * The part of a schedule that its last step depends on: program order and conflicting accesses, closed backwards. The
 * steps left out can be taken after the last one without changing it. The order is kept.
 */
export function causalPast(sys: System, schedule: readonly Choice[]): Choice[] {
  const n = schedule.length;
  if (n === 0) return [];
  const nodes = new Array(sys.threads).fill(0);
  const edges = schedule.map((c) => {
    const e = sys.edges[c.thread][nodes[c.thread]][c.edge];
    nodes[c.thread] = e.to;
    return e;
  });
  const needed = new Array(n).fill(false);
  needed[n - 1] = true;
  for (let i = n - 1; i >= 0; i--) {
    if (!needed[i]) continue;
    for (let j = 0; j < i; j++)
      if (
        !needed[j] &&
        (schedule[j].thread === schedule[i].thread ||
          conflict(edges[j].footprint, edges[i].footprint))
      )
        needed[j] = true;
  }
  return schedule.filter((_, i) => needed[i]);
}
