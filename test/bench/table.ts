import { caseName } from './cases.js';
import { type Goal, marks } from './goals.js';
import type { Residents } from './residents.js';
import { type Row, ratio } from './row.js';
import { median } from './stats.js';

const WIDTHS = [-23, -9, 6, 6, 8, 5, 6, 6, 6, 6, 6, 6, 7, 4, 6, 5, -5];
const HEAD = [
  'K thr program',
  'search',
  'SPIN',
  'pan',
  'states',
  'MB',
  'steps',
  'ours',
  'cpu',
  'kept',
  'fresh',
  'resid',
  'states',
  'MB',
  'steps',
  'part',
  ' goal',
];

function line(cells: readonly string[]): string {
  const fit = (text: string, k: number) => {
    const w = WIDTHS[k];
    return w < 0 ? text.slice(0, -w).padEnd(-w) : text.padStart(w);
  };
  return cells.map(fit).join('').trimEnd();
}

const seconds = (x: number): string => (Number.isNaN(x) ? '-' : x.toFixed(2));
const whole = (x: number): string => (Number.isNaN(x) ? '-' : x.toFixed(0));
const length = (x: number): string => (x ? String(x) : '-');

function cells(r: Row): string[] {
  const { spin, ours, kept, fresh, resident } = r;
  const peer = spin
    ? [
        seconds(spin.total),
        seconds(spin.pan),
        whole(spin.states),
        whole(spin.megabytes),
        length(spin.shared),
      ]
    : ['-', '-', '-', '-', '-'];
  return [
    caseName(r.case),
    r.mode,
    ...peer,
    seconds(ours.wall),
    seconds(ours.cpu),
    seconds(kept.wall),
    seconds(fresh.wall),
    seconds(resident.wall),
    whole(ours.states),
    whole(ours.megabytes),
    length(ours.shared),
    seconds(ratio(r)),
    ` ${marks(r)}`,
  ];
}

/** The table, one line per row, at most 120 columns. */
export const tableHead = (): string => line(HEAD);
export const tableRow = (r: Row): string => line(cells(r));

export const LEGEND = `K: VMAs; thr: threads x accesses. Seconds and MB are medians of whole processes (ours: with the start of
node; SPIN: spin, gcc and pan; pan: pan alone; kept: ours with the program that an earlier run has
lowered, which is to ours what pan is to SPIN). fresh, resid: from the C text to the verdict, asked of a
process that runs already as the app does, as its first question and after many others. steps: those of
the counterexample that touch shared variables. part: ours as a part of SPIN's total. goal: ok, or the
letters of the goals missed (below).`;

/** What stands behind the columns of processes that run already. */
export function residentLine(
  rows: readonly Row[],
  { before, megabytes }: Pick<Residents, 'before' | 'megabytes'>,
): string {
  const of = (pick: (r: Row) => number) => median(rows.map(pick)).toFixed(3);
  const [fresh, later] = [of((r) => r.fresh.wall), of((r) => r.resident.wall)];
  return `processes that run already: median of all rows ${fresh} s as the first question, ${later} s after ${before} others or more; ${megabytes.toFixed(0)} MB after all`;
}

/** The goals, each with the rows that miss it. */
export function goalLines(goals: readonly Goal[]): string[] {
  return goals.flatMap((g) => {
    const word = g.rows === 0 ? 'none' : g.missed.length ? 'MISS' : 'pass';
    return [
      `${word}  ${g.name} (${g.rows - g.missed.length} of ${g.rows})`,
      ...g.missed.map((m) => `        ${m}`),
    ];
  });
}

/** Processor time of both over the rows that both answered: less open to other load than the clock. */
export function processorLine(rows: readonly Row[]): string {
  const both = rows.filter((r) => r.spin && !Number.isNaN(r.spin.cpu));
  if (!both.length) return 'no processor times of SPIN';
  const sum = (of: (r: Row) => number) => both.reduce((n, r) => n + of(r), 0);
  const [ours, spin] = [sum((r) => r.ours.cpu), sum((r) => r.spin!.cpu)];
  return `processor time of ${both.length} rows: ours ${ours.toFixed(1)} s, SPIN ${spin.toFixed(1)} s, part ${(ours / spin).toFixed(2)}`;
}
