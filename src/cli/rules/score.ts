import type { Rule } from '../../judge/rule.js';
import type { Finding, PatchReview } from '../../judge/types.js';
import type { Label } from './labels.js';

export const OUTCOMES = ['caught', 'missed', 'noise', 'inconclusive'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One pair of a file and a defect class that counts. */
export interface Pair {
  /** 0: no class in particular. */
  class: number;
  outcome: Outcome;
  /** Rules that it is about: who found it, who could not tell, or who should have. */
  rules: string[];
  why: string;
}

/** The pairs of one file: what its label asks for, and what was said beyond that. */
export function pairsOf(
  label: Label,
  reviews: readonly PatchReview[],
  rules: readonly Rule[],
): Pair[] {
  if (label.expect === 'any') return [];
  const findings = reviews.flatMap((r) => r.findings);
  const wanted = label.expect === 'introduced' || label.expect === 'fixed' ? label.expect : null;
  const asked = wanted === null ? named(label, findings, rules) : [];
  for (const n of wanted === null ? [] : label.classes)
    asked.push(expected(n, wanted!, findings, reviews, rules));
  const noise = findings
    .filter((f) => f.change === 'introduced')
    .filter((f) => wanted !== 'introduced' || !ofClass(f, label.classes))
    .map((f): Pair => pair(f, 'noise', `introduced: ${f.message}`));
  const known = new Set(asked.map((p) => p.class));
  const open = findings
    .filter(isOpen)
    .filter((f) => !(f.classes ?? []).some((n) => known.has(n)))
    .map((f) => pair(f, 'inconclusive', `${f.verdict}: ${f.message}`));
  const lost = reviews.filter((r) => r.findings.length === 0 && isLost(r));
  // nothing was asked of the file, and nothing can be said of it
  const unread = asked.length ? [] : lost.map((r) => nothingSaid(r.reason));
  return [...asked, ...noise, ...open, ...unread];
}

const isLost = (r: PatchReview): boolean => r.status === 'inconclusive' || r.status === 'failed';

const nothingSaid = (why: string): Pair => ({ class: 0, outcome: 'inconclusive', rules: [], why });

const pair = (f: Finding, outcome: Outcome, why: string): Pair => ({
  class: f.classes?.[0] ?? 0,
  outcome,
  rules: [f.rule],
  why,
});

const ofClass = (f: Finding, classes: readonly number[]): boolean =>
  (f.classes ?? []).some((n) => classes.includes(n));

/** Nobody knows what the rule would say. */
const isOpen = (f: Finding): boolean =>
  f.verdict === 'inconclusive' ||
  f.verdict === 'bounded' ||
  f.verdict === 'vacuous' ||
  (f.verdict === 'violated' && f.change === 'none');

function expected(
  n: number,
  change: 'introduced' | 'fixed',
  findings: readonly Finding[],
  reviews: readonly PatchReview[],
  rules: readonly Rule[],
): Pair {
  const of = findings.filter((f) => ofClass(f, [n]));
  const hit = of.filter((f) => f.change === change);
  if (hit.length) return { class: n, outcome: 'caught', rules: ids(hit), why: hit[0].message };
  const open = of.filter(isOpen);
  if (open.length)
    return { class: n, outcome: 'inconclusive', rules: ids(open), why: open[0].message };
  const lost = reviews.find(isLost);
  const responsible = rules.filter((r) => r.classes.includes(n)).map((r) => r.id);
  if (lost) return { class: n, outcome: 'inconclusive', rules: responsible, why: lost.reason };
  const said = of.map((f) => `${f.rule}: ${f.verdict}, ${f.change}`).join('; ');
  const why =
    said || (responsible.length ? 'no rule of this class spoke' : 'no rule has this class');
  return { class: n, outcome: 'missed', rules: responsible, why };
}

/** `RULE VERDICT`: this rule must come to this verdict. */
function named(label: Label, findings: readonly Finding[], rules: readonly Rule[]): Pair[] {
  const [id, verdict] = label.expect.split(' ');
  if (verdict === undefined) return [];
  const f = findings.find((x) => x.rule === id);
  const n = rules.find((r) => r.id === id)?.classes[0] ?? 0;
  const outcome = f?.verdict === verdict ? 'caught' : f && isOpen(f) ? 'inconclusive' : 'missed';
  return [{ class: n, outcome, rules: [id], why: f ? `${f.verdict}: ${f.message}` : 'no finding' }];
}

const ids = (findings: readonly Finding[]): string[] => [...new Set(findings.map((f) => f.rule))];
