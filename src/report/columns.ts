import { printable, wrapText } from '../base/terminal.js';
import type { TraceStep } from '../judge/types.js';

/** The threads of a run, fork first, then by name. */
export function threadsOf(steps: readonly TraceStep[]): string[] {
  const rank = (name: string) => (name === 'fork' || name.endsWith(' (fork)') ? 0 : 1);
  return [...new Set(steps.map((s) => s.thread))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
}

/** Steps of a run as one column per thread, numbered, within `width` columns. */
export function interleaving(steps: readonly TraceStep[], width: number, indent: string): string[] {
  const threads = threadsOf(steps);
  const digits = String(steps.length).length;
  const gap = 2;
  const room = width - indent.length - digits - gap;
  const cell = Math.max(12, Math.floor(room / threads.length) - gap);
  const line = (left: string, cells: string[]) =>
    (
      indent +
      left.padStart(digits) +
      cells.map((c) => ' '.repeat(gap) + c.padEnd(cell)).join('')
    ).trimEnd();
  const out = [
    line(
      '',
      threads.map((t) => printable(t).slice(0, cell)),
    ),
  ];
  steps.forEach((s, k) => {
    const at = threads.indexOf(s.thread);
    wrapText(printable(s.text), cell).forEach((text, n) => {
      out.push(
        line(
          n === 0 ? String(k + 1) : '',
          threads.map((_, t) => (t === at ? text : '')),
        ),
      );
    });
  });
  return out;
}

/** Steps as a list with function and line, for those who want to look the places up. */
export function places(steps: readonly TraceStep[], indent: string): string[] {
  const out: string[] = [];
  steps.forEach((s, k) => {
    const where = s.line === null ? s.path : `${s.path}:${s.line}`;
    const func = s.function ? `${s.function}()` : 'user code';
    out.push(
      `${indent}${String(k + 1).padStart(String(steps.length).length)}  ${s.thread}: ${func}${where ? ` ${where}` : ''}`,
    );
  });
  return out.map(printable);
}
