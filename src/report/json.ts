import type { Review } from '../judge/types.js';

/** The JSON contract `forklore.review/1`, indented. */
export function renderJson(review: Review): string {
  return `${JSON.stringify(review, null, 2)}\n`;
}
