import type { LockSite } from '../sim/actors/notes.js';
import type { SourceRef } from '../sim/program.js';
import { PROPERTIES } from '../sim/property/properties.js';
import type { Exploration } from './explore.js';

/** What running the program showed, over all scenarios. */
export interface Facts {
  oldLocks: LockSite[];
  copyLocks: LockSite[];
  duplicates: string | null;
  /** Names of the functions that ran. */
  called: Set<string>;
  /** Id of the property that the shown run breaks. */
  broken: string | null;
}

/** Nothing ran. */
export const NO_FACTS: Facts = {
  oldLocks: [],
  copyLocks: [],
  duplicates: null,
  called: new Set(),
  broken: null,
};

/** Collects facts from the notes of an exploration. */
export function factsOf(e: Exploration): Facts {
  const locks = e.results.flatMap((r) => r.facts.locks);
  const unique = (old: boolean) => {
    const seen = new Map<string, LockSite>();
    for (const l of locks)
      if (l.old === old) seen.set(`${l.ref.path}:${l.ref.line}:${l.ref.text}`, l);
    return [...seen.values()];
  };
  const called = new Set(e.results.flatMap((r) => r.facts.calls.map(([n]) => n)));
  const dup = ['__mt_dup', 'mtree_dup'].find((name) => called.has(name));
  return {
    oldLocks: unique(true),
    copyLocks: unique(false),
    duplicates: dup ? `${dup}()` : null,
    called,
    broken: e.worst?.counterexample ? PROPERTIES[e.worst.counterexample.property].id : null,
  };
}

const FACTS: Record<string, (f: Facts) => boolean> = {
  'parent-locked': (f) => f.oldLocks.length > 0,
  'copy-locked': (f) => f.copyLocks.length > 0,
  'from-child-tree': (f) => (f.oldLocks[0]?.fromChildTree ?? false) && f.duplicates !== null,
};

/** Names that `when` may use besides `breaks PROPERTY` and `calls FUNCTION`. */
export const FACT_NAMES = Object.keys(FACTS);

/** Whether a condition of a message is met; undefined when there is no such fact. */
export function isFact(name: string, f: Facts): boolean | undefined {
  const [word, of] = name.split(' ');
  if (word === 'not') {
    const inner = isFact(name.slice(4), f);
    return inner === undefined ? undefined : !inner;
  }
  if (word === 'breaks' && PROPERTIES.some((p) => p.id === of)) return f.broken === of;
  if (word === 'calls' && of) return f.called.has(of);
  return Object.hasOwn(FACTS, name) ? FACTS[name](f) : undefined;
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
