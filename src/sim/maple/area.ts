/** Searching for unused ranges: mas_empty_area from below, mas_empty_area_rev from above. */
import { baseOf, gapsAt, hasGaps, isLeaf, slotsAt, typeOf } from './layout.js';
import { isRoot, pivotHi, pivotLo, stateEnd } from './node.js';
import {
  EBUSY,
  EINVAL,
  type MaState,
  ma_none,
  ma_root,
  ma_start,
  mas_err,
  mas_is_err,
  mas_set_err,
} from './state.js';
import { addHi, decHi, decLo, hiOf, incHi, incLo, le, loOf, lt, subHi, type Ulong } from './u64.js';
import { ascend, mas_start, slotMinHi, slotMinLo } from './walk.js';

/** A gap's size and limits as found by the walks; one search at a time. */
const gap = { sizeH: 0, sizeL: 0, minH: 0, minL: 0, maxH: 0, maxL: 0 };
const want = { h: 0, l: 0 };

function fails(mas: MaState): boolean {
  mas_set_err(mas, -EBUSY);
  return true;
}

/** True when `size` can not fit into [min, max], which the searches answer with -EINVAL. */
function refuse(minH: number, minL: number, maxH: number, maxL: number): boolean {
  if (lt(maxH, maxL, minH, minL) || (want.h | want.l) === 0) return true;
  return lt(subHi(maxH, maxL, minH, minL), (maxL - minL) | 0, decHi(want.h, want.l), decLo(want.l));
}

/** mas_sparse_area (6.12): the search in a tree without nodes, where only index 0 can be taken. */
function sparseArea(
  mas: MaState,
  min: [number, number],
  max: [number, number],
  forward: boolean,
): number {
  const [minH] = min;
  const [maxH, maxL] = max;
  let minL = min[1];
  if (mas.status !== ma_none && (minH | minL) === 0) {
    minL = 1;
    if (refuse(minH, minL, maxH, maxL)) return -EBUSY;
  }
  const stepH = decHi(want.h, want.l);
  const stepL = decLo(want.l);
  if (forward) {
    mas.indexH = minH;
    mas.indexL = minL;
    mas.lastH = addHi(minH, minL, stepH, stepL);
    mas.lastL = (minL + stepL) | 0;
  } else {
    mas.lastH = maxH;
    mas.lastL = maxL;
    mas.indexH = subHi(maxH, maxL, stepH, stepL);
    mas.indexL = (maxL - stepL) | 0;
  }
  return 0;
}

/**
 * Size of the gap in or below slot `offset`, which covers [lowH.., highH..], into `gap`; only the part between index
 * and last counts in a leaf when `clip`. False when a leaf slot is taken.
 */
function gapAt(mas: MaState, offset: number, clip: boolean): boolean {
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const type = typeOf(mas.node);
  if (hasGaps(type)) {
    gap.sizeL = w[gapsAt(base) + 2 * offset];
    gap.sizeH = w[gapsAt(base) + 2 * offset + 1];
    return true;
  }
  gap.sizeH = gap.sizeL = 0;
  const s = base + slotsAt(type) + 2 * offset;
  if ((w[s] | w[s + 1]) !== 0) return false;
  let { minH, minL, maxH, maxL } = gap;
  if (clip) {
    if (lt(minH, minL, mas.indexH, mas.indexL)) {
      minH = mas.indexH;
      minL = mas.indexL;
    }
    if (lt(mas.lastH, mas.lastL, maxH, maxL)) {
      maxH = mas.lastH;
      maxL = mas.lastL;
    }
  }
  const dh = subHi(maxH, maxL, minH, minL);
  const dl = (maxL - minL) | 0;
  gap.sizeH = incHi(dh, dl);
  gap.sizeL = incLo(dl);
  return true;
}

/** Puts the range of slot `offset` into `gap`. */
function slotRange(mas: MaState, offset: number): void {
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const type = typeOf(mas.node);
  gap.minH = slotMinHi(mas, offset);
  gap.minL = slotMinLo(mas, offset);
  gap.maxH = pivotHi(w, base, type, offset, mas.maxH);
  gap.maxL = pivotLo(w, base, type, offset, mas.maxL);
}

