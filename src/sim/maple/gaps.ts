/** Gap tracking of allocation trees: the largest run of NULL below each child, kept in the parent. */
import {
  baseOf,
  gapsAt,
  isLeaf,
  parentAt,
  parentSlotAt,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import { dataEnd, isRoot, parentSlot } from './node.js';
import type { MaState } from './state.js';
import { mt_is_alloc } from './tree.js';
import { incHi, incLo, lt, subHi } from './u64.js';

/** A size found by the functions here, valid until the next call of one of them. */
export const found = { hi: 0, lo: 0 };

/**
 * mas_leaf_max_gap (6.12): the longest NULL range of the state's leaf, into `found`. NULLs never adjoin, so the slot
 * after a NULL is skipped; only the right-most leaf may end with one.
 */
function leafMaxGap(mas: MaState): void {
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const p = pivotsAt(base);
  const s = base + slotsAt(typeOf(mas.node));
  let hi = 0;
  let lo = 0;
  let i = 1;
  if ((w[s] | w[s + 1]) === 0) {
    const dh = subHi(w[p + 1], w[p], mas.minH, mas.minL);
    const dl = (w[p] - mas.minL) | 0;
    hi = incHi(dh, dl);
    lo = incLo(dl);
    i = 2;
  }
  const last = dataEnd(w, base, typeOf(mas.node), mas.maxH, mas.maxL) - 1;
  if ((mas.maxH & mas.maxL) === -1 && last >= 0) {
    const tail = s + 2 * last + 2;
    if ((w[tail] | w[tail + 1]) === 0) {
      const lastL = w[p + 2 * last];
      const lastH = w[p + 2 * last + 1];
      if (lt(hi, lo, ~lastH, ~lastL)) {
        hi = ~lastH;
        lo = ~lastL;
      }
      if (lt(subHi(lastH, lastL, mas.minH, mas.minL), (lastL - mas.minL) | 0, hi, lo)) i = last + 1;
    }
  }
  for (; i <= last; i++) {
    if ((w[s + 2 * i] | w[s + 2 * i + 1]) !== 0) continue;
    const q = p + 2 * i;
    const gh = subHi(w[q + 1], w[q], w[q - 1], w[q - 2]);
    const gl = (w[q] - w[q - 2]) | 0;
    if (lt(hi, lo, gh, gl)) {
      hi = gh;
      lo = gl;
    }
    i++;
  }
  found.hi = hi;
  found.lo = lo;
}

/** mas_max_gap: the largest gap in or below the state's node, into `found`. */
export function maxGap(mas: MaState): void {
  if (isLeaf(mas.node)) {
    leafMaxGap(mas);
    return;
  }
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const at = gapsAt(base) + 2 * ((w[base + 60] >> 8) & 0xff);
  found.lo = w[at];
  found.hi = w[at + 1];
}

/** ma_max_gap: slot of the largest gap of an internal node, the highest of equals; the gap goes into `found`. */
function largestGapSlot(w: Int32Array, base: number): number {
  const end = w[base + 60] & 0xff;
  let slot = end;
  let hi = 0;
  let lo = 0;
  for (let i = end, g = gapsAt(base) + 2 * end; i >= 0; i--, g -= 2) {
    if (lt(hi, lo, w[g + 1], w[g])) {
      hi = w[g + 1];
      lo = w[g];
      slot = i;
    }
  }
  found.hi = hi;
  found.lo = lo;
  return slot;
}

/** mas_parent_gap (6.12): writes `found` as the gap of slot `slot` and goes up while the node's maximum changes. */
function setParentGap(mas: MaState, parentBase: number, childSlot: number): void {
  const cache = mas.tree.cache;
  const w = cache.words;
  let base = parentBase;
  let slot = childSlot;
  for (;;) {
    const metaSlot = (w[base + 60] >> 8) & 0xff;
    const oldLo = w[gapsAt(base) + 2 * metaSlot];
    const oldHi = w[gapsAt(base) + 2 * metaSlot + 1];
    w[gapsAt(base) + 2 * slot] = found.lo;
    w[gapsAt(base) + 2 * slot + 1] = found.hi;
    cache.counters.words++;
    if (oldLo === found.lo && oldHi === found.hi) return;
    const shrinks = lt(found.hi, found.lo, oldHi, oldLo);
    let newSlot = slot;
    if (slot !== metaSlot) {
      if (shrinks) return;
    } else if (shrinks) newSlot = largestGapSlot(w, base);
    if (slot !== metaSlot || shrinks) {
      w[base + 60] = (w[base + 60] & 0xff) | (newSlot << 8);
      cache.counters.words++;
    }
    if (w[parentAt(base)] === 0) return;
    slot = w[parentSlotAt(base)];
    base = w[parentAt(base)] << 6;
  }
}

/** mas_update_gap (6.12): brings the parent's record of the state's node up to date, and those above as needed. */
export function updateGap(mas: MaState): void {
  const cache = mas.tree.cache;
  if (!mt_is_alloc(mas.tree) || isRoot(cache, mas.node)) return;
  maxGap(mas);
  const parentBase = cache.words[parentAt(baseOf(mas.node))] << 6;
  const slot = parentSlot(cache, mas.node);
  const at = gapsAt(parentBase) + 2 * slot;
  if (cache.words[at] !== found.lo || cache.words[at + 1] !== found.hi)
    setParentGap(mas, parentBase, slot);
}
