import { printableJson } from '../base/terminal.js';
import type { Review } from '../judge/types.js';

/** The JSON contract `forklore.review/1`, indented. */
export function renderJson(review: Review): string {
  return printableJson(review);
}
