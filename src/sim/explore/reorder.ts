import { conflict } from './bits.js';
import type { Choice } from './search.js';
import type { System } from './system.js';

/**
 * The same partial order of steps with fewer thread switches: a thread goes on as long as what its next step depends on
 * has been done. The last step stays last.
 */
export function fewerSwitches(sys: System, schedule: readonly Choice[]): Choice[] {
  const n = schedule.length;
  const nodes = new Array(sys.threads).fill(0);
  const edges = schedule.map((c) => {
    const e = sys.edges[c.thread][nodes[c.thread]][c.edge];
    nodes[c.thread] = e.to;
    return e;
  });
  const needs: number[][] = schedule.map((c, i) => {
    const out: number[] = [];
    for (let j = 0; j < i; j++)
      if (schedule[j].thread === c.thread || conflict(edges[j].footprint, edges[i].footprint))
        out.push(j);
    return out;
  });
  const done = new Array(n).fill(false);
  const out: number[] = [];
  let thread = n ? schedule[0].thread : 0;
  while (out.length < n - 1) {
    const ready = (i: number) => !done[i] && i !== n - 1 && needs[i].every((j) => done[j]);
    let next = schedule.findIndex((c, i) => c.thread === thread && ready(i));
    if (next < 0) next = schedule.findIndex((_, i) => ready(i));
    if (next < 0) return [...schedule];
    done[next] = true;
    thread = schedule[next].thread;
    out.push(next);
  }
  return [...out, ...(n ? [n - 1] : [])].map((i) => schedule[i]);
}
