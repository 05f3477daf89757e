import { join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { Rule } from '../../judge/rule.js';
import { DEFAULT_LIMITS, type Scenario } from '../../sim/scenario.js';
import { examplesOf } from './example.js';
import type { Located } from './folder.js';
import { type RunOptions, runExample } from './run-example.js';

/** What a bound may be, and how a scenario takes it. */
const PARAMS: Record<
  string,
  { least: number; most: number; set: (s: Scenario, n: number) => Scenario }
> = {
  failures: { least: 0, most: 2, set: (s, n) => ({ ...s, failures: n }) },
  accesses: {
    least: 1,
    most: 4,
    set: (s, n) => ({ ...s, threads: s.threads.map((t) => ({ ...t, accesses: n })) }),
  },
  threads: { least: 0, most: 3, set: (s, n) => ({ ...s, threads: cycle(s.threads, n) }) },
  pages: {
    least: 1,
    most: 8,
    set: (s, n) => ({ ...s, vmas: s.vmas.map((v) => ({ ...v, pages: cycle(v.pages, n) })) }),
  },
  vmas: { least: 1, most: 12, set: (s, n) => ({ ...s, vmas: cycle(s.vmas, n) }) },
  states: { least: 1000, most: 50_000_000, set: (s) => s },
};

/** The first `n` of a list that starts over at its end. */
const cycle = <T>(list: readonly T[], n: number): T[] =>
  list.length ? Array.from({ length: n }, (_, k) => list[k % list.length]) : [];

export interface Sweep {
  param: string;
  values: number[];
}

/** One bound and what the examples do under it. */
export interface SweepRow {
  value: number;
  /** Bad examples that fire, of how many. */
  recall: [number, number];
  /** Good examples that fire, of how many. */
  noise: [number, number];
  /** Mutants of the good examples that are caught, of how many. */
  mutants: [number, number];
  states: number;
  seconds: number;
}

/** Parses `PARAM=a..b`; values of `states` grow tenfold. Throws a `usage` error that says what is possible. */
export function parseSweep(text: string): Sweep {
  const m = /^(\w+)=(\d+)(?:\.\.(\d+))?$/.exec(text);
  const names = Object.keys(PARAMS);
  if (!m) throw usage(`sweep ${text}: PARAM=a..b is wanted, with PARAM of ${names.join(', ')}`);
  const [, param, a, b = a] = m;
  if (!Object.hasOwn(PARAMS, param)) {
    const near = nearest(param, names);
    throw usage(
      `sweep ${text}: no bound "${param}"; ${near ? `did you mean "${near}"?` : `there are: ${names.join(', ')}`}`,
    );
  }
  const { least, most } = PARAMS[param];
  const [from, to] = [Number(a), Number(b)];
  if (from > to || from < least || to > most)
    throw usage(`sweep ${text}: ${param} goes from ${least} to ${most}`);
  const values: number[] = [];
  for (let n = from; n <= to; n = param === 'states' ? n * 10 : n + 1) values.push(n);
  return { param, values };
}

const usage = (message: string) => new ForkloreError('usage', message);

/** Runs the examples of a rule under each bound. */
export async function sweepRule(
  { rule, folder }: Located,
  sweep: Sweep,
  o: RunOptions,
  each: (row: SweepRow) => void,
): Promise<SweepRow[]> {
  const examples = await examplesOf(join(folder, rule.id));
  const rows: SweepRow[] = [];
  for (const value of sweep.values) {
    const started = performance.now();
    const row: SweepRow = {
      value,
      recall: [0, 0],
      noise: [0, 0],
      mutants: [0, 0],
      states: 0,
      seconds: 0,
    };
    for (const e of examples) {
      const r = await runExample(e, bounded(rule, sweep.param, value), at(o, sweep.param, value));
      const fired = r.steps !== null;
      const of = e.kind === 'bad' ? row.recall : row.noise;
      of[1]++;
      if (fired) of[0]++;
      row.mutants[0] += r.mutants?.caught ?? 0;
      row.mutants[1] += r.mutants?.tried ?? 0;
      row.states += r.states;
    }
    row.seconds = (performance.now() - started) / 1000;
    rows.push(row);
    each(row);
  }
  return rows;
}

const bounded = (rule: Rule, param: string, value: number): Rule => ({
  ...rule,
  scenarios: rule.scenarios.map((s) => PARAMS[param].set(s, value)),
});

const at = (o: RunOptions, param: string, value: number): RunOptions =>
  param === 'states'
    ? { ...o, explore: { ...o.explore, limits: { ...DEFAULT_LIMITS, states: value } } }
    : o;

/** The table's head, and one row of it. */
export const sweepHead = (param: string): string =>
  `${param.padEnd(10)}  recall  noise  mutants  ${'states'.padStart(9)}     time\n`;
export const renderSweep = (r: SweepRow): string =>
  `${String(r.value).padEnd(10)}  ${of(r.recall).padStart(6)}  ${of(r.noise).padStart(5)}  ${of(r.mutants).padStart(7)}  ${String(r.states).padStart(9)}  ${r.seconds.toFixed(2).padStart(5)} s\n`;
const of = ([n, all]: [number, number]): string => `${n}/${all}`;