function enter(mas: MaState, offset: number): void {
  const base = baseOf(mas.node);
  mas.node = mas.tree.cache.words[base + slotsAt(typeOf(mas.node)) + 2 * offset];
  mas.minH = gap.minH;
  mas.minL = gap.minL;
  mas.maxH = gap.maxH;
  mas.maxL = gap.maxL;
}

/** mas_anode_descend (6.12): one node of the forward search; true when it is over. */
function descendForward(mas: MaState): boolean {
  const end = stateEnd(mas);
  for (let offset = mas.offset; offset <= end; offset++) {
    slotRange(mas, offset);
    const below = lt(gap.maxH, gap.maxL, mas.indexH, mas.indexL);
    if (!below && gapAt(mas, offset, true) && le(want.h, want.l, gap.sizeH, gap.sizeL)) {
      if (isLeaf(mas.node)) {
        mas.offset = offset;
        return true;
      }
      enter(mas, offset);
      mas.offset = 0;
      return isRoot(mas.tree.cache, mas.node);
    }
    if (le(mas.lastH, mas.lastL, gap.maxH, gap.maxL)) return fails(mas);
  }
  mas.offset = end + 1;
  return isRoot(mas.tree.cache, mas.node);
}

/** mas_skip_node (6.12): up to where there is a next slot, and onto it; false, with -EBUSY, when there is none. */
function skipNode(mas: MaState): boolean {
  if (mas_is_err(mas)) return false;
  do {
    if (isRoot(mas.tree.cache, mas.node)) {
      if (mas.offset >= stateEnd(mas)) {
        mas_set_err(mas, -EBUSY);
        return false;
      }
    } else ascend(mas);
  } while (mas.offset >= stateEnd(mas));
  mas.offset++;
  return true;
}

/**
 * mas_empty_area (6.12): the lowest free range of `size` within [min, max]. Returns 0 with index and last set, -EINVAL
 * for a window that is too small, -EBUSY when there is none.
 */
export function mas_empty_area(mas: MaState, min: Ulong, max: Ulong, size: Ulong): number {
  const lo: [number, number] = [hiOf(min), loOf(min)];
  const hi: [number, number] = [hiOf(max), loOf(max)];
  want.h = hiOf(size);
  want.l = loOf(size);
  if (refuse(lo[0], lo[1], hi[0], hi[1])) return -EINVAL;
  if (mas.status === ma_start) mas_start(mas);
  else if (mas.offset >= 2) mas.offset -= 2;
  else if (!skipNode(mas)) return -EBUSY;
  if (mas.status === ma_none || mas.status === ma_root) return sparseArea(mas, lo, hi, true);

  [mas.indexH, mas.indexL] = lo;
  [mas.lastH, mas.lastL] = hi;
  let last = 0;
  while (!mas_is_err(mas) && !descendForward(mas)) {
    if (last === mas.node) skipNode(mas);
    else last = mas.node;
  }
  if (mas_is_err(mas)) return mas_err(mas);
  const startH = slotMinHi(mas, mas.offset);
  const startL = slotMinLo(mas, mas.offset);
  if (lt(mas.indexH, mas.indexL, startH, startL)) {
    mas.indexH = startH;
    mas.indexL = startL;
  }
  const stepH = decHi(want.h, want.l);
  const stepL = decLo(want.l);
  mas.lastH = addHi(mas.indexH, mas.indexL, stepH, stepL);
  mas.lastL = (mas.indexL + stepL) | 0;
  mas.end = stateEnd(mas);
  return 0;
}

/** The gap is large enough, also within [.., last]; the second size wraps to 0 for a whole 64-bit range. */
function fitsBelow(mas: MaState): boolean {
  const dh = subHi(mas.lastH, mas.lastL, gap.minH, gap.minL);
  const dl = (mas.lastL - gap.minL) | 0;
  return le(want.h, want.l, gap.sizeH, gap.sizeL) && le(want.h, want.l, incHi(dh, dl), incLo(dl));
}

