import type { InputLine } from '../lines.js';

/** Lines of git's extended header and the lines that stand for a binary change. */
export const EXTENDED =
  /^(?:old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|similarity index|dissimilarity index|index) /;
export const BINARY = /^(?:GIT binary patch|Binary files .* differ\r?$)/;

/** Whether a `--- `, `+++ `, `@@ -` triple starts at `at`, nothing left out between: a file header. */
export function isHeaderPair(input: InputLine[], at: number): boolean {
  const goesOn = (i: number, mark: string) =>
    Boolean(input[i]?.text.startsWith(mark)) && !input[i].gap;
  return input[at].text.startsWith('--- ') && goesOn(at + 1, '+++ ') && goesOn(at + 2, '@@ -');
}

/** Whether no hunk goes on across the line at `at`: the next hunk or file starts there. */
export function isBoundary(input: InputLine[], at: number): boolean {
  const { text } = input[at];
  return text.startsWith('@@') || text.startsWith('diff --');
}

function isBlank(text: string): boolean {
  return text === '' || text === '\r';
}

/**
 * Whether the line at `at` is the mark above a mail signature and not the deletion of a line `- `:
 * what follows it is text that no diff holds. In a quote, its end follows.
 */
export function isSignature(input: InputLine[], at: number, quoted: boolean): boolean {
  if (!/^-- ?\r?$/.test(input[at].text)) return false;
  let next = at + 1;
  while (next < input.length && !input[next].gap && isBlank(input[next].text)) next++;
  if (next >= input.length || input[next].gap) return quoted;
  return !/^(?:[ +\-\\]|@@|diff --)/.test(input[next].text);
}
