import { createHash } from 'node:crypto';
import type { FailingRun } from '../sim/explore/check.js';
import { makeTrace, type TraceFile } from '../sim/explore/trace.js';
import type { Program } from '../sim/program.js';
import type { Scenario } from '../sim/scenario.js';
import type { Exploration, Side } from './explore.js';
import { type Facts, factsOf } from './facts.js';
import { locate } from './locate.js';
import { messageOf } from './message.js';
import type { MutationResult } from './mutation.js';
import type { Rule } from './rule.js';
import type { Change, Evidence, Finding, Severity, Verdict } from './types.js';
import { assumedRest, isCut } from './withheld.js';

/** Keeps a trace and returns how the reader names it (a file, or a command); the edge decides where. */
export type KeepTrace = (trace: TraceFile) => string;

export interface FindingInput {
  rule: Rule;
  side: Side;
  after: Exploration;
  before: Exploration | null;
  /** The program before the patch; null where it could not be rebuilt. */
  beforeProgram: Program | null;
  /** Its era model. */
  beforeModel: string | null;
  mutation: MutationResult | null;
  keep: KeepTrace;
  /** 1 for what is new beside what was broken before: a finding of its own, with an id of its own. */
  ordinal?: 0 | 1;
}

/** `id` of a finding: the same for the same rule, function and kind of step, wherever the patch came from. */
export function findingId(rule: string, func: string, step: string, ordinal: number): string {
  return createHash('sha256')
    .update(`${rule}\n${func}\n${step}\n${ordinal}`)
    .digest('hex')
    .slice(0, 16);
}

/** Puts together what one rule has to say about one patch. */
export function makeFinding(i: FindingInput): Finding {
  const verdict = verdictOf(i);
  const otherRest = isCut(i.side) && i.beforeModel !== i.side.features.model;
  const change = i.ordinal ? 'introduced' : changeOf(i.after, i.before, otherRest);
  const facts = factsOf(i.after);
  const { beforeProgram, before } = i;
  const place = locate(
    i.rule,
    { program: i.side.program, exploration: i.after },
    beforeProgram && before && { program: beforeProgram, exploration: before },
    facts,
  );
  return {
    id: findingId(
      i.rule.id,
      i.rule.applies.entry,
      i.rule.mutants.steps[0] ?? 'run',
      i.ordinal ?? 0,
    ),
    rule: i.rule.id,
    classes: i.rule.classes,
    verdict,
    change,
    severity: severityOf(i.rule.severity, change),
    location: place.location,
    subject: place.subject,
    message: wordsOf(i, verdict, change, facts),
    evidence: evidenceOf(i),
    ...(verdict === 'holds' && change === 'none' && i.rule.pass === 'brief' ? { brief: true } : {}),
  };
}

function verdictOf(i: FindingInput): Verdict {
  if (i.mutation?.unfinished) return 'bounded';
  return i.mutation?.missing.length ? 'vacuous' : i.after.verdict;
}

/** `otherRest`: what follows a cut is from another era than before the patch, so that what it mends is not the patch's. */
function changeOf(after: Exploration, before: Exploration | null, otherRest: boolean): Change {
  const now = after.verdict === 'violated';
  const then = before?.verdict === 'violated';
  if (now && then) return 'existing';
  // nothing is called new that was not seen to work before
  if (now) return before?.verdict === 'holds' ? 'introduced' : 'none';
  return then && after.verdict !== 'inconclusive' && !after.behind && !otherRest ? 'fixed' : 'none';
}

function severityOf(of: Severity, change: Change): Severity {
  if (change === 'introduced') return of;
  return change === 'existing' ? (of === 'error' ? 'warning' : of) : 'note';
}

