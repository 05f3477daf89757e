import { CHILD, KERNEL } from '../kernel/primitives/support.js';
import { locksVma } from '../known.js';
import type { CallSite } from '../machine/machine.js';
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

/** Takes down a call: where it is, and for a VMA lock whose VMA that was. */
export function watch(site: CallSite, notes: ForkNotes): void {
  let refs = notes.calls.get(site.name);
  if (!refs) {
    refs = new Set();
    notes.calls.set(site.name, refs);
  }
  refs.add(site.ref);
  const vma = site.args[0];
  if (locksVma(site.name) && isPtr(vma)) {
    const target = site.world.obj(vma);
    notes.locks.set(`${site.ref.path}:${site.ref.line}:${site.ref.text}:${target.kind}`, {
      ref: site.ref,
      func: site.func,
      variable: site.variables[0],
      target: target.name,
      old: target.kind === 'vma',
      fromChildTree: site.world.get(KERNEL, 'found_in') === CHILD.obj,
    });
  }
}

/** Where runs could not be continued, for somebody who checks the properties `asked`; each reason once. */
export function stuckFor(notes: ForkNotes, asked: ReadonlySet<string>): Stuck[] {
  const byReason = new Map<string, Stuck>();
  for (const stuck of notes.stuck.values())
    if (stuck.property === undefined || !asked.has(stuck.property))
      byReason.set(stuck.reason, stuck);
  return [...byReason.values()];
}
