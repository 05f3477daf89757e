import type { LockSite } from '../sim/actors/fork.js';
import type { SourceRef } from '../sim/program.js';
import { PROPERTIES } from '../sim/property/properties.js';
import type { Exploration } from './explore.js';

/** What running the program showed of its locking, over all scenarios. */
export interface Facts {
  oldLocks: LockSite[];
  copyLocks: LockSite[];
  duplicates: string | null;
  flushes: boolean;
}

/** Collects facts from the notes of an exploration. */
export function factsOf(e: Exploration): Facts {
  const locks = e.results.flatMap((r) => r.facts.locks);
  const unique = (old: boolean) => {
    const seen = new Map<string, LockSite>();
    for (const l of locks)
      if (l.old === old) seen.set(`${l.ref.path}:${l.ref.line}:${l.ref.text}`, l);
    return [...seen.values()];
  };
  const called = (name: string) => e.results.some((r) => r.facts.calls.some(([n]) => n === name));
  return {
    oldLocks: unique(true),
    copyLocks: unique(false),
    duplicates: called('__mt_dup') ? '__mt_dup()' : called('mtree_dup') ? 'mtree_dup()' : null,
    flushes: called('flush_tlb_mm'),
  };
}

/** Why the rule holds, from what the run showed. */
export function holdsMessage(f: Facts): string {
  const lock = f.oldLocks[0];
  if (!lock) return 'No run shares a page of a VMA that is not write-locked.';
  const name = lock.variable ?? 'the VMA';
  if (lock.fromChildTree && f.duplicates)
    return `Locks the parent's VMA. ${name} comes from the child's tree, but ${f.duplicates} filled that tree with the parent's own entries, and the slot is replaced only after the copy was made.`;
  return `Locks the parent's VMA: ${name} comes from the parent's own tree.`;
}

/** What is wrong, from what the run showed. */
export function violatedMessage(f: Facts, e: Exploration): string {
  const breach = e.worst?.counterexample ? PROPERTIES[e.worst.counterexample.property] : null;
  const what = breach ? ` Here ${breach.breach}.` : '';
  if (breach?.id === 'assertion')
    return 'copy_page_range() runs on a VMA of the parent that is not write-locked; the kernel asserts that it is, because nothing else keeps page faults out.';
  if (!f.oldLocks.length && f.copyLocks.length)
    return `Locks the child's copy; the parent's VMA stays open to page faults while its pages are shared.${what}`;
  if (!f.oldLocks.length)
    return `No VMA of the parent is write-locked while its pages are shared.${what}`;
  if (!f.flushes)
    return `The parent's TLB is not flushed after its pages were write-protected.${what}`;
  return `The parent's VMA is not locked for as long as its pages are shared and translations are stale.${what}`;
}

/** Places where one of `names` was called, each once. */
export function callsOf(e: Exploration, names: readonly string[]): SourceRef[] {
  const out = new Map<string, SourceRef>();
  for (const name of names)
    for (const r of e.results)
      for (const [n, refs] of r.facts.calls)
        if (n === name) for (const ref of refs) out.set(`${ref.path}:${ref.line}:${ref.text}`, ref);
  return [...out.values()];
}
