import type { Op } from './op.js';

const byText = new Map<string, Op>();
const byIdentity = new WeakMap<Op, Op>();

/**
 * The one object that stands for all operations equal to `op`: what is derived from an operation (code, footprint) is
 * worked out once, however often primitives make it anew. There are few different ones, whatever is explored.
 */
export function interned(op: Op): Op {
  let one = byIdentity.get(op);
  if (!one) {
    const text = JSON.stringify(op);
    one = byText.get(text);
    if (!one) {
      one = op;
      byText.set(text, one);
    }
    byIdentity.set(op, one);
  }
  return one;
}
