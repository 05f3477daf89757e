/** The nodes that a state holds for its operation: asking for them, taking them into use, giving them back. */
import type { Gfp } from './cache.js';
import { MapleFault } from './fault.js';
import { baseOf, enode, FRESH, NODE_WORDS, nodeOf, parentAt, parentSlotAt } from './layout.js';
import { setDead } from './node.js';
import {
  ENOMEM,
  MA_STATE_PREALLOC,
  type MaState,
  ma_error,
  ma_start,
  mas_set_err,
} from './state.js';
import { mt_in_rcu } from './tree.js';

/** Nodes per bulk request, as in the kernel's list of preallocated nodes. */
const MAPLE_ALLOC_SLOTS = 30;

/** mas_allocated: nodes that the state holds. */
export function mas_allocated(mas: MaState): number {
  return mas.alloc.length;
}

/** mas_alloc_nodes (6.12): one node alone if there is none, the rest in bulk; -ENOMEM keeps what was got. */
function allocNodes(mas: MaState, gfp: Gfp): void {
  let wanted = mas.request;
  if (!wanted) return;
  mas.request = 0;
  if (mas.mas_flags & MA_STATE_PREALLOC) {
    if (mas.alloc.length) return;
    throw new MapleFault('out-of-nodes', 'a preallocated state asks for nodes');
  }
  const cache = mas.tree.cache;
  if (!mas.alloc.length) {
    const node = cache.alloc(gfp);
    if (node) {
      mas.alloc.push(node);
      wanted--;
    } else {
      mas.request = wanted;
      mas_set_err(mas, -ENOMEM);
      return;
    }
  }
  while (wanted) {
    const count = Math.min(wanted, MAPLE_ALLOC_SLOTS);
    if (!cache.allocBulk(gfp, count, mas.alloc)) {
      mas.request = wanted;
      mas_set_err(mas, -ENOMEM);
      return;
    }
    wanted -= count;
  }
}

/** mas_node_count_gfp: sees to it that the state holds `count` nodes; else the state gets -ENOMEM. */
export function nodeCount(mas: MaState, count: number, gfp: Gfp): void {
  if (mas.alloc.length < count) {
    mas.request = count - mas.alloc.length;
    allocNodes(mas, gfp);
  }
}

/**
 * mas_nomem (6.12): after -ENOMEM tries again with `gfp`; true when the operation is to be repeated. Where the kernel
 * would repeat for ever, some nodes got and no more to be had, this gives up.
 */
export function mas_nomem(mas: MaState, gfp: Gfp): boolean {
  if (mas.status !== ma_error || mas.err !== -ENOMEM) return false;
  const held = mas.alloc.length;
  const owed = mas.request;
  allocNodes(mas, gfp);
  if (!mas.alloc.length || (owed > 0 && mas.alloc.length === held)) return false;
  mas.status = ma_start;
  return true;
}

/** mas_pop_node: a cleared node of the given type that is in no tree yet. */
export function popNode(mas: MaState, type: number): number {
  const ref = popDirtyNode(mas, type);
  const base = baseOf(ref);
  mas.tree.cache.words.fill(0, base + 1, base + NODE_WORDS);
  return ref;
}

/** As `popNode`, for callers that write or clear every word of it behind the parent. */
export function popDirtyNode(mas: MaState, type: number): number {
  const node = mas.alloc.pop();
  if (node === undefined) throw new MapleFault('out-of-nodes', 'no preallocated node left');
  const cache = mas.tree.cache;
  cache.words[parentAt(node << 6)] = FRESH;
  cache.words[parentSlotAt(node << 6)] = 0;
  cache.counters.words += 32;
  return enode(node, type);
}

/** mas_free: disposes of a node that has been replaced and marked dead. */
export function freeNode(mas: MaState, ref: number): void {
  if (mt_in_rcu(mas.tree)) mas.tree.cache.freeRcu(nodeOf(ref));
  else mas.alloc.push(nodeOf(ref));
}

/** Marks the node dead and disposes of it. */
export function retireNode(mas: MaState, ref: number): void {
  setDead(mas.tree.cache, ref);
  freeNode(mas, ref);
}

/** Gives all nodes that the state holds back to the cache. */
export function releaseNodes(mas: MaState): void {
  const cache = mas.tree.cache;
  for (let node = mas.alloc.pop(); node !== undefined; node = mas.alloc.pop()) cache.free(node);
  mas.request = 0;
}
