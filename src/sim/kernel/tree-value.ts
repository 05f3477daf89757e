import { isPtr, type Opaque, type Ptr, pointer, type Value } from '../machine/value.js';
import type { World } from '../machine/world.js';
import {
  type Entry,
  MA_STATE,
  MapleTree,
  MT_FLAGS_ALLOC_RANGE,
  MT_FLAGS_USE_RCU,
  mas_find,
  mas_store_gfp,
  type NodeCache,
  packTree,
  ULONG_MAX,
  unpackTree,
  wordsKey,
} from '../maple/index.js';

/** Field of an mm's `mm_mt` (or of any `struct maple_tree`) that holds the tree. */
export const TREE_FIELD = '__tree';
/** MT_FLAGS_LOCK_EXTERN: the mmap lock protects the tree. */
const MT_FLAGS_LOCK_EXTERN = 0x300;

/** MM_MT_FLAGS, include/linux/mm_types.h: of every mm's tree. Before per-VMA locks without RCU mode. */
export const mmTreeFlags = (rcu: boolean): number =>
  MT_FLAGS_ALLOC_RANGE | MT_FLAGS_LOCK_EXTERN | (rcu ? MT_FLAGS_USE_RCU : 0);

/** A range of a tree that is not NULL, as the programs see it. */
export interface Range {
  readonly first: number;
  readonly last: number;
  readonly entry: Value;
}

/**
 * A maple tree as an immutable value of a World: its words, whatever its nodes are called. Equal keys mean equal trees,
 * node for node.
 */
export class TreeValue implements Opaque {
  private tree: MapleTree | null = null;
  private list: readonly Range[] | null = null;
  private text: string | null = null;
  /** What operations on this tree came to, by what they are. */
  readonly known = new Map<string, unknown>();

  private constructor(readonly words: Int32Array) {}

  static of(mt: MapleTree): TreeValue {
    return new TreeValue(packTree(mt));
  }

  /** The empty tree with these flags. */
  static empty(flags: number): TreeValue {
    return TreeValue.of(new MapleTree(flags));
  }

  get key(): string {
    this.text ??= `T${this.words.length}:${wordsKey(this.words)}`;
    return this.text;
  }

  /** The same tree, node for node. */
  equals(other: TreeValue): boolean {
    const [a, b] = [this.words, other.words];
    return a.length === b.length && a.every((x, k) => x === b[k]);
  }

  /** The tree with nodes, shared by all who only read it. */
  get live(): MapleTree {
    this.tree ??= unpackTree(this.words);
    return this.tree;
  }

  /** The tree once more, in a cache that other trees use too. */
  copyInto(cache: NodeCache): MapleTree {
    return unpackTree(this.words, cache);
  }

  /** A tree of the caller's own, in a cache of its own whose counters are at 0. */
  copy(): MapleTree {
    const mt = unpackTree(this.words);
    mt.cache.reset();
    return mt;
  }

  /** Nodes that the tree consists of. */
  get nodes(): number {
    return this.live.rootIsNode ? countNodes(this.words) : 0;
  }

  /** Everything that is not NULL, in order. */
  get entries(): readonly Range[] {
    this.list ??= rangesOf(this.live);
    return this.list;
  }
}

/** Leaves and internal nodes of a packed tree, from the heads of its nodes. */
function countNodes(words: Int32Array): number {
  let n = 0;
  for (let at = 2; at < words.length; n++) {
    const type = words[at] & 0xff;
    const end = (words[at] >> 8) & 0xff;
    at += 1 + 2 * end + (type === 2 ? 0 : 2 * (end + 1));
  }
  return n;
}

function rangesOf(mt: MapleTree): readonly Range[] {
  const out: Range[] = [];
  const mas = MA_STATE(mt, 0);
  for (let e = mas_find(mas, ULONG_MAX); e !== 0; e = mas_find(mas, ULONG_MAX))
    out.push({ first: Number(mas.index), last: Number(mas.last), entry: toValue(e) });
  return out;
}

/**
 * What a tree holds for a value of the program: objects by their number, with the low bits of a pointer; integers as
 * they are. null for what has no place in a tree: an unknown constant, a pointer into an object.
 */
export function entryOf(x: Value): Entry | null {
  if (isPtr(x)) return x.path === '' && x.obj > 0 ? x.obj * 4 : null;
  return typeof x === 'number' && (x === 0 || (x & 3) !== 0) ? x : null;
}

/** The program's value of a tree's entry. */
export function toValue(entry: Entry): Value {
  return entry !== 0 && (entry & 3) === 0 ? pointer(entry / 4, '') : entry;
}

/** A tree with the given ranges, stored in order. */
export function treeWith(ranges: readonly Range[], flags: number): TreeValue {
  const mt = new MapleTree(flags);
  for (const r of ranges)
    mas_store_gfp(MA_STATE(mt, r.first, r.last), entryOf(r.entry) ?? 0, 'GFP_KERNEL');
  return TreeValue.of(mt);
}

/** Field of the kernel object: the flags that mm_init() gives a tree. */
export const TREE_FLAGS = 'mm_mt_flags';

/** The tree at `tree`; one that nobody has made is empty, as mm_init() leaves it. */
export function treeAt(world: World, tree: Ptr): TreeValue {
  const x = world.get(tree, TREE_FIELD);
  if (x instanceof TreeValue) return x;
  const flags = world.get(pointer(0, ''), TREE_FLAGS);
  return TreeValue.empty(typeof flags === 'number' ? flags : mmTreeFlags(true));
}
