import { wrapText } from '../../base/terminal.js';
import type { TraceStep } from '../../judge/types.js';
import { interleaving, threadsOf } from '../columns.js';

const WIDTH = 78;

/** The steps of a run with one column for each CPU, as the kernel's own reports draw a race. */
export function cpuColumns(steps: readonly TraceStep[]): string[] {
  const threads = threadsOf(steps);
  const named = new Map(threads.map((name, k) => [name, `CPU${k} (${name})`]));
  const [head, ...rows] = interleaving(
    steps.map((s) => ({ ...s, thread: named.get(s.thread)! })),
    WIDTH,
    '  ',
  );
  return [head, head.replace(/CPU\d+ \([^)]*\)?/g, (title) => '-'.repeat(title.length)), ...rows];
}

/** Where the numbered steps of a run stand in the source, in one wrapped sentence; empty when none has a line. */
export function stepLines(steps: readonly TraceStep[]): string[] {
  const at = new Map<string, number[]>();
  steps.forEach((s, k) => {
    if (s.line === null) return;
    const where = `${s.path}:${s.line}`;
    at.set(where, [...(at.get(where) ?? []), k + 1]);
  });
  const parts = [...at].map(([where, numbers]) => `${numbers.join(', ')} ${where}`);
  return parts.length === 0 ? [] : wrapText(`Source lines: ${parts.join('; ')}.`, WIDTH - 4);
}
