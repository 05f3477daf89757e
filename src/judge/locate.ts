import { locksVma } from '../sim/known.js';
import type { Program, SourceRef } from '../sim/program.js';
import type { Exploration } from './explore.js';
import { callsOf, type Facts, factsOf } from './facts.js';
import type { Rule } from './rule.js';
import type { Location } from './types.js';

export interface Place {
  location: Location;
  /** Source text of the statement, for display. */
  subject: string;
}

/** A version of the patched code, and what exploring it gave. */
export interface Explored {
  program: Program;
  exploration: Exploration;
}

/**
 * The line that a finding is about. For a breach: a line that the patch adds and that does one of the rule's steps;
 * else one that it takes away; else a line it adds that the shown run goes through or comes near to, or the first line
 * that it takes away; else where the run ends. Otherwise: where the first of the rule's steps is done, on the parent's
 * VMA where it is a lock.
 */
export function locate(
  rule: Rule,
  { program, exploration: after }: Explored,
  before: Explored | null,
  facts: Facts,
): Place {
  const { steps, past = [] } = rule.mutants;
  if (after.verdict === 'violated') {
    const sites = [...locksOf(rule, facts), ...callsOf(after, [...past, ...steps])];
    const added = sites.find((r) => r.changed && r.line !== null);
    if (added) return place(added, 'RIGHT');
    const then = before?.exploration;
    const old = then
      ? [...locksOf(rule, factsOf(then)), ...callsOf(then, [...steps, ...past])]
      : [];
    const removed = old.find((r) => r.changed);
    if (removed) return place(removed, 'LEFT');
    const last = runsThrough(program, after) ?? sites[0];
    const gone = last?.changed
      ? undefined
      : before && refsOf(before.program).find((r) => r.changed);
    if (gone) return place(gone, 'LEFT');
    if (last) return place(last, 'RIGHT');
  }
  const done = [...locksOf(rule, facts), ...callsOf(after, steps)];
  const site = done.find((r) => r.line !== null) ?? done[0];
  if (site) return place(site, 'RIGHT');
  const f = program.functions[rule.applies.entry] ?? program.functions.dup_mmap;
  return {
    location: { path: f?.path ?? '', line: f?.line ?? null, side: 'RIGHT' },
    subject: f ? `${f.name}()` : '',
  };
}

/**
 * The last line of the shown run that the patch adds; else the added line nearest to where the run ends, which the run
 * passes by; else where it ends.
 */
function runsThrough(program: Program, e: Exploration): SourceRef | null {
  const steps = (e.worst?.counterexample?.steps ?? []).filter((s) => s.thread === 'fork');
  const refs = refsOf(program);
  const places = steps.reverse().flatMap((s) => {
    const ref = refs.find((r) => r.path === s.path && r.line === s.line && r.line !== null);
    return ref ? [ref] : [];
  });
  const end = places[0] ?? null;
  return places.find((r) => r.changed) ?? (end && nearest(refs, end)) ?? end;
}

const refsOf = (p: Program): SourceRef[] => Object.values(p.functions).flatMap((f) => f.refs);

/** The line that the patch adds to the file of `end` and that is nearest to it; the earlier of two. */
function nearest(refs: readonly SourceRef[], end: SourceRef): SourceRef | null {
  const off = (r: SourceRef) => Math.abs((r.line ?? 0) - (end.line ?? 0));
  return refs
    .filter((r) => r.changed && r.line !== null && r.path === end.path)
    .reduce<SourceRef | null>((best, r) => (best && off(best) <= off(r) ? best : r), null);
}

/** Locks of the parent's VMAs, then those of copies, where the rule is about locks. */
function locksOf({ mutants }: Rule, facts: Facts): SourceRef[] {
  if (!mutants.steps.some(locksVma)) return [];
  return facts.oldLocks.length || facts.copyLocks.length
    ? [...facts.oldLocks, ...facts.copyLocks].map((l) => l.ref)
    : [];
}

function place(ref: SourceRef, side: 'LEFT' | 'RIGHT'): Place {
  return {
    location: { path: ref.path, line: ref.line, side },
    subject: ref.text.replace(/;$/, ''),
  };
}