/** mas_rev_awalk (6.12): one node of the backward search; true when it is over, with the gap in `gap`. */
function descendBackward(mas: MaState): boolean {
  if (mas_is_err(mas)) return true;
  const gaps = hasGaps(typeOf(mas.node));
  let offset = mas.offset;
  while (lt(mas.lastH, mas.lastL, slotMinHi(mas, offset), slotMinLo(mas, offset))) offset--;
  slotRange(mas, offset);
  let exhausted = false;
  while (le(mas.indexH, mas.indexL, gap.maxH, gap.maxL)) {
    gapAt(mas, offset, false);
    let step = 1;
    if ((gap.sizeH | gap.sizeL) !== 0) {
      if (fitsBelow(mas)) break;
      if (!gaps) step = 2;
    }
    if (offset < step) {
      exhausted = true;
      break;
    }
    offset -= step;
    slotRange(mas, offset);
  }
  if (exhausted) {
    if (isRoot(mas.tree.cache, mas.node)) mas_set_err(mas, -EBUSY);
    return false;
  }
  const dh = subHi(gap.maxH, gap.maxL, mas.indexH, mas.indexL);
  const dl = (gap.maxL - mas.indexL) | 0;
  if (
    lt(gap.maxH, gap.maxL, mas.indexH, mas.indexL) ||
    lt(dh, dl, decHi(want.h, want.l), decLo(want.l))
  ) {
    mas_set_err(mas, -EBUSY);
    return false;
  }
  if (isLeaf(mas.node)) {
    mas.offset = offset;
    return true;
  }
  enter(mas, offset);
  mas.offset = stateEnd(mas);
  return false;
}

/** mas_rewind_node (6.12): up to where there is a previous slot, and onto it. */
function rewindNode(mas: MaState): boolean {
  do {
    if (isRoot(mas.tree.cache, mas.node)) {
      if (mas.offset === 0) return false;
    } else ascend(mas);
  } while (mas.offset === 0);
  mas.offset--;
  return true;
}

/**
 * mas_empty_area_rev (6.12): the highest free range of `size` within [min, max]; results as `mas_empty_area`. With
 * max = ULONG_MAX it misses, as the kernel does, a gap that starts at 0.
 */
export function mas_empty_area_rev(mas: MaState, min: Ulong, max: Ulong, size: Ulong): number {
  const lo: [number, number] = [hiOf(min), loOf(min)];
  const hi: [number, number] = [hiOf(max), loOf(max)];
  want.h = hiOf(size);
  want.l = loOf(size);
  let last = mas.node;
  if (refuse(lo[0], lo[1], hi[0], hi[1])) return -EINVAL;
  if (mas.status === ma_start) mas_start(mas);
  else if (mas.offset < 2 && !rewindNode(mas)) return -EBUSY;
  if (mas.status === ma_none || mas.status === ma_root) return sparseArea(mas, lo, hi, false);
  mas.offset = mas.offset >= 2 ? mas.offset - 2 : stateEnd(mas);

  [mas.indexH, mas.indexL] = lo;
  [mas.lastH, mas.lastL] = hi;
  while (!descendBackward(mas)) {
    if (last === mas.node) {
      if (mas_is_err(mas) || !rewindNode(mas)) return -EBUSY;
    } else last = mas.node;
  }
  if (mas_is_err(mas)) return mas_err(mas);
  const topH = addHi(gap.minH, gap.minL, decHi(gap.sizeH, gap.sizeL), decLo(gap.sizeL));
  const topL = (gap.minL + decLo(gap.sizeL)) | 0;
  if (lt(topH, topL, mas.lastH, mas.lastL)) {
    mas.lastH = topH;
    mas.lastL = topL;
  }
  const stepH = decHi(want.h, want.l);
  const stepL = decLo(want.l);
  mas.indexH = subHi(mas.lastH, mas.lastL, stepH, stepL);
  mas.indexL = (mas.lastL - stepL) | 0;
  mas.end = stateEnd(mas);
  return 0;
}
