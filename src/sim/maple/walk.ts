/** Walking the tree without changing it: from the root to an index, and one level up or down. */
import { MapleFault } from './fault.js';
import {
  baseOf,
  enode,
  isLeaf,
  maple_range_64,
  parentAt,
  parentSlotAt,
  pivotCount,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import {
  dataEnd,
  isRoot,
  parentOf,
  parentSlot,
  pivotHi,
  pivotLo,
  readEntry,
  stateEnd,
} from './node.js';
import { copyPlace, MaState, ma_active, ma_none, ma_root, ma_start, mas_reset } from './state.js';
import { type Entry, type MapleTree, XA_ZERO_ENTRY } from './tree.js';
import { incHi, incLo, lt, type Ulong } from './u64.js';

/** Offset of a state that is not on a node. */
const NO_OFFSET = 31;

/**
 * mas_start (6.12): puts a state that has not walked on the root. Returns the entry when the tree is a single entry
 * and the index is 0, else NULL; a state in any other status stays as it is.
 */
export function mas_start(mas: MaState): Entry {
  if (mas.status !== ma_start) return 0;
  const mt = mas.tree;
  mas.minH = 0;
  mas.minL = 0;
  mas.maxH = -1;
  mas.maxL = -1;
  if (mt.rootIsNode) {
    mas.status = ma_active;
    mas.node = mt.ma_root;
    mas.offset = 0;
    return 0;
  }
  mas.node = 0;
  mas.offset = NO_OFFSET;
  mas.status = mt.ma_root === 0 ? ma_none : ma_root;
  return (mas.indexH | mas.indexL) === 0 ? mt.ma_root : 0;
}

/**
 * mtree_range_walk (6.12): from the state's node down to the leaf slot that holds the index. Sets index and last to
 * the range of the slot and returns its entry.
 */
export function rangeWalk(mas: MaState): Entry {
  const w = mas.tree.cache.words;
  const ih = mas.indexH;
  const il = mas.indexL;
  let minH = mas.minH;
  let minL = mas.minL;
  let maxH = mas.maxH;
  let maxL = mas.maxL;
  for (let ref = mas.node; ; ) {
    if (ref === 0) throw new MapleFault('null-node', 'a walk meets no node');
    const base = baseOf(ref);
    const type = typeOf(ref);
    const end = dataEnd(w, base, type, maxH, maxL);
    let p = pivotsAt(base);
    let offset = 0;
    while (offset < end && lt(w[p + 1], w[p], ih, il)) {
      offset++;
      p += 2;
    }
    const lowH = offset ? incHi(w[p - 1], w[p - 2]) : minH;
    const lowL = offset ? incLo(w[p - 2]) : minL;
    const highH = offset < end ? w[p + 1] : maxH;
    const highL = offset < end ? w[p] : maxL;
    const at = base + slotsAt(type) + 2 * offset;
    if (type < maple_range_64) {
      mas.node = ref;
      mas.end = end;
      mas.offset = offset;
      mas.minH = minH;
      mas.minL = minL;
      mas.maxH = maxH;
      mas.maxL = maxL;
      mas.indexH = lowH;
      mas.indexL = lowL;
      mas.lastH = highH;
      mas.lastL = highL;
      return readEntry(w, at);
    }
    minH = lowH;
    minL = lowL;
    maxH = highH;
    maxL = highL;
    ref = w[at];
  }
}

/** mas_state_walk: to the index, from the root if the state has not walked yet. */
export function stateWalk(mas: MaState): Entry {
  const entry = mas_start(mas);
  if (mas.status === ma_none) return 0;
  if (mas.status === ma_root) return entry;
  return rangeWalk(mas);
}

/**
 * mas_walk (6.12): the entry at the state's index or NULL; index and last become the range that it (or the NULL)
 * covers.
 */
export function mas_walk(mas: MaState): Entry {
  mas.status = ma_start;
  const entry = stateWalk(mas);
  if (mas.status === ma_none) {
    mas.indexH = 0;
    mas.indexL = 0;
    mas.lastH = -1;
    mas.lastL = -1;
  } else if (mas.status === ma_root) {
    if ((mas.indexH | mas.indexL) === 0) {
      mas.lastH = 0;
      mas.lastL = 0;
      return entry;
    }
    mas.indexH = 0;
    mas.indexL = 1;
    mas.lastH = -1;
    mas.lastL = -1;
    mas.status = ma_none;
    return 0;
  }
  return entry;
}

/** mtree_load (6.12): the entry at `index`; NULL for none and for the zero entry. */
export function mtree_load(mt: MapleTree, index: Ulong): Entry {
  const mas = new MaState(mt, index);
  const entry = stateWalk(mas);
  return entry === XA_ZERO_ENTRY ? 0 : entry;
}

/** Walks to the index anew after the state's node was replaced. */
export function rewalk(mas: MaState, indexH: number, indexL: number): void {
  mas_reset(mas);
  mas.indexH = mas.lastH = indexH;
  mas.indexL = mas.lastL = indexL;
  stateWalk(mas);
}

/** mas_descend: into the child at the state's offset. */
export function descend(mas: MaState): void {
  const w = mas.tree.cache.words;
  const base = baseOf(mas.node);
  const type = typeOf(mas.node);
  const p = pivotsAt(base) + 2 * mas.offset;
  if (mas.offset) {
    mas.minH = incHi(w[p - 1], w[p - 2]);
    mas.minL = incLo(w[p - 2]);
  }
  mas.maxH = pivotHi(w, base, type, mas.offset, mas.maxH);
  mas.maxL = pivotLo(w, base, type, mas.offset, mas.maxL);
  mas.node = w[base + slotsAt(type) + 2 * mas.offset];
}

/**
 * mas_ascend (6.12): to the parent; the offset becomes the slot that the state came from. The parent's limits are
 * the nearest pivots around it further up. At the root only the offset is set to 0.
 */
export function ascend(mas: MaState): void {
  const w = mas.tree.cache.words;
  if (w[parentAt(baseOf(mas.node))] === 0) {
    mas.offset = 0;
    return;
  }
  const type = typeOf(parentOf(mas.tree, mas.node));
  mas.offset = parentSlot(mas.tree.cache, mas.node);
  let base = w[parentAt(baseOf(mas.node))] << 6;
  mas.node = enode(base >> 6, type);
  let needMin = mas.offset > 0;
  let needMax = true;
  if (needMin) mas.minH = mas.minL = 0;
  mas.maxH = mas.maxL = -1;
  while ((needMin || needMax) && w[parentAt(base)] !== 0) {
    const slot = w[parentSlotAt(base)];
    base = w[parentAt(base)] << 6;
    const p = pivotsAt(base) + 2 * slot;
    if (needMin && slot > 0) {
      needMin = false;
      mas.minH = incHi(w[p - 1], w[p - 2]);
      mas.minL = incLo(w[p - 2]);
    }
    if (needMax && slot < pivotCount(type)) {
      needMax = false;
      mas.maxH = w[p + 1];
      mas.maxL = w[p];
    }
  }
}

/** To the left neighbour under the same parent; false, and nothing done, when there is none. */
export function toPrevSibling(mas: MaState): boolean {
  const slot = parentSlot(mas.tree.cache, mas.node);
  if (isRoot(mas.tree.cache, mas.node) || slot === 0) return false;
  ascend(mas);
  mas.offset = slot - 1;
  descend(mas);
  return true;
}

const parentScratch = new MaState(null as unknown as MapleTree);

/** To the right neighbour under the same parent; false, and nothing done, when there is none. */
export function toNextSibling(mas: MaState): boolean {
  if (isRoot(mas.tree.cache, mas.node)) return false;
  copyPlace(parentScratch, mas);
  ascend(parentScratch);
  parentScratch.offset++;
  if (parentScratch.offset > stateEnd(parentScratch)) return false;
  copyPlace(mas, parentScratch);
  descend(mas);
  return true;
}

/** High half of the start of the range in slot `offset` of the state's node. */
export function slotMinHi(mas: MaState, offset: number): number {
  const w = mas.tree.cache.words;
  const p = pivotsAt(baseOf(mas.node)) + 2 * offset;
  return offset ? incHi(w[p - 1], w[p - 2]) : mas.minH;
}

/** Low half of the start of the range in slot `offset`. */
export function slotMinLo(mas: MaState, offset: number): number {
  return offset
    ? incLo(mas.tree.cache.words[pivotsAt(baseOf(mas.node)) + 2 * offset - 2])
    : mas.minL;
}

/** A state on the left-most leaf, or one that is not active when the tree has no nodes. */
export function firstLeaf(mt: MapleTree): MaState {
  const mas = new MaState(mt);
  mas_start(mas);
  if (mas.status !== ma_active) return mas;
  while (!isLeaf(mas.node)) {
    mas.offset = 0;
    descend(mas);
  }
  return mas;
}