function wordsOf(i: FindingInput, verdict: Verdict, change: Change, facts: Facts): string {
  const stuck = i.after.results.flatMap((r) => r.stuck);
  const kind = change === 'existing' ? 'existing' : 'introduced';
  switch (verdict) {
    case 'violated':
      return withRest(messageOf(kind, i.rule, facts, i.after), i.side);
    case 'holds':
      return messageOf('holds', i.rule, facts, i.after);
    case 'vacuous':
      return `No run fails, but the same runs also pass without what the rule is about (not caught: ${i.mutation!.missing.join(', ')}). Nothing was shown.`;
    case 'bounded':
      return `No run fails up to the limit that was reached (${limitsOf(i)}); the rest was not looked at.`;
    case 'inconclusive':
      return `Not analysed to the end: ${unique(stuck.map((s) => `${s.reason}${s.line ? ` (${s.path}:${s.line})` : ''}`)).join('; ')}.`;
  }
}

/** An accusation of a patch that is cut short says what it takes for granted. */
function withRest(message: string, side: Side): string {
  const rest = assumedRest(side);
  return rest === null ? message : `${message} Taken for granted: ${rest}.`;
}

/** The run that is shown goes through no line that the patch or the tree has. */
function unshown({ worst }: Exploration): string[] {
  const steps = worst?.counterexample?.steps ?? [];
  if (steps.length === 0 || steps.some((s) => s.line !== null)) return [];
  return ['no step of this run is in the text at hand: all come from a skeleton'];
}

function limitsOf(i: FindingInput): string {
  const reached = i.after.results.map((r) => r.limit).filter((l) => l !== null);
  if (i.mutation?.unfinished) reached.push('time');
  if (i.after.behind)
    return unique(i.after.behind.map((rule) => `the breach that ${rule} reports`)).join(', ');
  return unique(reached).join(', ');
}

function evidenceOf(i: FindingInput): Evidence {
  const { after, rule, side, mutation } = i;
  const rest = assumedRest(side);
  const shown = rule.scenarios.find((s) => s.id === after.worst?.scenario) ?? rule.scenarios[0];
  const c = mutation?.counterfactual;
  return {
    model: side.features.model,
    scenario: { ...shown },
    executions: 0,
    states: after.states,
    failing: after.failing,
    exhausted: after.results.every((r) => r.exhausted),
    bound: boundOf(shown),
    mutants: {
      tried: mutation?.tried ?? 0,
      caught: mutation?.caught ?? 0,
      ...(mutation ? { survivors: mutation.survivors, elsewhere: mutation.elsewhere } : {}),
    },
    assumptions: unique([
      ...after.results.flatMap((r) => r.assumptions),
      ...(rest === null ? [] : [rest]),
      ...unshown(after),
    ]),
    notModelled: unique(after.results.flatMap((r) => r.stuck.map((s) => s.reason))),
    counterfactual: c
      ? {
          mutant: c.mutant.label,
          replay: keepTrace(i, { ...side, program: c.mutant.program }, c.run),
          steps: c.run.steps,
        }
      : null,
    counterexample: after.worst?.counterexample
      ? {
          steps: after.worst.counterexample.steps,
          replay: keepTrace(i, side, after.worst.counterexample),
        }
      : null,
    scenarios: after.results.map((r) => ({
      id: r.scenario,
      states: r.states,
      failing: r.failing,
      exhausted: r.exhausted,
    })),
  };
}

function keepTrace(i: FindingInput, side: Side, run: FailingRun): string {
  return i.keep(
    makeTrace({
      rule: i.rule.id,
      property: run.property,
      checked: run.checked,
      features: side.features,
      entry: run.entry ?? i.rule.applies.entry,
      scenario: run.scenario,
      schedule: run.schedule,
      program: side.program,
      ...(side.source ? { source: side.source } : {}),
    }),
  );
}

function boundOf(s: Scenario): Record<string, unknown> {
  return {
    vmas: s.vmas.length,
    pages: Math.max(...s.vmas.map((v) => v.pages.length)),
    threads: s.threads.length,
    accesses: s.threads.reduce((n, t) => Math.max(n, t.accesses), 0),
    failures: s.failures,
  };
}

const unique = (list: string[]): string[] => [...new Set(list)];
