import { printable, wrapText } from '../base/terminal.js';
import type { TraceStep } from '../judge/types.js';

export interface StepPage {
  step: TraceStep;
  /** Parts of the state after the step. */
  state: Record<string, string>;
  /** Parts that the step changed. */
  changed: string[];
}

/** One step with the state after it; `*` marks what it changed. */
export function renderStep(p: StepPage, n: number, of: number): string {
  const where = p.step.line === null ? p.step.path : `${p.step.path}:${p.step.line}`;
  const head = `step ${n} of ${of}  ${p.step.thread}: ${p.step.text}`;
  const place = `  ${p.step.function ? `${p.step.function}()` : 'user code'} ${where}`.trimEnd();
  const width = Math.max(0, ...Object.keys(p.state).map((k) => k.length));
  const lines = Object.entries(p.state).flatMap(([name, text]) => {
    const [first, ...more] = wrapText(printable(text), 80 - width - 6);
    const mark = p.changed.includes(name) ? '*' : ' ';
    return [
      `  ${mark} ${name.padEnd(width)}  ${first ?? ''}`,
      ...more.map((l) => `${' '.repeat(width + 6)}${l}`),
    ];
  });
  return [printable(head), printable(place), ...lines, ''].join('\n');
}
