import type { Op } from './op.js';
import { hashOf, sameOp } from './same-op.js';

const byHash = new Map<number, Op[]>();
let held = 0;
/** Operations that are kept: a long-lived process must not keep those of all reviews. */
const MOST = 50_000;

/**
 * The one object that stands for all operations equal to `op`: what is derived from an operation (code, footprint) is
 * worked out once, however often primitives make it anew. There are few different ones, whatever is explored.
 */
export function interned(op: Op): Op {
  const hash = hashOf(op);
  const list = byHash.get(hash);
  if (list) {
    for (let k = 0; k < list.length; k++) if (sameOp(list[k], op)) return list[k];
    list.push(op);
  } else {
    if (held >= MOST) {
      byHash.clear();
      held = 0;
    }
    byHash.set(hash, [op]);
  }
  held++;
  return op;
}
