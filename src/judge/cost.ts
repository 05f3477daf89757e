import { ForkloreError } from '../base/errors.js';
import { PRICES, rateOf, timeOf } from '../sim/cost/price.js';
import { countFork, type ForkCounts } from '../sim/cost/run.js';
import { hasRcuTrees } from '../sim/kernel/features.js';
import type { SourceRef } from '../sim/program.js';
import type { Side } from './applies.js';
import { type Claim, claimsIn } from './claims.js';
import type { Evaluated } from './evaluators.js';
import { findingId } from './finding.js';
import type { CostEvidence, Finding, Location, Severity, Verdict } from './types.js';

const LAYOUT = 'adjacent';
/** Sizes that are run in every review, and those that a claim adds: larger ones are extended from the last two. */
const SIZES = [21, 121, 421];
const CLAIM_SIZES = [...SIZES, 821];

type Counts = Pick<ForkCounts, 'vmas' | 'work' | 'slots'>;

interface Compared {
  rows: CostEvidence['rows'];
  extendedFrom: number;
  assumed: string[];
}

/**
 * What the patch does to the cost of fork: both versions of dup_mmap() run over maple trees of small sizes and are
 * priced as `docs/cost.md` says. A slowdown, or a claim of the message that is not met, is a warning and never a
 * violation.
 */
export function forkCost(i: Evaluated): Finding | null {
  // what the upkeep of a list and an rb-tree costs is not known
  if (!i.before || i.before.features.vmaLinks || i.after.features.vmaLinks) return null;
  const claims = claimsIn(i.message);
  try {
    const c = compare(i.before, i.after, i.rule.applies.entry, claims);
    return told(i, c, claims);
  } catch (e) {
    if (!(e instanceof ForkloreError) || e.kind === 'bug') throw e;
    return finding(i, 'inconclusive', 'note', `Not counted: ${e.message}.`, null);
  }
}

function compare(before: Side, after: Side, entry: string, claims: readonly Claim[]): Compared {
  const assumed = new Set<string>();
  const counter = (side: Side) => (vmas: number) => {
    const rcuTrees = hasRcuTrees(side.features);
    const c = countFork({ program: side.program, entry, vmas, layout: LAYOUT, rcuTrees });
    for (const name of c.unknown) assumed.add(name);
    return c;
  };
  const [then, now] = [counter(before), counter(after)];
  const sizes = claims.length ? CLAIM_SIZES : SIZES;
  const counted = sizes.map((n) => [then(n), now(n)] as const);
  const largest = sizes[sizes.length - 1];
  const at = (vmas: number, k: 0 | 1): Counts =>
    counted.find((c) => c[k].vmas === vmas)?.[k] ??
    (vmas > largest
      ? extended(vmas, counted[counted.length - 2][k], counted[counted.length - 1][k])
      : (k ? now : then)(vmas));
  const shown = [...new Set([...sizes, ...claims.map((c) => c.vmas)])].sort((a, b) => a - b);
  const rows = shown.map((vmas) => {
    const [b, a] = [0, 1].map((k) => timeOf(at(vmas, k as 0 | 1), PRICES[LAYOUT]));
    return {
      vmas,
      before: Math.round(rateOf(b)),
      after: Math.round(rateOf(a)),
      changePercent: round(b / a - 1),
      claimedPercent: claims.find((c) => c.vmas === vmas)?.gainPercent ?? null,
    };
  });
  return { rows, extendedFrom: largest, assumed: [...assumed] };
}

const round = (x: number): number => Math.round(x * 10000) / 100;

/** Counts grow by the same for each VMA once a tree has many leaves. */
function extended(vmas: number, a: Counts, b: Counts): Counts {
  const line = (f: (c: Counts) => number) =>
    f(b) + ((f(b) - f(a)) / (b.vmas - a.vmas)) * (vmas - b.vmas);
  return { vmas, work: line((c) => c.work), slots: line((c) => c.slots) };
}

