import type { InputLine } from './lines.js';

const HUNK_START = /^@@ -\d/;

/** Indexes of the lines that stand inside hunks, as far as a line's first character can tell. */
function* hunkLines(lines: InputLine[]): Generator<number> {
  let inside = false;
  for (let i = 0; i < lines.length; i++) {
    const { text } = lines[i];
    if (HUNK_START.test(text)) inside = true;
    else if (inside && text !== '' && !' \t+-\\'.includes(text[0])) inside = false;
    else if (inside) yield i;
  }
}

function leadingBlanks(text: string): number {
  let n = 0;
  while (text[n] === ' ') n++;
  return n;
}

/**
 * How many blanks too many stand in front of context lines. Lines that show it are those whose
 * blanks end in a tab and those of blanks alone: both have one blank in a diff of kernel code. The
 * most frequent answer counts. Without such a line only a flowed mail is suspected, and then every
 * context line must have the blanks.
 */
function extraBlanks(lines: InputLine[], flowed: boolean): number {
  const votes = new Map<number, number>();
  let least = Number.POSITIVE_INFINITY;
  for (const i of hunkLines(lines)) {
    const { text } = lines[i];
    const n = leadingBlanks(text);
    if (n === 0) continue;
    least = Math.min(least, n);
    if (n === text.length || text[n] === '\t') votes.set(n - 1, (votes.get(n - 1) ?? 0) + 1);
  }
  if (votes.size > 0) return [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0][0];
  return flowed && Number.isFinite(least) ? least - 1 : 0;
}

/**
 * Takes the blanks away that quoting and format=flowed put in front of context lines, so that each
 * is one blank and the original text, and gives a context line that lost its blank (it starts with
 * a tab) a new one. Other lines stay.
 */
export function alignContext(
  lines: InputLine[],
  flowed: boolean,
): { lines: InputLine[]; removed: number } {
  const removed = extraBlanks(lines, flowed);
  const aligned = lines.slice();
  for (const i of hunkLines(lines)) {
    const { text } = lines[i];
    const n = leadingBlanks(text);
    if (n > 1 && removed > 0) {
      const keep = Math.max(1, n - removed);
      aligned[i] = { ...lines[i], text: n === text.length ? ' ' : text.slice(n - keep) };
    } else if (text[0] === '\t') aligned[i] = { ...lines[i], text: ` ${text}` };
  }
  return { lines: aligned, removed };
}
