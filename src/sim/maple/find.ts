/** mas_find and its variants: the entry at the index or the next one, then on from there. */
import { nextSlot, prevSlot } from './iterate.js';
import { baseOf, maple_leaf_64, pivotsAt, slotsAt, typeOf } from './layout.js';
import { isDead, readEntry } from './node.js';
import {
  type MaState,
  ma_active,
  ma_error,
  ma_none,
  ma_overflow,
  ma_pause,
  ma_root,
  ma_start,
  ma_underflow,
} from './state.js';
import type { Entry } from './tree.js';
import { decHi, decLo, hiOf, incHi, incLo, le, loOf, lt, ULONG_MAX, type Ulong } from './u64.js';
import { mas_walk } from './walk.js';

/** The search has to go on from the state. */
const GO_ON = -1;

/** mas_find_setup (6.12): the entry if that is the answer already, else GO_ON. */
function findSetup(mas: MaState, maxH: number, maxL: number): Entry {
  const atLimit = le(maxH, maxL, mas.lastH, mas.lastL);
  switch (mas.status) {
    case ma_active:
      return atLimit ? 0 : GO_ON;
    case ma_pause:
      if (atLimit) return 0;
      mas.indexH = mas.lastH = incHi(mas.lastH, mas.lastL);
      mas.indexL = mas.lastL = incLo(mas.lastL);
      mas.status = ma_start;
      break;
    case ma_none:
      if (atLimit) return 0;
      mas.indexH = mas.lastH;
      mas.indexL = mas.lastL;
      mas.status = ma_start;
      break;
    case ma_underflow:
      if (le(maxH, maxL, mas.indexH, mas.indexL)) {
        mas.status = ma_overflow;
        return 0;
      }
      break;
    case ma_overflow:
      if (atLimit) return 0;
      break;
    case ma_error:
      return 0;
  }
  if (mas.status === ma_underflow || mas.status === ma_overflow || mas.status === ma_start) {
    if (mas.status === ma_start && lt(maxH, maxL, mas.indexH, mas.indexL)) return 0;
    const entry = mas_walk(mas);
    if (entry !== 0) return entry;
  }
  if (mas.status === ma_root) {
    mas.status = ma_none;
    mas.indexH = 0;
    mas.indexL = 1;
    mas.lastH = mas.lastL = -1;
    return 0;
  }
  if (mas.status === ma_none) return 0;
  return mas.indexH === maxH && mas.indexL === maxL ? 0 : GO_ON;
}

/**
 * Most of a walk over a whole tree: the state is on an entry and the next slot of the same node holds one. 0 when it is
 * not so; the state is then as it was.
 */
function nextInNode(mas: MaState): Entry {
  const { end } = mas;
  if (mas.status !== ma_active || mas.offset >= end || (mas.lastH & mas.lastL) === -1) return 0;
  if (typeOf(mas.node) !== maple_leaf_64 || isDead(mas.tree.cache, mas.node)) return 0;
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  let offset = mas.offset + 1;
  let entry = readEntry(w, base + slotsAt(maple_leaf_64) + 2 * offset);
  if (entry === 0) {
    if (++offset > end) return 0;
    entry = readEntry(w, base + slotsAt(maple_leaf_64) + 2 * offset);
    if (entry === 0) return 0;
  }
  const p = pivotsAt(base) + 2 * offset;
  mas.indexH = incHi(w[p - 1], w[p - 2]);
  mas.indexL = incLo(w[p - 2]);
  mas.lastH = offset < end ? w[p + 1] : mas.maxH;
  mas.lastL = offset < end ? w[p] : mas.maxL;
  mas.offset = offset;
  return entry;
}

/**
 * mas_find (6.12): on the first call the entry at or after the index, later the next one, that starts at or below
 * `max`; NULL for none. Index and last become its range.
 */
export function mas_find(mas: MaState, max: Ulong): Entry {
  if (max === ULONG_MAX) {
    const next = nextInNode(mas);
    if (next !== 0) return next;
  }
  const h = hiOf(max);
  const l = loOf(max);
  let entry = findSetup(mas, h, l);
  if (entry !== GO_ON) return entry;
  entry = nextSlot(mas, h, l, false);
  mas.status = ma_active;
  return entry;
}

/** mas_find_range (6.12): as `mas_find`, but later calls give the next slot, NULL or not. */
export function mas_find_range(mas: MaState, max: Ulong): Entry {
  const h = hiOf(max);
  const l = loOf(max);
  const entry = findSetup(mas, h, l);
  return entry === GO_ON ? nextSlot(mas, h, l, true) : entry;
}

/** mas_find_rev_setup (6.12): the entry if that is the answer already, else GO_ON. */
function findRevSetup(mas: MaState, minH: number, minL: number): Entry {
  const atLimit = le(mas.indexH, mas.indexL, minH, minL);
  switch (mas.status) {
    case ma_active:
      return lt(mas.indexH, mas.indexL, minH, minL) ? 0 : GO_ON;
    case ma_pause:
      if (atLimit) {
        mas.status = ma_underflow;
        return 0;
      }
      mas.lastH = mas.indexH = decHi(mas.indexH, mas.indexL);
      mas.lastL = mas.indexL = decLo(mas.indexL);
      mas.status = ma_start;
      break;
    case ma_none:
      if (atLimit) return 0;
      mas.lastH = mas.indexH;
      mas.lastL = mas.indexL;
      mas.status = ma_start;
      break;
    case ma_overflow:
    case ma_underflow:
      if (atLimit) {
        mas.status = ma_underflow;
        return 0;
      }
      mas.status = ma_active;
      break;
    case ma_error:
      return 0;
  }
  if (mas.status === ma_start) {
    if (lt(mas.indexH, mas.indexL, minH, minL)) return 0;
    const entry = mas_walk(mas);
    if (entry !== 0) return entry;
  }
  if (mas.status === ma_root) {
    mas.status = ma_none;
    return 0;
  }
  if (mas.status === ma_none) {
    mas.indexH = mas.indexL = mas.lastH = mas.lastL = 0;
    mas.status = ma_root;
    return mas.tree.rootIsNode ? 0 : mas.tree.ma_root;
  }
  return lt(mas.indexH, mas.indexL, minH, minL) ? 0 : GO_ON;
}

/**
 * mas_find_rev (6.12): on the first call the entry at or before the index, later the previous one, down to `min`;
 * NULL for none.
 */
export function mas_find_rev(mas: MaState, min: Ulong): Entry {
  const h = hiOf(min);
  const l = loOf(min);
  const entry = findRevSetup(mas, h, l);
  return entry === GO_ON ? prevSlot(mas, h, l, false) : entry;
}

/** mas_find_range_rev (6.12): as `mas_find_rev`, but later calls give the previous slot, NULL or not. */
export function mas_find_range_rev(mas: MaState, min: Ulong): Entry {
  const h = hiOf(min);
  const l = loOf(min);
  const entry = findRevSetup(mas, h, l);
  return entry === GO_ON ? prevSlot(mas, h, l, true) : entry;
}
