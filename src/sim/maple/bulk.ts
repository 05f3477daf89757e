/** Bulk mode: preallocation for an expected number of entries, and giving the state up afterwards. */
import { MapleFault } from './fault.js';
import { found, maxGap, updateGap } from './gaps.js';
import {
  baseOf,
  gapsAt,
  hasGaps,
  MAPLE_ARANGE64_SLOTS,
  MAPLE_RANGE64_SLOTS,
  minEnd,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import { parentOf, parentSlot, setMeta, stateEnd } from './node.js';
import { nodeCount, releaseNodes } from './nodes.js';
import {
  copyState,
  MA_STATE_BULK,
  MA_STATE_PREALLOC,
  MA_STATE_REBALANCE,
  MaState,
  mas_err,
  mas_is_err,
  mas_reset,
} from './state.js';
import { type MapleTree, mt_is_alloc } from './tree.js';
import { incHi, incLo } from './u64.js';
import { ascend, mas_start, rangeWalk, toPrevSibling } from './walk.js';

/**
 * mas_expected_entries (6.12): turns bulk mode on and preallocates for `entries` entries with a gap after each.
 * Returns 0 or -ENOMEM. To be followed by `mas_destroy`; the tree must not be in RCU mode.
 */
export function mas_expected_entries(mas: MaState, entries: number): number {
  const node = mas.node;
  mas.mas_flags |= MA_STATE_BULK;
  const capacity = (mt_is_alloc(mas.tree) ? MAPLE_ARANGE64_SLOTS : MAPLE_RANGE64_SLOTS) - 2;
  const leaves = Math.ceil((entries * 2 + 1) / (MAPLE_RANGE64_SLOTS - 2));
  nodeCount(mas, leaves + Math.ceil(leaves / capacity) + 3, 'GFP_KERNEL');
  mas.mas_flags |= MA_STATE_PREALLOC;
  const err = mas_err(mas);
  if (err) {
    mas.node = node;
    mas_destroy(mas);
  }
  return err;
}

/** mas_destroy (6.12): ends bulk mode, mending a tail leaf that is too small, and frees the nodes that are left. */
export function mas_destroy(mas: MaState): void {
  if (mas.mas_flags & MA_STATE_REBALANCE) {
    if (mas_is_err(mas)) mas_reset(mas);
    mas_start(mas);
    rangeWalk(mas);
    const count = mas.end + 1;
    if (count < minEnd(typeOf(mas.node)) - 1) fillTail(mas, count);
    mas.mas_flags &= ~MA_STATE_REBALANCE;
  }
  releaseMas(mas);
}

/** The part of `mas_destroy` that every store ends with. */
export function releaseMas(mas: MaState): void {
  if (mas.mas_flags & MA_STATE_REBALANCE) {
    mas_destroy(mas);
    return;
  }
  mas.mas_flags &= ~(MA_STATE_BULK | MA_STATE_PREALLOC);
  if (mas.alloc.length) releaseNodes(mas);
}

const leftMas = new MaState(null as unknown as MapleTree);

/**
 * mas_destroy_rebalance (6.12): the tail leaf, of `count` slots, takes from its left sibling all that is behind slot
 * 8 (9 if that is NULL). Outside RCU mode only: in it the kernel loses entries (its branch is never run).
 */
function fillTail(mas: MaState, count: number): void {
  const cache = mas.tree.cache;
  const w = cache.words;
  const type = typeOf(mas.node);
  copyState(leftMas, mas);
  if (!toPrevSibling(leftMas))
    throw new MapleFault('null-node', 'mas_destroy: the tail leaf has no left sibling');
  const node = baseOf(mas.node);
  const left = baseOf(leftMas.node);
  const s = slotsAt(type);
  let split = MAPLE_RANGE64_SLOTS / 2;
  if ((w[left + s + 2 * split] | w[left + s + 2 * split + 1]) === 0) split++;
  const moved = stateEnd(leftMas) - split;
  const total = moved + count;

  // As in the kernel the last pivot comes from beyond the array, which is slot 0, when the left leaf has 16 slots.
  w.copyWithin(node + s + 2 * moved, node + s, node + s + 2 * count);
  w.copyWithin(pivotsAt(node) + 2 * moved, pivotsAt(node), pivotsAt(node) + 2 * count);
  w.copyWithin(node + s, left + s + 2 * split + 2, left + s + 2 * split + 2 + 2 * moved);
  w.copyWithin(
    pivotsAt(node),
    pivotsAt(left) + 2 * split + 2,
    pivotsAt(left) + 2 * split + 2 + 2 * moved,
  );
  w.fill(0, pivotsAt(node) + 2 * total, pivotsAt(node) + 30);
  w.fill(0, node + s + 2 * total, node + s + 32);
  setMeta(cache, node, type, total - 1, 0);

  leftMas.maxL = w[pivotsAt(left) + 2 * split];
  leftMas.maxH = w[pivotsAt(left) + 2 * split + 1];
  mas.minH = incHi(leftMas.maxH, leftMas.maxL);
  mas.minL = incLo(leftMas.maxL);
  w.fill(0, pivotsAt(left) + 2 * split + 2, pivotsAt(left) + 30);
  w.fill(0, left + s + 2 * split + 2, left + s + 32);
  setMeta(cache, left, type, split, 0);
  cache.counters.words += 2 * total + 32 + 2 * (15 - split);
  cache.counters.slots += 16;
  linkTail(mas);
}

/** Brings the parent's pivot and gaps up to date and leaves the state on the parent, as the kernel does. */
function linkTail(mas: MaState): void {
  const cache = mas.tree.cache;
  const w = cache.words;
  const parent = parentOf(mas.tree, mas.node);
  const base = baseOf(parent);
  const slot = parentSlot(cache, leftMas.node);
  w[pivotsAt(base) + 2 * slot] = leftMas.maxL;
  w[pivotsAt(base) + 2 * slot + 1] = leftMas.maxH;
  cache.counters.words++;
  if (hasGaps(typeOf(parent))) {
    for (const side of [mas, leftMas]) {
      maxGap(side);
      const at = gapsAt(base) + 2 * parentSlot(cache, side.node);
      w[at] = found.lo;
      w[at + 1] = found.hi;
      cache.counters.words++;
    }
  }
  ascend(mas);
  updateGap(mas);
}
