import { type Row, ratio, rowName } from './row.js';

/** Our whole process takes at most this part of SPIN's total time. */
const PART = 1 / 5;
/** Peak memory in MB. */
const MEMORY = 150;

/** A goal, and the rows that miss it, each with its figure. */
export interface Goal {
  name: string;
  rows: number;
  missed: string[];
}

/** Short mark of a row for the table: `ok`, or the goals that it misses. */
export function marks(r: Row): string {
  const missed: string[] = [];
  if (r.spin && ratio(r) > PART) missed.push('T');
  if (r.spin && r.kept.wall >= r.spin.pan) missed.push('P');
  if (r.spin && r.resident.wall >= r.spin.pan) missed.push('R');
  if (r.case.within && r.ours.wall > r.case.within) missed.push('W');
  if (r.ours.megabytes > MEMORY) missed.push('M');
  if (longer(r)) missed.push('C');
  return missed.join('') || 'ok';
}

const withBoth = (rows: readonly Row[]): Row[] => rows.filter((r) => r.spin!.shared > 0);

/** Our counterexample has more steps in shared memory than SPIN's. */
const longer = (r: Row): boolean =>
  r.spin !== null && r.spin.shared > 0 && r.ours.shared > r.spin.shared;

/** All goals over all rows. Speed is reported, it fails nothing. */
export function goals(rows: readonly Row[]): Goal[] {
  const s = (x: number) => `${x.toFixed(2)} s`;
  const compared = rows.filter((r) => r.spin);
  const check = (name: string, of: readonly Row[], miss: (r: Row) => string | null): Goal => ({
    name,
    rows: of.length,
    missed: of.flatMap((r) => {
      const m = miss(r);
      return m === null ? [] : [`${rowName(r)}: ${m}`];
    }),
  });
  return [
    check("T  at most 1/5 of SPIN's total", compared, (r) =>
      ratio(r) > PART ? ratio(r).toFixed(2) : null,
    ),
    check('P  a process with the program kept, less than pan alone', compared, (r) =>
      r.kept.wall >= r.spin!.pan ? `${s(r.kept.wall)}, pan ${s(r.spin!.pan)}` : null,
    ),
    check('R  a process that runs already, less than pan alone', compared, (r) =>
      r.resident.wall >= r.spin!.pan ? `${s(r.resident.wall)}, pan ${s(r.spin!.pan)}` : null,
    ),
    check(
      'W  exhaustive within its time',
      rows.filter((r) => r.case.within),
      (r) => (r.ours.wall > r.case.within! ? `${s(r.ours.wall)} of ${s(r.case.within!)}` : null),
    ),
    check(`M  under ${MEMORY} MB`, rows, (r) =>
      r.ours.megabytes > MEMORY ? `${r.ours.megabytes.toFixed(0)} MB` : null,
    ),
    check("C  counterexample no longer than SPIN's", withBoth(compared), (r) =>
      longer(r) ? `${r.ours.shared}, SPIN ${r.spin!.shared}` : null,
    ),
    growth(compared),
  ];
}

/** From the smallest to the largest K of the correct program, our states must not grow faster than SPIN's. */
function growth(rows: readonly Row[]): Goal {
  const correct = rows
    .filter((r) => r.case.mutant === 0 && r.case.threads === 2)
    .sort((a, b) => a.case.vmas - b.case.vmas);
  const [first, last] = [correct[0], correct[correct.length - 1]];
  const name = 'G  states grow with K no faster';
  if (!first || first === last) return { name, rows: 0, missed: [] };
  const ours = last.ours.states / first.ours.states;
  const spin = last.spin!.states / first.spin!.states;
  const text = `x${ours.toFixed(2)} from K=${first.case.vmas} to ${last.case.vmas}, SPIN x${spin.toFixed(2)}`;
  return { name, rows: 1, missed: ours > spin ? [text] : [] };
}
