import type { Independence } from './independence.js';
import type { StateBuffer, System } from './system.js';

/**
 * The thread that is run alone at a state: one that can move and with which nothing that the others can do interferes;
 * preferably one with a single way on. -1 where all threads must be tried.
 */
export function aloneAt(sys: System, ind: Independence, b: StateBuffer): number {
  let found = -1;
  for (let t = 0; t < sys.threads; t++) {
    // a table look-up, cheaper than the guards
    if (!ind.alone(t, b.nodes)) continue;
    const list = sys.edges[t][b.nodes[t]];
    let enabled = 0;
    for (const e of list) if (e.guard === null || e.guard(b.bytes)) enabled++;
    if (enabled === 1) return t;
    if (enabled > 1 && found < 0) found = t;
  }
  return found;
}
