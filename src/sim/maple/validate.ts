/** Checking a tree: what mt_validate checks (6.12), and more, without ever stopping at the first finding. */
import { found, maxGap } from './gaps.js';
import {
  baseOf,
  gapsAt,
  hasGaps,
  isLeaf,
  maple_arange_64,
  maple_leaf_64,
  maple_range_64,
  minEnd,
  nodeOf,
  parentAt,
  parentSlotAt,
  pivotCount,
  pivotsAt,
  slotCount,
  slotsAt,
  typeOf,
} from './layout.js';
import { dataEnd, pivotHi, pivotLo, readEntry } from './node.js';
import { MaState } from './state.js';
import { type MapleTree, mt_height, mt_is_alloc } from './tree.js';
import { decimal, incHi, incLo, lt, subHi } from './u64.js';

/** A broken invariant. */
export interface Violation {
  invariant:
    | 'root'
    | 'height'
    | 'type'
    | 'dead-node'
    | 'parent'
    | 'pivot-order'
    | 'end'
    | 'stale-slot'
    | 'occupancy'
    | 'gap'
    | 'metagap'
    | 'adjacent-nulls'
    | 'null-at-end';
  /** Slots from the root down to the node, `/` for the root itself. */
  where: string;
  detail: string;
}

interface Ctx {
  mt: MapleTree;
  out: Violation[];
  /** The last slot seen, in order, held NULL. */
  lastNull: boolean;
  seen: Set<number>;
}

interface Place {
  ref: number;
  parent: number;
  slot: number;
  depth: number;
  minH: number;
  minL: number;
  maxH: number;
  maxL: number;
  path: string;
}

/** All broken invariants of the tree; an empty list when it is valid. */
export function validate(mt: MapleTree): Violation[] {
  const ctx: Ctx = { mt, out: [], lastNull: false, seen: new Set() };
  const height = mt_height(mt);
  if (!mt.rootIsNode) {
    if (height !== 0) report(ctx, 'height', '/', `flags say ${height}, the root is no node`);
    if (mt.ma_root !== 0 && (mt.ma_root & 3) === 2)
      report(ctx, 'root', '/', `internal entry ${mt.ma_root} as root`);
    return ctx.out;
  }
  if (height === 0) report(ctx, 'height', '/', 'flags say 0, the root is a node');
  check(ctx, {
    ref: mt.ma_root,
    parent: 0,
    slot: 0,
    depth: 0,
    minH: 0,
    minL: 0,
    maxH: -1,
    maxL: -1,
    path: '/',
  });
  return ctx.out;
}

function report(ctx: Ctx, invariant: Violation['invariant'], where: string, detail: string): void {
  ctx.out.push({ invariant, where, detail });
}

function check(ctx: Ctx, at: Place): void {
  const w = ctx.mt.cache.words;
  const base = baseOf(at.ref);
  if (ctx.seen.has(at.ref) || nodeOf(at.ref) === 0 || base + 64 > w.length) {
    report(
      ctx,
      'parent',
      at.path,
      ctx.seen.has(at.ref) ? 'the node is in the tree twice' : 'no node here',
    );
    return;
  }
  ctx.seen.add(at.ref);
  checkLinks(ctx, at, w, base);
  const end = checkPivots(ctx, at, w, base);
  if (end < minEnd(typeOf(at.ref)) && (at.maxH & at.maxL) !== -1) {
    report(
      ctx,
      'occupancy',
      at.path,
      `${end + 1} slots, at least ${minEnd(typeOf(at.ref)) + 1} needed`,
    );
  }
  checkStale(ctx, at, w, base, end);
  if (isLeaf(at.ref)) checkNulls(ctx, at, w, base, end);
  else checkChildren(ctx, at, w, base, end);
  if (mt_is_alloc(ctx.mt)) checkGap(ctx, at, w, base, end);
}

function checkLinks(ctx: Ctx, at: Place, w: Int32Array, base: number): void {
  const height = mt_height(ctx.mt);
  const type = typeOf(at.ref);
  const wanted =
    at.depth === height - 1
      ? maple_leaf_64
      : mt_is_alloc(ctx.mt)
        ? maple_arange_64
        : maple_range_64;
  if (type !== wanted)
    report(ctx, 'type', at.path, `type ${type} at depth ${at.depth} of a tree of height ${height}`);
  const parent = w[parentAt(base)];
  if (parent === nodeOf(at.ref)) report(ctx, 'dead-node', at.path, 'a dead node is in the tree');
  else if (parent !== at.parent)
    report(ctx, 'parent', at.path, `parent is node ${parent}, not ${at.parent}`);
  else if (parent !== 0 && w[parentSlotAt(base)] !== at.slot) {
    report(ctx, 'parent', at.path, `parent slot is ${w[parentSlotAt(base)]}, not ${at.slot}`);
  }
}

