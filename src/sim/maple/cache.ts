/**
 * The slab cache that nodes come from: one array of words for all nodes of all trees that share it, a free list, the
 * RCU callbacks that wait for a grace period, the failure injector and the counters.
 */
import { ForkloreError } from '../../base/errors.js';
import { MAX_TREE_NODES } from '../../base/limits.js';
import { NODE_WORDS } from './layout.js';

/** How an allocation may behave. GFP_NOWAIT is the maple tree's own first attempt under the lock. */
export type Gfp = 'GFP_KERNEL' | 'GFP_NOWAIT';

/** What the trees of a cache did since the last `reset`. */
export interface Counters {
  /** Nodes taken from the cache, preallocated ones included. */
  nodesAllocated: number;
  /** Nodes given back, unused ones included; in RCU mode when the grace period ends. */
  nodesFreed: number;
  /**
   * 8-byte words that the functions of lib/maple_tree.c (6.12) store into nodes, into the big node of a split or
   * rebalance, and into node copies on the stack. Clearing counts (32 words for a node taken into use, 77 for the
   * big node), and so do parent pointers, gaps and metadata (one word). Reads, the ma_state, the lists that hold
   * preallocated nodes, and what destroying a tree writes into dead nodes do not.
   */
  words: number;
  /** The slots among those words that are in nodes: entries and child pointers written, copies included. */
  slots: number;
}

/** Decides whether the allocation of one node fails. `ordinal` counts nodes asked for, from 0. */
export type FailNode = (ordinal: number, gfp: Gfp) => boolean;

/** Node storage; node 0 is NULL and its words are scratch space for building a node off the tree. */
export class NodeCache {
  words: Int32Array;
  /** Nodes in use or waiting for a grace period. */
  live = 0;
  counters: Counters = { nodesAllocated: 0, nodesFreed: 0, words: 0, slots: 0 };
  /** Injected failures; null: every allocation succeeds. A bulk request fails when one of its nodes does. */
  fail: FailNode | null = null;
  /** Nodes asked for so far; the ordinal of the next one. */
  asked = 0;
  private next = 1;
  private readonly spare: number[] = [];
  private readonly waiting: number[] = [];

  /** `most`: nodes that there may be. */
  constructor(
    nodes = 8,
    private readonly most = MAX_TREE_NODES,
  ) {
    this.words = new Int32Array((nodes + 1) * NODE_WORDS);
  }

  /** kmem_cache_alloc: a node with undefined content, or 0. */
  alloc(gfp: Gfp): number {
    const ordinal = this.asked++;
    return this.fail?.(ordinal, gfp) ? 0 : this.take();
  }

  /** kmem_cache_alloc_bulk: appends `count` nodes to `out`, all or none. */
  allocBulk(gfp: Gfp, count: number, out: number[]): boolean {
    const first = this.asked;
    this.asked += count;
    if (this.fail) {
      for (let i = 0; i < count; i++) if (this.fail(first + i, gfp)) return false;
    }
    for (let i = 0; i < count; i++) out.push(this.take());
    return true;
  }

  /** kmem_cache_free */
  free(node: number): void {
    this.spare.push(node);
    this.live--;
    this.counters.nodesFreed++;
  }

  /** call_rcu: `node` keeps its content until `rcu_barrier`. */
  freeRcu(node: number): void {
    this.waiting.push(node);
  }

  /** Ends the grace period: frees what RCU readers may have been looking at. */
  rcu_barrier(): void {
    for (const node of this.waiting) this.free(node);
    this.waiting.length = 0;
  }

  /** Sets all counters to 0, and the ordinal of the next allocation too. */
  reset(): void {
    this.counters = { nodesAllocated: 0, nodesFreed: 0, words: 0, slots: 0 };
    this.asked = 0;
  }

  /** An independent copy: node numbers, counters and waiting callbacks are the same; the injector is shared. */
  clone(): NodeCache {
    const copy = new NodeCache(0, this.most);
    copy.words = this.words.slice(0, this.next * NODE_WORDS);
    copy.live = this.live;
    copy.counters = { ...this.counters };
    copy.fail = this.fail;
    copy.asked = this.asked;
    copy.next = this.next;
    copy.spare.push(...this.spare);
    copy.waiting.push(...this.waiting);
    return copy;
  }

  /** A node regardless of injected failures; the caller clears it. */
  take(): number {
    this.live++;
    this.counters.nodesAllocated++;
    const old = this.spare.pop();
    if (old !== undefined) return old;
    const node = this.next++;
    if ((node + 1) * NODE_WORDS > this.words.length) this.grow();
    return node;
  }

  private grow(): void {
    const nodes = this.words.length / NODE_WORDS;
    if (nodes >= this.most)
      throw new ForkloreError('limit', `maple tree: more than ${this.most} nodes`);
    const bigger = new Int32Array(Math.max(8, nodes * 2) * NODE_WORDS);
    bigger.set(this.words);
    this.words = bigger;
  }
}
