import { CHILD, PARENT } from '../../kernel/primitives/support.js';
import { entries, XA_ZERO_ENTRY } from '../../kernel/primitives/tree.js';
import type { Range } from '../../kernel/tree-value.js';
import { isPtr, type Ptr, pointer } from '../../machine/value.js';
import type { World } from '../../machine/world.js';

/** Something that does not hold when the program has returned. */
export interface Broken {
  property: string;
  /** One sentence without subject: `V1' is not freed`. */
  text: string;
}

/** What a finished run left: its memory, and whether it claims success. */
export interface Ended {
  world: World;
  succeeded: boolean;
}

const treeOf = (world: World, mm: Ptr): readonly Range[] =>
  entries({ world }, pointer(mm.obj, 'mm_mt'));

/** What several checks ask of a world. */
interface Seen {
  child?: readonly Range[];
  vmas?: readonly Ptr[];
  kinds: Map<string, readonly Ptr[]>;
}

const seen = new WeakMap<World, Seen>();

/** Of a world in which the run has ended: nobody writes to it. */
function seenIn(world: World): Seen {
  let s = seen.get(world);
  if (!s) seen.set(world, (s = { kinds: new Map() }));
  return s;
}

/** Entries of the child's tree up to the failure marker. */
export function childEntries(world: World): readonly Range[] {
  const s = seenIn(world);
  if (!s.child) {
    const list = treeOf(world, CHILD);
    const end = list.findIndex((r) => r.entry === XA_ZERO_ENTRY);
    s.child = list.slice(0, end < 0 ? list.length : end);
  }
  return s.child;
}

export const parentEntries = (world: World): readonly Range[] => treeOf(world, PARENT);

/** Copies that the child's tree holds: the owners of what was taken for them. */
export function childVmas(world: World): readonly Ptr[] {
  const s = seenIn(world);
  if (!s.vmas) {
    const out = childEntries(world).flatMap((r) =>
      isPtr(r.entry) && world.obj(r.entry).kind === 'copy' ? [r.entry] : [],
    );
    s.vmas = [...new Set(out)];
  }
  return s.vmas;
}

/** Objects of a kind, as pointers. */
export function objectsOf(world: World, kind: string): readonly Ptr[] {
  const { kinds } = seenIn(world);
  let list = kinds.get(kind);
  if (!list) {
    list = world.objs.filter((o) => o.kind === kind).map((o) => pointer(o.id, ''));
    kinds.set(kind, list);
  }
  return list;
}

/** Integer in a field; 0 when it was never written. */
export function num(world: World, p: Ptr, field: string): number {
  const x = world.get(p, field);
  return typeof x === 'number' ? x : typeof x === 'bigint' ? Number(x) : 0;
}
