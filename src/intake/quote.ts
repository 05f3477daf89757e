import { MAX_QUOTE_DEPTH } from './limits.js';
import type { InputLine } from './lines.js';

/** The lines of a mail that are quoted at least `depth` levels deep, without their quote marks. */
export interface Quote {
  depth: number;
  lines: InputLine[];
}

/** Counts quote marks: `>>`, `> >` and `>> >` are levels alike. Returns the depth and where they end. */
function marks(text: string, most: number): { depth: number; end: number } {
  let depth = 0;
  let end = 0;
  for (let at = 0; depth < most; at++) {
    if (text[at] === '>') {
      depth++;
      end = at + 1;
    } else if (text[at] !== ' ' || text[at + 1] !== '>' || depth === 0) break;
  }
  return { depth, end };
}

const DIFF_START = /^(?:diff --git |--- [^-\s]|@@ -\d)/;

/** Depths at which a line looks like the start of a diff, each with the quoter's habit: a blank after the marks or none. */
function depthsWithDiff(lines: InputLine[]): Map<number, boolean> {
  const found = new Map<number, boolean>();
  for (const { text } of lines) {
    if (!text.startsWith('>')) continue;
    const { depth, end } = marks(text, MAX_QUOTE_DEPTH);
    if (found.has(depth)) continue;
    const blank = text[end] === ' ';
    if (DIFF_START.test(text.slice(end + (blank ? 1 : 0), end + 40))) found.set(depth, blank);
  }
  return found;
}

function unquote(lines: InputLine[], depth: number, blank: boolean): Quote {
  const quoted: InputLine[] = [];
  let gap = false;
  for (const { text, line } of lines) {
    const { depth: here, end } = marks(text, depth);
    if (here < depth) {
      gap = true;
      continue;
    }
    const start = blank && text[end] === ' ' ? end + 1 : end;
    quoted.push(gap ? { text: text.slice(start), line, gap } : { text: text.slice(start), line });
    gap = false;
  }
  return { depth, lines: quoted };
}

/** The quoted texts of a mail in which something looks like a diff, deepest (oldest) first. */
export function quotesWithDiff(lines: InputLine[]): Quote[] {
  return [...depthsWithDiff(lines)]
    .sort(([a], [b]) => b - a)
    .map(([depth, blank]) => unquote(lines, depth, blank));
}

const SIGNATURE = /^-- ?$/;

/** The lines from `from` (a line of the input) on that are quoted less than `depth` levels, up to the signature. */
export function remarksIn(
  lines: readonly InputLine[],
  depth: number,
  from: number,
): { text: string; inputLine: number }[] {
  const out: { text: string; inputLine: number }[] = [];
  for (const { text, line } of lines) {
    if (line < from) continue;
    if (SIGNATURE.test(text)) break;
    if (marks(text, depth).depth < depth) out.push({ text, inputLine: line });
  }
  return out;
}
