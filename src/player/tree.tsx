import type { TreeNode, TreePicture, TreeSlot } from '../sim/kernel/picture.js';
import { Scroll } from './scroll.js';

export interface TreeProps {
  name: string;
  tree: TreePicture;
  before: TreePicture;
}

/** A maple tree drawn as boxes: a node is a row of slots, its children hang below. */
export function Tree({ name, tree, before }: TreeProps) {
  const root = tree.nodes.find((n) => n.parent === null);
  const was = new Map(leafSlots(before).map((s) => [s.first, s]));
  const changed = (s: TreeSlot): boolean => {
    if (s.holds === 'node') return false;
    const old = was.get(s.first);
    return (old?.name ?? '') !== s.name || (old?.holds ?? 'empty') !== s.holds;
  };
  return (
    <figure class="tree">
      <figcaption>{name}</figcaption>
      <Scroll label={name}>
        {root ? (
          <Node node={root} nodes={tree.nodes} changed={changed} />
        ) : (
          <p class="quiet">empty</p>
        )}
      </Scroll>
    </figure>
  );
}

const leafSlots = (t: TreePicture): TreeSlot[] =>
  t.nodes.flatMap((n) => n.slots).filter((s) => s.holds !== 'node');

interface NodeProps {
  node: TreeNode;
  nodes: TreeNode[];
  changed(s: TreeSlot): boolean;
}

function Node({ node, nodes, changed }: NodeProps) {
  const below = nodes.filter((n) => n.parent === node.id);
  return (
    <div class="node">
      <div class="box">
        {node.kind !== 'flat' && <span class="kind">{node.kind}</span>}
        <ol class={node.slots.length > 6 ? 'slots many' : 'slots'}>
          {node.slots.map((s, k) => (
            <li key={k}>
              <Slot slot={s} changed={changed(s)} />
            </li>
          ))}
        </ol>
      </div>
      {below.length > 0 && (
        <div class="below">
          {below.map((n) => (
            <Node key={n.id} node={n} nodes={nodes} changed={changed} />
          ))}
        </div>
      )}
    </div>
  );
}

const hex = (n: number): string => (n >= Number.MAX_SAFE_INTEGER ? 'end' : `0x${n.toString(16)}`);

const WORDS = {
  old: 'VMA of the parent',
  new: 'copy, VMA of the child',
  marker: 'failure marker',
  empty: 'empty',
  node: 'node below',
  other: 'entry',
};

function Slot({ slot: s, changed }: { slot: TreeSlot; changed: boolean }) {
  const range = `${hex(s.first)} to ${hex(s.last)}`;
  const text = { old: s.name, new: s.name, marker: '✕', empty: '·', node: '↓', other: s.name };
  return (
    <span
      class={`slot ${s.holds}${changed ? ' changed' : ''}`}
      title={`${range}: ${s.name} ${WORDS[s.holds]}`}
    >
      <span aria-hidden="true">
        {text[s.holds]}
        {changed && <i class="dot">●</i>}
      </span>
      <span class="hidden">
        {changed && 'changed: '}
        {s.name} {WORDS[s.holds]},{' '}
      </span>
      <small class="range">
        {hex(s.first)}
        <span class="hidden"> to {hex(s.last)}</span>
      </small>
    </span>
  );
}
