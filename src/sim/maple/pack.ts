/**
 * Snapshots: a tree, and a state in it, as a few words that depend on content and shape alone, not on node numbers.
 * Two trees behave alike if and only if their words are equal.
 */
import { ForkloreError } from '../../base/errors.js';
import { NodeCache } from './cache.js';
import {
  baseOf,
  enode,
  isLeaf,
  parentAt,
  parentSlotAt,
  pivotsAt,
  slotsAt,
  typeOf,
} from './layout.js';
import { dataEnd, isDead, isRoot, parentOf, parentSlot } from './node.js';
import { MaState } from './state.js';
import { MapleTree } from './tree.js';

/** Words of a packed state. */
const STATE_WORDS = 15;
/** In the place of a state's path: no node, a node that has been replaced. */
const NO_NODE = -1;
const DEAD_NODE = -2;

/**
 * The tree as words: flags, root entry, then each node's used words in depth-first order. Deterministic, about two
 * words per 8-byte field in use. For `unpackTree` and, compared as a whole, equality of trees.
 */
export function packTree(mt: MapleTree): Int32Array {
  const out: number[] = [mt.ma_flags, mt.rootIsNode ? 1 : 0];
  if (mt.rootIsNode) packNode(mt, mt.ma_root, -1, -1, out);
  else out.push(mt.ma_root | 0, Math.floor(mt.ma_root / 4294967296) | 0);
  return Int32Array.from(out);
}

function packNode(mt: MapleTree, ref: number, maxH: number, maxL: number, out: number[]): void {
  const w = mt.cache.words;
  const base = baseOf(ref);
  const type = typeOf(ref);
  const end = dataEnd(w, base, type, maxH, maxL);
  const leaf = isLeaf(ref);
  const meta = type === 3 ? (w[base + 60] >> 8) & 0xff : 0;
  out.push(type | (end << 8) | (meta << 16));
  for (let i = 0; i < 2 * end; i++) out.push(w[pivotsAt(base) + i]);
  const slots = base + slotsAt(type);
  for (let i = 0; i <= end; i++) {
    if (leaf) out.push(w[slots + 2 * i], w[slots + 2 * i + 1]);
    if (type === 3) out.push(w[base + 40 + 2 * i], w[base + 41 + 2 * i]);
  }
  if (leaf) return;
  for (let i = 0; i <= end; i++) {
    const p = pivotsAt(base) + 2 * i;
    packNode(mt, w[slots + 2 * i], i < end ? w[p + 1] : maxH, i < end ? w[p] : maxL, out);
  }
}

/** `packTree` as a string, for maps and sets; equal exactly when the trees are. */
export function mt_key(mt: MapleTree): string {
  return wordsKey(packTree(mt));
}

/** Words as a string of 16-bit halves. */
export function wordsKey(words: Int32Array): string {
  const halves = new Uint16Array(words.buffer);
  let key = '';
  for (let i = 0; i < halves.length; i += 4096)
    key += String.fromCharCode.apply(null, halves.subarray(i, i + 4096) as unknown as number[]);
  return key;
}

class Reader {
  at = 0;
  constructor(
    readonly words: Int32Array,
    readonly mt: MapleTree,
  ) {}

  next(): number {
    if (this.at >= this.words.length)
      throw new ForkloreError('input', 'maple tree: a packed tree is cut short');
    return this.words[this.at++];
  }
}

/** The tree that `packTree` packed, in a cache of its own or in the given one (where it counts as allocations). */
export function unpackTree(words: Int32Array, cache = new NodeCache()): MapleTree {
  const mt = new MapleTree(0, cache);
  const from = new Reader(words, mt);
  mt.ma_flags = from.next();
  mt.rootIsNode = from.next() === 1;
  if (mt.rootIsNode) mt.ma_root = unpackNode(from, 0, 0, -1, -1);
  else {
    const lo = from.next();
    mt.ma_root = from.next() * 4294967296 + (lo >>> 0);
  }
  if (from.at !== words.length)
    throw new ForkloreError('input', 'maple tree: a packed tree has words left over');
  return mt;
}

function unpackNode(
  from: Reader,
  parent: number,
  slot: number,
  maxH: number,
  maxL: number,
): number {
  const { cache } = from.mt;
  const head = from.next();
  const type = head & 0xff;
  const end = (head >> 8) & 0xff;
  const meta = head >> 16;
  if (type < 1 || type > 3 || end > (type === 3 ? 9 : 15))
    throw new ForkloreError('input', 'maple tree: no packed tree');
  const node = cache.take();
  const base = node << 6;
  const slots = base + slotsAt(type);
  let w = cache.words;
  w.fill(0, base, base + 64);
  w[parentAt(base)] = parent;
  w[parentSlotAt(base)] = slot;
  for (let i = 0; i < 2 * end; i++) w[pivotsAt(base) + i] = from.next();
  if (end < (type === 3 ? 9 : 15)) {
    w[pivotsAt(base) + 2 * end] = maxL;
    w[pivotsAt(base) + 2 * end + 1] = maxH;
  }
  for (let i = 0; i <= end; i++) {
    if (type === 1) w[slots + 2 * i] = from.next();
    if (type === 1) w[slots + 2 * i + 1] = from.next();
    if (type === 3) w[base + 40 + 2 * i] = from.next();
    if (type === 3) w[base + 41 + 2 * i] = from.next();
  }
  if (type === 3) w[base + 60] = end | (meta << 8);
  else if (end < 15) w[base + 62] = end;
  for (let i = 0; type !== 1 && i <= end; i++) {
    const p = pivotsAt(base) + 2 * i;
    const child = unpackNode(from, node, i, i < end ? w[p + 1] : maxH, i < end ? w[p] : maxL);
    w = cache.words;
    w[slots + 2 * i] = child;
  }
  return enode(node, type);
}

