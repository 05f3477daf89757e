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

/** Entries of the child's tree up to the failure marker. */
export function childEntries(world: World): Range[] {
  const list = treeOf(world, CHILD);
  const end = list.findIndex((r) => r.entry === XA_ZERO_ENTRY);
  return list.slice(0, end < 0 ? list.length : end);
}

export const parentEntries = (world: World): readonly Range[] => treeOf(world, PARENT);

/** Copies that the child's tree holds: the owners of what was taken for them. */
export function childVmas(world: World): Ptr[] {
  const out = childEntries(world).flatMap((r) =>
    isPtr(r.entry) && world.obj(r.entry).kind === 'copy' ? [r.entry] : [],
  );
  return [...new Set(out)];
}

/** Objects of a kind, as pointers. */
export const objectsOf = (world: World, kind: string): Ptr[] =>
  world.objs.filter((o) => o.kind === kind).map((o) => pointer(o.id, ''));

/** Integer in a field; 0 when it was never written. */
export function num(world: World, p: Ptr, field: string): number {
  const x = world.get(p, field);
  return typeof x === 'number' ? x : typeof x === 'bigint' ? Number(x) : 0;
}
