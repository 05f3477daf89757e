import { CHILD, KERNEL } from '../kernel/primitives/support.js';
import type { CallPlace, CallSite } from '../machine/hooks.js';
import { isPtr } from '../machine/value.js';
import type { SourceRef } from '../program.js';

/** Where the run could not be continued, and why. */
export interface Stuck {
  reason: string;
  path: string;
  line: number | null;
  /** The property that is broken there, where it is a breach that nothing comes after. */
  property?: string;
}

/** A place where the program locks a VMA, and whose VMA that was. */
export interface LockSite {
  ref: SourceRef;
  func: string;
  /** C variable that was passed, null for an expression. */
  variable: string | null;
  /** `V1`, `V1'` */
  target: string;
  /** The parent's own VMA, or a copy. */
  old: boolean;
  /** The last entry that the program looked up came from the child's tree. */
  fromChildTree: boolean;
}

/** What came up while the forking thread was enumerated. */
export interface ForkNotes {
  assumptions: Set<string>;
  /** A breach is news only where that property is not checked. */
  stuck: Map<string, Stuck>;
  /** Names of the primitives that ran, with the places of their calls. */
  calls: Map<string, Set<SourceRef>>;
  locks: Map<string, LockSite>;
}

export const noNotes = (): ForkNotes => ({
  assumptions: new Set(),
  stuck: new Map(),
  calls: new Map(),
  locks: new Map(),
});

/** What is to be known of the call of a VMA lock: whose VMA that was. */
export interface LockNote {
  target: string;
  kind: string;
  old: boolean;
  fromChildTree: boolean;
}

/** Whose VMA is locked by a call; null where it is given none. */
export function lockNote({ args, world }: CallSite): LockNote | null {
  const vma = args[0];
  if (!isPtr(vma)) return null;
  const { name: target, kind } = world.obj(vma);
  const fromChildTree = world.get(KERNEL, 'found_in') === CHILD.obj;
  return { target, kind, old: kind === 'vma', fromChildTree };
}

/** Takes down the place of a call. */
export function takeCall(name: string, { ref }: CallPlace, notes: ForkNotes): void {
  let refs = notes.calls.get(name);
  if (!refs) {
    refs = new Set();
    notes.calls.set(name, refs);
  }
  refs.add(ref);
}

/** Takes down a lock with its place. */
export function takeLock(note: LockNote, at: CallPlace, notes: ForkNotes): void {
  const { ref, func } = at;
  const { kind, ...whose } = note;
  const site = { ref, func, variable: at.variable(0), ...whose };
  notes.locks.set(`${ref.path}:${ref.line}:${ref.text}:${kind}`, site);
}

/** Where runs could not be continued, for somebody who checks the properties `asked`; each reason once. */
export function stuckFor(notes: ForkNotes, asked: ReadonlySet<string>): Stuck[] {
  const byReason = new Map<string, Stuck>();
  for (const stuck of notes.stuck.values())
    if (stuck.property === undefined || !asked.has(stuck.property))
      byReason.set(stuck.reason, stuck);
  return [...byReason.values()];
}