function told(i: Evaluated, c: Compared, claims: readonly Claim[]): Finding {
  const { slowdownPercent = 3, claimPoints = 10 } = i.rule.thresholds;
  const run = c.rows.filter((r) => r.vmas <= c.extendedFrom);
  const worst = run.reduce((w, r) => (r.changePercent < w.changePercent ? r : w));
  const last = run[run.length - 1];
  const slower = worst.changePercent <= -slowdownPercent;
  const short = c.rows.filter(
    (r) => r.claimedPercent !== null && r.changePercent < r.claimedPercent - claimPoints,
  );
  const parts: string[] = [];
  if (slower)
    parts.push(`fork() is slower: ${pc(-worst.changePercent)} fewer calls at ${worst.vmas} VMAs.`);
  else if (last.changePercent > 0)
    parts.push(`fork() is faster: ${pc(last.changePercent)} more calls at ${last.vmas} VMAs.`);
  else
    parts.push(
      `fork() costs what it did (${signed(last.changePercent)} calls at ${last.vmas} VMAs).`,
    );
  if (claims.length) parts.push(claimWords(c, short));
  const severity = slower || short.length ? i.rule.severity : 'note';
  return finding(i, 'holds', severity, parts.join(' '), c);
}

const pc = (x: number): string => `${x.toFixed(1)} %`;
const signed = (x: number): string => (x === 0 ? 'as many' : `${x > 0 ? '+' : ''}${pc(x)}`);

/** The claim at the largest size, or the one that is missed by most. */
function claimWords(c: Compared, short: Compared['rows']): string {
  const claimed = c.rows.filter((r) => r.claimedPercent !== null);
  const gap = (r: Compared['rows'][0]) => r.claimedPercent! - r.changePercent;
  const shown = short.length
    ? short.reduce((w, r) => (gap(r) > gap(w) ? r : w))
    : claimed[claimed.length - 1];
  const far = shown.vmas > c.extendedFrom ? `, counts extended from ${c.extendedFrom}` : '';
  const met = short.length
    ? `The message's claim is not met at ${short.length} of ${claimed.length} sizes: `
    : 'The message: ';
  return `${met}claimed ${pc(shown.claimedPercent!)}, simulated ${pc(shown.changePercent)} at ${shown.vmas} VMAs${far}.`;
}

function finding(
  i: Evaluated,
  verdict: Verdict,
  severity: Severity,
  message: string,
  c: Compared | null,
): Finding {
  const { rule, after } = i;
  const place = placeOf(i);
  return {
    id: findingId(rule.id, rule.applies.entry, 'cost', 0),
    rule: rule.id,
    classes: rule.classes,
    verdict,
    change: 'none',
    severity,
    location: place.location,
    subject: place.subject,
    message,
    ...(c && severity === 'note' && !saysMuch(c) ? { brief: true } : {}),
    evidence: {
      model: after.features.model,
      scenario: { layout: LAYOUT },
      executions: 0,
      states: 0,
      failing: 0,
      exhausted: c !== null,
      bound: c ? { vmas: c.extendedFrom } : {},
      mutants: { tried: 0, caught: 0 },
      assumptions: (c?.assumed ?? []).map((f) => `${f}() costs a call and succeeds`),
      notModelled: [],
      counterfactual: null,
      counterexample: null,
      ...(c ? { cost: { layout: LAYOUT, extendedFrom: c.extendedFrom, rows: c.rows } } : {}),
    },
  };
}

/** Something changes, or is claimed. */
const saysMuch = (c: Compared): boolean =>
  c.rows.some((r) => r.changePercent !== 0 || r.claimedPercent !== null);

/** The first line with a call that the patch adds, else that it takes away, else the function. */
function placeOf({ rule, before, after }: Evaluated): { location: Location; subject: string } {
  const calls = (side: Side): SourceRef[] =>
    Object.values(side.program.functions).flatMap((f) =>
      f.code.filter((c) => c.op === 'call').map((c) => f.refs[c.ref]),
    );
  const at = (ref: SourceRef, side: 'LEFT' | 'RIGHT') => ({
    location: { path: ref.path, line: ref.line, side },
    subject: ref.text.replace(/;$/, ''),
  });
  const added = calls(after).find((r) => r.changed && r.line !== null);
  if (added) return at(added, 'RIGHT');
  const removed = before && calls(before).find((r) => r.changed && r.line !== null);
  if (removed) return at(removed, 'LEFT');
  const f = after.program.functions[rule.applies.entry];
  return {
    location: { path: f?.path ?? '', line: f?.line ?? null, side: 'RIGHT' },
    subject: f ? `${f.name}()` : '',
  };
}