/** Pivots rise from the node's minimum to its maximum; the slot whose pivot is the maximum is the last. */
function checkPivots(ctx: Ctx, at: Place, w: Int32Array, base: number): number {
  const type = typeOf(at.ref);
  let lowH = at.minH;
  let lowL = at.minL;
  let i = 0;
  for (; i < slotCount(type); i++) {
    const h = pivotHi(w, base, type, i, at.maxH);
    const l = pivotLo(w, base, type, i, at.maxL);
    if (lt(h, l, lowH, lowL) || lt(at.maxH, at.maxL, h, l)) {
      const range = `[${decimal(lowH, lowL)}, ${decimal(at.maxH, at.maxL)}]`;
      report(ctx, 'pivot-order', at.path, `pivot ${i} is ${decimal(h, l)}, not in ${range}`);
      break;
    }
    if (h === at.maxH && l === at.maxL) break;
    lowH = incHi(h, l);
    lowL = incLo(l);
  }
  const end = dataEnd(w, base, type, at.maxH, at.maxL);
  if (end !== i)
    report(ctx, 'end', at.path, `data ends at slot ${end}, the node's maximum is at slot ${i}`);
  return Math.min(end, slotCount(type) - 1);
}

/** Behind the end there is nothing, except metadata in the last slot of a leaf or range_64 node. */
function checkStale(ctx: Ctx, at: Place, w: Int32Array, base: number, end: number): void {
  const type = typeOf(at.ref);
  for (let i = end + 1; i < slotCount(type); i++) {
    const s = base + slotsAt(type) + 2 * i;
    const meta = !hasGaps(type) && i === 15;
    if (!meta && (w[s] | w[s + 1]) !== 0)
      report(ctx, 'stale-slot', at.path, `slot ${i} behind the end is not NULL`);
    const p = pivotsAt(base) + 2 * i;
    if (i < pivotCount(type) && (w[p] | w[p + 1]) !== 0)
      report(ctx, 'stale-slot', at.path, `pivot ${i} behind the end`);
    const g = gapsAt(base) + 2 * i;
    if (hasGaps(type) && (w[g] | w[g + 1]) !== 0)
      report(ctx, 'gap', at.path, `gap ${i} behind the end`);
  }
}

function checkNulls(ctx: Ctx, at: Place, w: Int32Array, base: number, end: number): void {
  for (let i = 0; i <= end; i++) {
    const isNull = readEntry(w, base + slotsAt(maple_leaf_64) + 2 * i) === 0;
    if (isNull && ctx.lastNull)
      report(ctx, 'adjacent-nulls', at.path, `slot ${i} and the one before are NULL`);
    ctx.lastNull = isNull;
  }
  if (ctx.lastNull && (at.maxH & at.maxL) !== -1) {
    report(ctx, 'null-at-end', at.path, 'a leaf that is not the right-most one ends with NULL');
  }
}

function checkChildren(ctx: Ctx, at: Place, w: Int32Array, base: number, end: number): void {
  const type = typeOf(at.ref);
  let lowH = at.minH;
  let lowL = at.minL;
  for (let i = 0; i <= end; i++) {
    const h = i === end ? at.maxH : pivotHi(w, base, type, i, at.maxH);
    const l = i === end ? at.maxL : pivotLo(w, base, type, i, at.maxL);
    check(ctx, {
      ref: w[base + slotsAt(type) + 2 * i],
      parent: nodeOf(at.ref),
      slot: i,
      depth: at.depth + 1,
      minH: lowH,
      minL: lowL,
      maxH: h,
      maxL: l,
      path: at.path === '/' ? `/${i}` : `${at.path}/${i}`,
    });
    lowH = incHi(h, l);
    lowL = incLo(l);
  }
}

/** The parent's gap is the largest NULL range of a leaf, or the largest gap of an internal node. */
function checkGap(ctx: Ctx, at: Place, w: Int32Array, base: number, end: number): void {
  let hi = 0;
  let lo = 0;
  if (isLeaf(at.ref)) {
    let p = pivotsAt(base);
    for (let i = 0; i <= end; i++, p += 2) {
      if (readEntry(w, base + slotsAt(maple_leaf_64) + 2 * i) !== 0) continue;
      const lowH = i ? incHi(w[p - 1], w[p - 2]) : at.minH;
      const lowL = i ? incLo(w[p - 2]) : at.minL;
      const highH = i < end ? w[p + 1] : at.maxH;
      const highL = i < end ? w[p] : at.maxL;
      const dh = subHi(highH, highL, lowH, lowL);
      const dl = (highL - lowL) | 0;
      if (lt(hi, lo, incHi(dh, dl), incLo(dl))) {
        hi = incHi(dh, dl);
        lo = incLo(dl);
      }
    }
  } else {
    for (let i = 0; i <= end; i++) {
      const g = gapsAt(base) + 2 * i;
      if (lt(hi, lo, w[g + 1], w[g])) {
        hi = w[g + 1];
        lo = w[g];
      }
    }
    const state = new MaState(ctx.mt);
    state.node = at.ref;
    maxGap(state);
    if (found.hi !== hi || found.lo !== lo) {
      report(
        ctx,
        'metagap',
        at.path,
        `the recorded slot has ${decimal(found.hi, found.lo)}, the largest is ${decimal(hi, lo)}`,
      );
    }
  }
  if (at.parent === 0) return;
  const g = gapsAt(at.parent << 6) + 2 * at.slot;
  if (w[g] !== lo || w[g + 1] !== hi) {
    report(
      ctx,
      'gap',
      at.path,
      `the parent has ${decimal(w[g + 1], w[g])}, the largest gap is ${decimal(hi, lo)}`,
    );
  }
}
