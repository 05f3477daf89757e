import { structuredPatch } from 'diff';
import { MAX_COMPARE_MS } from '../base/limits.js';

/**
 * The hunks that turn `before` into `after`, as git prints them (three lines of context, no file header); '' when the
 * two are equal, null when they differ too much to be compared in time.
 */
export function hunksBetween(
  before: string,
  after: string,
  timeout = MAX_COMPARE_MS,
): string | null {
  const options = { context: 3, timeout };
  const patch = structuredPatch('a', 'b', before, after, '', '', options);
  if (!patch) return null;
  return patch.hunks
    .map((h) => {
      const head = `@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@`;
      return [head, ...h.lines].join('\n');
    })
    .join('\n');
}
