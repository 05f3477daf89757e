import { type Ptr, pointer } from '../machine/value.js';
import type { World } from '../machine/world.js';
import { mt_in_rcu } from '../maple/index.js';
import { CHILD, KERNEL, PARENT } from './primitives/support.js';
import { brokenTree } from './primitives/tree-access.js';
import { statesOf } from './tree-position.js';
import { TREE_FLAGS, treeAt } from './tree-value.js';

const treeOfMm = (world: World, mm: Ptr) => treeAt(world, pointer(mm.obj, 'mm_mt'));

/** Nodes of maple trees that are allocated in a world, by who leads to them. */
export interface NodeCount {
  parent: number;
  child: number;
  /** Allocated ahead for an operation of some iterator: mas_destroy() frees them. */
  held: number;
  /** Nothing leads to them any more. */
  lost: number;
}

/** Counts the nodes that are allocated. After a teardown of the child `child`, `held` and `lost` are 0. */
export function countTreeNodes(world: World): NodeCount {
  const lost = world.get(KERNEL, 'lost_nodes');
  return {
    parent: treeOfMm(world, PARENT).nodes,
    child: treeOfMm(world, CHILD).nodes,
    held: statesOf(world).reduce((n, s) => n + s.position.held, 0),
    lost: typeof lost === 'number' ? lost : 0,
  };
}

/** A property that a finished run broke, and how. */
export interface EndBreach {
  property: string;
  text: string;
}

/** What is wrong with the trees after fork has returned, with success or not. */
export function treeBreaches(world: World, succeeded: boolean): EndBreach[] {
  const out: EndBreach[] = [];
  const flags = world.get(KERNEL, TREE_FLAGS);
  const rcu = typeof flags === 'number' && (flags & 2) !== 0;
  // nobody looks into the tree of a child that will not be: its mode is of no account
  for (const mm of succeeded ? [PARENT, CHILD] : [PARENT]) {
    // a tree in RCU mode without need only costs
    if (rcu && !mt_in_rcu(treeOfMm(world, mm).live))
      out.push({
        property: 'tree-mode',
        text: `the tree of the ${world.obj(mm).name} is not left in RCU mode`,
      });
  }
  for (const mm of [PARENT, CHILD]) {
    const broken = brokenTree(treeOfMm(world, mm).live, false);
    if (broken)
      out.push({
        property: 'tree-corrupt',
        text: `the tree of the ${world.obj(mm).name}: ${broken}`,
      });
  }
  const { held, lost } = countTreeNodes(world);
  if (held + lost)
    out.push({
      property: 'tree-leak',
      text: held ? `nodes allocated for an iterator are not freed` : `nodes of a tree are lost`,
    });
  return out;
}
