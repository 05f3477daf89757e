import type { PrivatePicture, TreePicture, TreeSlot } from './picture.js';

type Trees = Pick<PrivatePicture, 'parentTree' | 'childTree'>;

/** Changes that are told one by one; more are counted. */
const TOLD = 3;

/** What a call did to the trees, in one line: `V1 -> V1' in the child's tree`. */
export function treeChange(before: Trees, after: Trees): string {
  const parts = [
    changes(before.childTree, after.childTree, "the child's tree"),
    changes(before.parentTree, after.parentTree, "the parent's tree"),
  ];
  return parts.filter(Boolean).join('; ') || 'nodes change, entries stay';
}

function changes(before: TreePicture, after: TreePicture, name: string): string {
  const [old, now] = [leaves(before), leaves(after)];
  if (!old.size && now.size) return `${name} now holds ${list([...now.values()].map(what))}`;
  const told = [...new Set([...old.keys(), ...now.keys()])]
    .sort((a, b) => a - b)
    .filter((k) => what(old.get(k)) !== what(now.get(k)))
    .map((k) => `${what(old.get(k))} -> ${what(now.get(k))}`);
  return told.length ? `${list(told)} in ${name}` : '';
}

const list = (items: string[]): string =>
  items.length <= TOLD
    ? items.join(', ')
    : `${items.slice(0, TOLD).join(', ')} and ${items.length - TOLD} more`;

/** Entries by first index. */
function leaves(tree: TreePicture): Map<number, TreeSlot> {
  const slots = tree.nodes
    .flatMap((n) => n.slots)
    .filter((s) => s.holds !== 'node' && s.holds !== 'empty');
  return new Map(slots.map((s) => [s.first, s]));
}

const what = (s: TreeSlot | undefined): string =>
  s === undefined ? 'nothing' : s.holds === 'marker' ? 'marker' : s.name;
