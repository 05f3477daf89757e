/** mas_next, mas_prev and their range variants: from where the state is to the neighbouring slot. */
import { MapleFault } from './fault.js';
import { baseOf, pivotsAt, slotsAt, typeOf } from './layout.js';
import { dataEnd, isDead, isRoot, pivotHi, pivotLo, readEntry, stateEnd } from './node.js';
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
  MaState as State,
} from './state.js';
import type { Entry, MapleTree } from './tree.js';
import { decHi, decLo, hiOf, incHi, incLo, le, loOf, lt, type Ulong } from './u64.js';
import { ascend, mas_walk, rewalk, slotMinHi, slotMinLo } from './walk.js';

function requireNode(mas: MaState, indexH: number, indexL: number): void {
  if (mas.node !== 0 && isDead(mas.tree.cache, mas.node)) rewalk(mas, indexH, indexL);
  if (mas.node === 0)
    throw new MapleFault('null-node', 'an iteration goes on from a state without a node');
}

/** mas_next_node: to the first slot of the next leaf; false when there is none up to the limit. */
function nextNode(mas: MaState, limitH: number, limitL: number): boolean {
  const cache = mas.tree.cache;
  const w = cache.words;
  if (le(limitH, limitL, mas.maxH, mas.maxL)) return false;
  const minH = incHi(mas.maxH, mas.maxL);
  const minL = incLo(mas.maxL);
  let level = 0;
  do {
    if (isRoot(cache, mas.node)) return false;
    ascend(mas);
    level++;
  } while (mas.offset === stateEnd(mas));
  let slot = mas.offset + 1;
  for (; level > 0; level--) {
    const base = baseOf(mas.node);
    const type = typeOf(mas.node);
    mas.maxL = pivotLo(w, base, type, slot, mas.maxL);
    mas.maxH = pivotHi(w, base, type, slot, mas.maxH);
    mas.node = w[base + slotsAt(type) + 2 * slot];
    slot = 0;
  }
  mas.minH = minH;
  mas.minL = minL;
  mas.offset = 0;
  mas.end = stateEnd(mas);
  return true;
}

/** mas_prev_node: to the last slot of the previous leaf; false when there is none down to the limit. */
function prevNode(mas: MaState, limitH: number, limitL: number): boolean {
  const cache = mas.tree.cache;
  const w = cache.words;
  if ((mas.minH | mas.minL) === 0) return false;
  const maxH = decHi(mas.minH, mas.minL);
  const maxL = decLo(mas.minL);
  if (lt(maxH, maxL, limitH, limitL)) return false;
  let level = 0;
  do {
    if (isRoot(cache, mas.node)) return false;
    ascend(mas);
    level++;
  } while (mas.offset === 0);
  let slot = mas.offset - 1;
  for (; level > 0; level--) {
    const base = baseOf(mas.node);
    const type = typeOf(mas.node);
    if (slot) {
      const p = pivotsAt(base) + 2 * slot - 2;
      mas.minH = incHi(w[p + 1], w[p]);
      mas.minL = incLo(w[p]);
    }
    mas.node = w[base + slotsAt(type) + 2 * slot];
    slot = dataEnd(w, baseOf(mas.node), typeOf(mas.node), maxH, maxL);
  }
  mas.maxH = maxH;
  mas.maxL = maxL;
  mas.offset = mas.end = slot;
  return true;
}

/**
 * mas_next_slot (6.12): the next entry, or with `empty` the next slot, that starts at or below the limit; else NULL
 * and the state has overflowed.
 */
export function nextSlot(mas: MaState, limitH: number, limitL: number, empty: boolean): Entry {
  requireNode(mas, mas.lastH, mas.lastL);
  const w = mas.tree.cache.words;
  if (le(limitH, limitL, mas.maxH, mas.maxL)) {
    const p = pivotsAt(baseOf(mas.node)) + 2 * mas.offset;
    const inner = mas.offset < mas.end;
    if (le(limitH, limitL, inner ? w[p + 1] : mas.maxH, inner ? w[p] : mas.maxL))
      return overflow(mas);
  }
  for (let first = true; ; first = false) {
    if (mas.offset < mas.end) {
      const p = pivotsAt(baseOf(mas.node)) + 2 * mas.offset;
      mas.indexH = first ? incHi(w[p + 1], w[p]) : incHi(mas.lastH, mas.lastL);
      mas.indexL = first ? incLo(w[p]) : incLo(mas.lastL);
      mas.offset++;
      const inner = mas.offset < mas.end;
      mas.lastH = inner ? w[p + 3] : mas.maxH;
      mas.lastL = inner ? w[p + 2] : mas.maxL;
    } else {
      if (le(limitH, limitL, mas.lastH, mas.lastL) || !nextNode(mas, limitH, limitL))
        return overflow(mas);
      const p = pivotsAt(baseOf(mas.node));
      mas.indexH = mas.minH;
      mas.indexL = mas.minL;
      mas.lastH = w[p + 1];
      mas.lastL = w[p];
    }
    const entry = readEntry(w, baseOf(mas.node) + slotsAt(typeOf(mas.node)) + 2 * mas.offset);
    if (entry !== 0 || empty) return entry;
    if (le(limitH, limitL, mas.lastH, mas.lastL)) return overflow(mas);
  }
}

function overflow(mas: MaState): Entry {
  mas.status = ma_overflow;
  return 0;
}

function underflow(mas: MaState): Entry {
  mas.status = ma_underflow;
  return 0;
}

