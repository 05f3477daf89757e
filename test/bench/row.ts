import type { Asked } from './asked.js';
import { type Case, caseName, type Mode } from './cases.js';
import type { Explored } from './explore-case.js';
import type { OurRun } from './ours.js';
import type { SpinRun } from './spin.js';

/** One line of the table: both checkers on one question, medians of all runs. */
export interface Row {
  case: Case;
  mode: Mode;
  spin: SpinRun | null;
  /** Everything from the sources. */
  ours: OurRun;
  /** With the program that an earlier run lowered, as a review has it. */
  kept: OurRun;
  /** The first question that a process is asked which runs already. */
  fresh: Asked;
  /** Asked of such a process after many others. */
  resident: Asked;
}

export const rowName = (r: Pick<Row, 'case' | 'mode'>): string => `${caseName(r.case)}, ${r.mode}`;

/** Our wall time as a part of SPIN's total; NaN where SPIN was not run. */
export const ratio = (r: Row): number => r.ours.wall / (r.spin?.total ?? NaN);

/** What is wrong with the verdicts of a row; empty when they are as they must be. */
export function wrongVerdicts(r: Row): string[] {
  const { case: c, spin, ours } = r;
  const out: string[] = [];
  if (spin && spin.verdict !== c.spin)
    out.push(`${rowName(r)}: SPIN says ${spin.verdict}, expected ${c.spin}`);
  if (ours.verdict !== c.ours)
    out.push(`${rowName(r)}: forklore says ${ours.verdict}, expected ${c.ours}`);
  else if (c.ours === 'violated' && !c.because.includes(ours.property ?? ''))
    out.push(
      `${rowName(r)}: violated because of ${ours.property}, expected ${c.because.join(' or ')}`,
    );
  for (const other of ['kept', 'fresh', 'resident'] as const)
    if (told(r[other]) !== told(ours))
      out.push(`${rowName(r)}: ${other} says ${told(r[other])}, from the sources ${told(ours)}`);
  return out;
}

/** What must not depend on what a process has done before. */
const told = ({ verdict, property, states, failing, steps, shared }: Explored): string =>
  `${verdict}${property ? ` (${property})` : ''}, ${states} states, ${failing} failing, steps ${shared} of ${steps}`;