/** An independent copy of the tree with the same shape, in a compact cache of its own unless one is given. */
export function cloneTree(mt: MapleTree, cache?: NodeCache): MapleTree {
  return unpackTree(packTree(mt), cache);
}

/** The tree as it is in `cache`, a `clone()` of its own cache. States in it go on with `tree` set to the result. */
export function treeInClone(mt: MapleTree, cache: NodeCache): MapleTree {
  const copy = new MapleTree(mt.ma_flags, cache);
  copy.ma_root = mt.ma_root;
  copy.rootIsNode = mt.rootIsNode;
  return copy;
}

/** Slots on the way from the root to the node, four bits each behind a leading 1. */
function pathCode(mt: MapleTree, ref: number): number {
  const slots: number[] = [];
  for (let at = ref; !isRoot(mt.cache, at); at = parentOf(mt, at))
    slots.unshift(parentSlot(mt.cache, at));
  let code = 1;
  for (const slot of slots) code = (code << 4) | slot;
  return code;
}

function nodeAt(mt: MapleTree, code: number): number {
  const digits: number[] = [];
  for (let rest = code; rest > 1; rest >>>= 4) digits.unshift(rest & 15);
  let ref = mt.ma_root;
  for (const slot of digits) ref = mt.cache.words[baseOf(ref) + slotsAt(typeOf(ref)) + 2 * slot];
  return ref;
}

/**
 * A state without preallocated nodes as words; the node as its path in the tree.
 * @throws usage error when the state holds nodes.
 */
export function packState(mas: MaState): Int32Array {
  if (mas.alloc.length)
    throw new ForkloreError('usage', 'maple tree: a state that holds nodes can not be packed');
  const { cache } = mas.tree;
  let path = NO_NODE;
  if (mas.node !== 0) path = isDead(cache, mas.node) ? DEAD_NODE : pathCode(mas.tree, mas.node);
  return Int32Array.of(
    mas.indexH,
    mas.indexL,
    mas.lastH,
    mas.lastL,
    mas.minH,
    mas.minL,
    mas.maxH,
    mas.maxL,
    path,
    mas.status,
    mas.err,
    mas.offset,
    mas.end,
    mas.mas_flags,
    mas.store_type,
  );
}

/** The packed state is on a node of the tree. */
export function isOnNode(words: Int32Array): boolean {
  return words[8] >= 0;
}

/** The packed state is on a node that has been replaced. */
export function isOnDeadNode(words: Int32Array): boolean {
  return words[8] === DEAD_NODE;
}

/**
 * The packed state of an iterator that stands still while another operation makes `now` out of `before` (whose nodes
 * have the same numbers): on the same node while that is in the tree, else on a dead one.
 */
export function stateAfter(words: Int32Array, before: MapleTree, now: MapleTree): Int32Array {
  const out = words.slice();
  const ref = nodeAt(before, words[8]);
  out[8] = inTree(now, ref) ? pathCode(now, ref) : DEAD_NODE;
  return out;
}

/** The node is reached from the root by the way that its parents tell. */
function inTree(mt: MapleTree, ref: number): boolean {
  if (!mt.rootIsNode) return false;
  const w = mt.cache.words;
  let at = ref;
  for (let depth = 0; depth < 32 && !isRoot(mt.cache, at); depth++) {
    if (isDead(mt.cache, at) || w[parentAt(baseOf(at))] < 0) return false;
    const parent = parentOf(mt, at);
    if (w[baseOf(parent) + slotsAt(typeOf(parent)) + 2 * parentSlot(mt.cache, at)] !== at)
      return false;
    at = parent;
  }
  return at === mt.ma_root;
}

/** The state that `packState` packed, in a tree equal to the one it was in. */
export function unpackState(words: Int32Array, mt: MapleTree): MaState {
  if (words.length !== STATE_WORDS) throw new ForkloreError('input', 'maple tree: no packed state');
  const mas = new MaState(mt);
  [mas.indexH, mas.indexL, mas.lastH, mas.lastL, mas.minH, mas.minL, mas.maxH, mas.maxL] = words;
  mas.status = words[9];
  mas.err = words[10];
  mas.offset = words[11];
  mas.end = words[12];
  mas.mas_flags = words[13];
  mas.store_type = words[14];
  if (words[8] === DEAD_NODE) mas.node = deadNode(mt);
  else if (words[8] !== NO_NODE) mas.node = nodeAt(mt, words[8]);
  return mas;
}

/** A node that is dead and waits for the grace period, for a state that was on such a node. */
function deadNode(mt: MapleTree): number {
  const node = mt.cache.take();
  mt.cache.words.fill(0, node << 6, (node + 1) << 6);
  mt.cache.words[parentAt(node << 6)] = node;
  mt.cache.freeRcu(node);
  return enode(node, 1);
}
