import { plural, printable, thousands, wrapText } from '../base/terminal.js';
import type { PatchReview, Review } from '../judge/types.js';

/** So many patches that nothing applies to are named; more are counted. */
const MOST_NAMED = 20;

/** The patches of a report that get a line or more of their own, and what stands for the others. */
export function namedPatches(
  { patches }: Review,
  verbose: boolean,
): { named: PatchReview[]; counted: PatchReview[] } {
  const isPlain = (p: PatchReview) =>
    p.status === 'not-applicable' && !p.notRun && (p.versus?.fixed.length ?? 0) === 0;
  const counted = patches.filter(isPlain);
  if (verbose || counted.length <= MOST_NAMED) return { named: patches, counted: [] };
  return { named: patches.filter((p) => !isPlain(p)), counted };
}

/** Nothing of the patch is a rule's affair, or what is was not run. */
export const asideWord = (p: PatchReview): string => (p.notRun ? 'not analysed' : 'not applicable');

/** One sentence about patches that nothing applies to: how many, for which reasons. */
export function countedLine(patches: readonly PatchReview[], width: number): string[] {
  if (patches.length === 0) return [];
  const counts = new Map<string, number>();
  for (const { reason } of patches) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].sort((a, b) => b[1] - a[1]);
  const said = reasons.map(([reason, n]) => `${thousands(n)} (${reason})`).join(', ');
  const what = plural(patches.length, 'patch or mail', 'patches and mails');
  const text = `not applicable: ${what}: ${said}; --verbose names them`;
  return [wrapText(printable(text), width).join('\n')];
}

/** With `--verbose`, a line for each mail of an archive that was skipped. */
export function skippedLines(review: Review, width: number): string[] {
  const lines = (review.skipped ?? []).flatMap(({ input, mails, list }) => {
    if (!list) return [];
    const named = list.map(({ inputLine, subject, reason }) => {
      const text = `skipped: ${input}:${inputLine}: ${subject} (${reason})`;
      return printable(text.replace(/\s+/g, ' '));
    });
    const rest = mails - list.length;
    return rest > 0 ? [...named, `skipped: ${input}: and ${plural(rest, 'more mail')}`] : named;
  });
  const short = lines.map((l) => (l.length > width ? `${l.slice(0, width - 3)}...` : l));
  return short.length > 0 ? [short.join('\n')] : [];
}
