import { printable } from '../base/terminal.js';
import type { TraceStep } from '../judge/types.js';
import { interleaving, places } from './columns.js';

export interface ReplayText {
  rule: string;
  property: string;
  model: string;
  steps: TraceStep[];
  ended: 'violated' | 'other' | 'refused';
  /** Why the run was refused, or what the property says. */
  detail: string;
}

/** A replayed run for the terminal. */
export function renderReplay(r: ReplayText): string {
  const head = `${r.rule}: ${r.property}, kernel model ${r.model}`;
  const last = {
    violated: `fails: ${r.detail}`,
    other: 'does not fail: the choices in the file lead elsewhere',
    refused: `refused at ${r.detail}`,
  }[r.ended];
  return [
    printable(head),
    '',
    ...(r.steps.length
      ? [...interleaving(r.steps, 80, '  '), '', ...places(r.steps, '  '), '']
      : []),
    printable(last),
    '',
  ].join('\n');
}
