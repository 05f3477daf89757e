import { PROPERTIES } from '../property/properties.js';
import type { Automaton, Edge } from './graph.js';
import type { Op } from './op.js';

type Telling = Pick<Edge, 'op' | 'info' | 'breach'>;

/** A breach in words without names of VMAs and numbers: they say where, not what. */
export const plain = (text: string): string =>
  text.replace(/\bV\d+\b/g, 'V').replace(/-?\b\d+\b/g, 'N');

/**
 * What a step breaks by itself, whoever runs beside it: the property, what happens to what kind of thing, and what had
 * failed before. The same for the same defect after lines have moved and variables and functions got other names. Null
 * where the step breaks nothing, or only in some states of what is shared.
 */
export function breachKey({ op, info }: Telling): string | null {
  const broken = op.effect.find((e) => e.do === 'fail');
  if (!broken || typeof info.text !== 'string') return null;
  const { id } = PROPERTIES[broken.property];
  return [id, plain(info.text), info.cause ?? ''].join(' | ');
}

/** What a search in one scenario came upon, to be compared with that of another version. */
export interface Breaches {
  /** By `breachKey`; where nobody else is at work these are all that there are. */
  keys: string[];
  /** Those of them that ended their run, so that nothing is known of what would have followed. */
  ends: string[];
}

/** Everything that a thread may break by itself of some properties (by id). */
export function breachesIn(
  nodes: readonly (readonly Telling[])[],
  asked: ReadonlySet<string>,
): Breaches {
  const keys = new Set<string>();
  const ends = new Set<string>();
  for (const list of nodes)
    for (const e of list) {
      const key = e.op.effect.length > 0 ? breachKey(e) : null;
      if (key === null || !asked.has(key.split(' | ')[0])) continue;
      keys.add(key);
      if (e.breach?.how === 'ends') ends.add(key);
    }
  return { keys: [...keys].sort(), ends: [...ends].sort() };
}

/** The automaton with steps that break nothing where the breach is known. */
export function passingOver<S>(a: Automaton<S>, known: readonly string[]): Automaton<S> {
  if (known.length === 0) return a;
  const keys = new Set(known);
  return {
    ...a,
    edges: (s) =>
      a.edges(s).map((e) => {
        const key = breachKey(e);
        return key !== null && keys.has(key) ? { ...e, op: unbroken(e.op) } : e;
      }),
  };
}

const unbroken = (op: Op): Op => ({ ...op, effect: op.effect.filter((e) => e.do !== 'fail') });
