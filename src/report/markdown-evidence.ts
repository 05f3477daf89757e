import type { Evidence, Finding, TraceStep } from '../judge/types.js';
import { cellCode, codeSpan } from './markdown-text.js';

/** Findings in the order of a page: introduced first, then by how much is open. */
const ORDER = ['violated', 'inconclusive', 'bounded', 'vacuous', 'holds'];

/** `findings` sorted for a page; the order of equals is kept. */
export function inPageOrder(findings: Finding[]): Finding[] {
  const rank = (f: Finding) => (f.change === 'introduced' ? -1 : ORDER.indexOf(f.verdict));
  return [...findings].sort((a, b) => rank(a) - rank(b));
}

/** `1,234`. */
export function count(n: number): string {
  return String(Math.trunc(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 state`, `2 states`. */
export function plural(n: number, word: string): string {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** What was explored, in the unit of the search: complete schedules, or states of a stateful one. */
export function explored(e: Evidence): { total: number; unit: string } {
  return e.executions > 0
    ? { total: e.executions, unit: 'schedule' }
    : { total: e.states, unit: 'state' };
}

/** One sentence with the counts; never says more than was explored. '' when nothing was explored. */
export function countSentence(finding: Finding): string {
  const e = finding.evidence;
  const { total, unit } = explored(e);
  if (total === 0) return '';
  const all = plural(total, `explored ${unit}`);
  const limit = e.exhausted ? '' : '; the limit was reached before all were explored';
  if (finding.verdict !== 'violated') {
    return e.exhausted ? `${all}, to the end; none fails.` : `${all}, none fails${limit}.`;
  }
  const before = finding.change === 'introduced' ? '; no violation before this change' : '';
  return `${count(e.failing)} of ${all} ${e.failing === 1 ? 'fails' : 'fail'}${before}${limit}.`;
}

/** The steps as a table, one row each. */
export function stepTable(steps: TraceStep[]): string {
  const rows = steps.map((step, i) => {
    const where = step.line === null ? step.path : `${step.path}:${step.line}`;
    return `| ${i + 1} | ${cellCode(step.thread)} | ${cellCode(step.text)} | ${cellCode(step.function)} | ${cellCode(where)} |`;
  });
  return ['| # | thread | step | function | source |', '|--:|---|---|---|---|', ...rows].join('\n');
}

/** The facts behind a finding as a list: scenario, bound, model, mutants, assumptions, gaps, replay. */
export function factList(e: Evidence): string {
  const facts: string[] = [];
  const add = (name: string, value: string) => {
    if (value !== '') facts.push(`- ${name}: ${value}`);
  };
  add('model', e.model === '' ? '' : codeSpan(e.model));
  add('scenario', record(e.scenario));
  add('bound', `${record(e.bound)}${e.exhausted ? ' (exhausted)' : ' (**reached**)'}`.trim());
  add('mutants', e.mutants.tried === 0 ? '' : mutants(e));
  if (e.cost)
    add(
      'forks in 10 s',
      e.cost.rows.map((r) => codeSpan(`${r.vmas} VMAs: ${r.before} -> ${r.after}`)).join(', '),
    );
  add('assumed', e.assumptions.map(codeSpan).join(', '));
  add('not modelled', e.notModelled.map(codeSpan).join(', '));
  if (e.counterfactual !== null) {
    const { mutant, replay } = e.counterfactual;
    const how = replayCommand(replay);
    add('would break', `${codeSpan(mutant)}${how === '' ? '' : `, ${how}`}`);
  }
  if (e.counterexample !== null) add('replay', replayCommand(e.counterexample.replay));
  return facts.join('\n');
}

function mutants(e: Evidence): string {
  const left = e.mutants.survivors ?? [];
  const survivors = left.length === 0 ? '' : `; not caught: ${left.map(codeSpan).join(', ')}`;
  return `caught ${e.mutants.caught} of ${e.mutants.tried}${survivors}`;
}

function record(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .map(codeSpan)
    .join(', ');
}

function replayCommand(replay: string): string {
  if (replay === '') return '';
  return codeSpan(replay.startsWith('forklore ') ? replay : `forklore replay ${replay}`);
}
