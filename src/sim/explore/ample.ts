import type { Independence } from './independence.js';
import type { StateBuffer, System } from './system.js';

/** In a step: the thread has several ways on. */
export const SEVERAL = 0xffff;

/**
 * The thread that is run alone at a state: one that can move and with which nothing that the others can do interferes;
 * preferably one with a single way on. Returned as thread << 16 with the edge that it takes, or SEVERAL; -1 where all
 * threads must be tried.
 */
export function aloneStep(sys: System, ind: Independence, b: StateBuffer): number {
  let found = -1;
  const { bytes, nodes } = b;
  for (let t = 0; t < sys.threads; t++) {
    // a table look-up, cheaper than the guards
    if (!ind.alone(t, nodes)) continue;
    const list = sys.edges[t][nodes[t]];
    let enabled = 0;
    let edge = 0;
    for (let e = 0; e < list.length; e++) {
      const { guard } = list[e];
      if (guard !== null && !guard(bytes)) continue;
      enabled++;
      edge = e;
    }
    if (enabled === 1) return (t << 16) | edge;
    if (enabled > 1 && found < 0) found = (t << 16) | SEVERAL;
  }
  return found;
}
