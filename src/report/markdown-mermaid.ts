import type { TraceStep } from '../judge/types.js';
import { fence, shorten, visible } from './markdown-text.js';

/** Beyond this a diagram is no longer read; the table has every step. GitHub's own limit is 50,000 characters. */
export const MAX_DIAGRAM_STEPS = 40;
const MAX_LABEL = 90;

/**
 * A mermaid `sequenceDiagram` with one lane per thread and one numbered note per step, as a fenced block; '' when there
 * are no steps or too many to read.
 */
export function sequenceDiagram(steps: TraceStep[]): string {
  if (steps.length === 0 || steps.length > MAX_DIAGRAM_STEPS) return '';
  const threads = [...new Set(steps.map((step) => step.thread))].sort(laneOrder);
  const lines = ['sequenceDiagram'];
  threads.forEach((name, i) => {
    lines.push(`  participant T${i} as ${label(name)}`);
  });
  steps.forEach((step, i) => {
    lines.push(`  Note over T${threads.indexOf(step.thread)}: ${i + 1}. ${label(step.text)}`);
  });
  return fence(lines.join('\n'), 'mermaid');
}

/** fork first, as in the text report, then by name. */
function laneOrder(a: string, b: string): number {
  if ((a === 'fork') !== (b === 'fork')) return a === 'fork' ? -1 : 1;
  return a < b ? -1 : 1;
}

/**
 * Text that mermaid shows and does not act on: entity codes for what ends a statement (`;`), starts an entity (`#`), a
 * directive (`%{`), mathematics (`$`), HTML (`<`, `&`) or an escape.
 */
export function label(text: string): string {
  const shown = shorten(visible(text), MAX_LABEL) || '-';
  return shown.replace(/[#;%{}<>&"`\\$@]/g, (c) => `#${c.charCodeAt(0)};`);
}
