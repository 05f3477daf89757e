import { isPtr, keyOf, type Ptr, type Value } from '../machine/value.js';
import type { World } from '../machine/world.js';
import { type NodeView, viewNodes, XA_ZERO_ENTRY } from '../maple/index.js';
import type { TreeNode, TreePicture, TreeSlot } from './picture.js';
import { toValue, treeAt } from './tree-value.js';

interface Env {
  world: World;
}

/** Short text of a tree's content, for the reader: `V1' V2 -`. */
export function dumpTree(env: Env, tree: Ptr): string {
  return treeAt(env.world, tree)
    .entries.map((r) =>
      isPtr(r.entry)
        ? env.world.obj(r.entry).name
        : r.entry === XA_ZERO_ENTRY
          ? '-'
          : keyOf(r.entry),
    )
    .join(' ');
}

/** The tree for drawing, node by node: the root first, each node before those below it. */
export function treePicture(env: Env, tree: Ptr): TreePicture {
  const value = treeAt(env.world, tree);
  const nodes: TreeNode[] = [];
  /** The node of each depth on the way down, and how many of its children have been met. */
  const way: { node: TreeNode; met: number }[] = [];
  for (const view of viewNodes(value.live)) {
    way.length = view.depth;
    const above = way.at(-1);
    const node = drawn(env, view, nodes.length, above?.node.id ?? null);
    if (above) above.node.slots[above.met++].child = node.id;
    way.push({ node, met: 0 });
    nodes.push(node);
  }
  if (nodes.length === 0) {
    const slots = value.entries.map((r) => ({
      first: r.first,
      last: r.last,
      ...slotContent(env, r.entry),
    }));
    if (slots.length) nodes.push({ id: 0, parent: null, kind: 'flat', slots });
  }
  return { nodes };
}

function drawn(env: Env, view: NodeView, id: number, parent: number | null): TreeNode {
  const slots = view.pivots.map((pivot, i): TreeSlot => {
    const first = i ? Number(view.pivots[i - 1]) + 1 : Number(view.min);
    const content: Pick<TreeSlot, 'holds' | 'name'> =
      view.type === 'leaf_64'
        ? slotContent(env, toValue(view.values[i]))
        : { holds: 'node', name: '' };
    return { first, last: Number(pivot), ...content };
  });
  return { id, parent, kind: `maple_${view.type}`, slots };
}

/** What a slot of a leaf holds, as a picture tells it: a VMA of the parent, a copy, the failure marker, nothing. */
export function slotContent(env: Env, entry: Value): Pick<TreeSlot, 'holds' | 'name'> {
  if (isPtr(entry)) {
    const { kind, name } = env.world.obj(entry);
    return { holds: kind === 'vma' ? 'old' : kind === 'copy' ? 'new' : 'other', name };
  }
  if (entry === XA_ZERO_ENTRY) return { holds: 'marker', name: 'XA_ZERO_ENTRY' };
  return entry === 0 || entry === undefined
    ? { holds: 'empty', name: '' }
    : { holds: 'other', name: keyOf(entry) };
}