/** mas_prev_slot (6.12): as `nextSlot`, downwards. */
export function prevSlot(mas: MaState, limitH: number, limitL: number, empty: boolean): Entry {
  requireNode(mas, mas.indexH, mas.indexL);
  const w = mas.tree.cache.words;
  if (le(mas.minH, mas.minL, limitH, limitL)) {
    if (le(slotMinHi(mas, mas.offset), slotMinLo(mas, mas.offset), limitH, limitL))
      return underflow(mas);
  }
  for (;;) {
    if (mas.offset) {
      mas.offset--;
      mas.lastH = decHi(mas.indexH, mas.indexL);
      mas.lastL = decLo(mas.indexL);
      mas.indexH = slotMinHi(mas, mas.offset);
      mas.indexL = slotMinLo(mas, mas.offset);
    } else {
      if (le(mas.indexH, mas.indexL, limitH, limitL) || !prevNode(mas, limitH, limitL))
        return underflow(mas);
      mas.lastH = mas.maxH;
      mas.lastL = mas.maxL;
      mas.indexH = slotMinHi(mas, mas.offset);
      mas.indexL = slotMinLo(mas, mas.offset);
    }
    const entry = readEntry(w, baseOf(mas.node) + slotsAt(typeOf(mas.node)) + 2 * mas.offset);
    if (entry !== 0 || empty) return entry;
    if (le(mas.indexH, mas.indexL, limitH, limitL)) return underflow(mas);
  }
}

/** The result of a set-up when the search has to go on from the state. */
const GO_ON = -1;

/** mas_next_setup (6.12): the entry if that is the answer already, else GO_ON. */
function nextSetup(mas: MaState, limitH: number, limitL: number): Entry {
  if (mas.status === ma_active && lt(mas.lastH, mas.lastL, limitH, limitL)) return GO_ON;
  const wasNone = mas.status === ma_none;
  if (le(limitH, limitL, mas.lastH, mas.lastL)) return overflow(mas);
  switch (mas.status) {
    case ma_none:
    case ma_pause:
    case ma_start:
      mas_walk(mas);
      break;
    case ma_overflow:
      mas.status = ma_active;
      break;
    case ma_underflow: {
      const entry = mas_walk(mas);
      if (entry !== 0) return entry;
      break;
    }
    case ma_error:
      return 0;
  }
  if (mas.status === ma_root) {
    const atZero = wasNone && (mas.indexH | mas.indexL) === 0;
    mas.indexH = mas.lastH = mas.indexL = mas.lastL = 0;
    if (atZero) return 0;
    mas.indexL = 1;
    mas.lastH = mas.lastL = -1;
    mas.status = ma_none;
    return 0;
  }
  return mas.status === ma_none ? 0 : GO_ON;
}

/** mas_prev_setup (6.12): the entry if that is the answer already, else GO_ON. */
function prevSetup(mas: MaState, limitH: number, limitL: number): Entry {
  if (le(mas.indexH, mas.indexL, limitH, limitL)) return underflow(mas);
  switch (mas.status) {
    case ma_active:
      return GO_ON;
    case ma_none:
    case ma_pause:
      mas.status = ma_start;
      break;
    case ma_underflow:
      mas.status = ma_active;
      break;
    case ma_overflow: {
      const entry = mas_walk(mas);
      if (entry !== 0) return entry;
      break;
    }
    case ma_error:
      return 0;
  }
  if (mas.status === ma_start) mas_walk(mas);
  const atZero = (mas.indexH | mas.indexL) === 0;
  if (mas.status === ma_root || mas.status === ma_none) {
    if (atZero) {
      mas.status = ma_none;
      return 0;
    }
    mas.indexH = mas.indexL = mas.lastH = mas.lastL = 0;
    mas.status = ma_root;
    return mas.tree.rootIsNode ? 0 : mas.tree.ma_root;
  }
  return GO_ON;
}

/** mas_next (6.12): the next entry that starts at or below `max`, or NULL. Index and last become its range. */
export function mas_next(mas: MaState, max: Ulong): Entry {
  const h = hiOf(max);
  const l = loOf(max);
  const entry = nextSetup(mas, h, l);
  return entry === GO_ON ? nextSlot(mas, h, l, false) : entry;
}

/** mas_next_range (6.12): the next slot, NULL or not. */
export function mas_next_range(mas: MaState, max: Ulong): Entry {
  const h = hiOf(max);
  const l = loOf(max);
  const entry = nextSetup(mas, h, l);
  return entry === GO_ON ? nextSlot(mas, h, l, true) : entry;
}

/** mas_prev (6.12): the previous entry that ends at or above `min`, or NULL. */
export function mas_prev(mas: MaState, min: Ulong): Entry {
  const h = hiOf(min);
  const l = loOf(min);
  const entry = prevSetup(mas, h, l);
  return entry === GO_ON ? prevSlot(mas, h, l, false) : entry;
}

/** mas_prev_range (6.12): the previous slot, NULL or not. */
export function mas_prev_range(mas: MaState, min: Ulong): Entry {
  const h = hiOf(min);
  const l = loOf(min);
  const entry = prevSetup(mas, h, l);
  return entry === GO_ON ? prevSlot(mas, h, l, true) : entry;
}

/** mt_next: the first entry after `index` that starts at or below `max`, or NULL. */
export function mt_next(mt: MapleTree, index: Ulong, max: Ulong): Entry {
  return mas_next(new State(mt, index), max);
}

/** mt_prev: the last entry before `index` that ends at or above `min`, or NULL. */
export function mt_prev(mt: MapleTree, index: Ulong, min: Ulong): Entry {
  return mas_prev(new State(mt, index), min);
}
