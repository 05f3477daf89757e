import parseDiff from 'parse-diff';
import { MAX_PARSED_CHARS } from '../limits.js';
import type { Hunk, HunkLine } from '../types.js';
import type { BodyLine, HunkHead } from './hunk.js';

/** A hunk whose lines agree with its counts (those of the header, or what there is of a cut one). */
export interface CountedHunk {
  head: HunkHead;
  lines: BodyLine[];
  truncated: boolean;
  inputLine: number;
}

function sideCount(lines: BodyLine[], other: '+' | '-'): number {
  return lines.reduce((n, line) => n + (line.kind === other ? 0 : 1), 0);
}

/** One well-formed file diff for parse-diff: plain names, no sections, lines of bounded length. */
function wellFormed(hunks: CountedHunk[]): string {
  const out = ['--- a/file', '+++ b/file'];
  for (const { head, lines } of hunks) {
    const [old, now] = [sideCount(lines, '+'), sideCount(lines, '-')];
    out.push(`@@ -${head.oldStart},${old} +${head.newStart},${now} @@`);
    for (const { kind, text } of lines) out.push(kind + text.slice(0, MAX_PARSED_CHARS));
  }
  return out.join('\n');
}

function numberLine(line: BodyLine, change: parseDiff.Change): HunkLine | null {
  const kind = change.type === 'normal' ? ' ' : change.type === 'del' ? '-' : '+';
  if (kind !== line.kind) return null;
  const base = { kind, text: line.text, inputLine: line.inputLine } as const;
  const mark = line.noNewline ? { noNewline: true as const } : {};
  if (change.type === 'normal') return { ...base, old: change.ln1, new: change.ln2, ...mark };
  if (change.type === 'del') return { ...base, old: change.ln, new: null, ...mark };
  return { ...base, old: null, new: change.ln, ...mark };
}

function toHunk(counted: CountedHunk, chunk: parseDiff.Chunk | null): Hunk | null {
  const { head, lines, truncated, inputLine } = counted;
  const changes = chunk?.changes ?? [];
  if (changes.length !== lines.length) return null;
  const numbered = lines.map((line, i) => numberLine(line, changes[i]));
  if (numbered.includes(null)) return null;
  return { ...head, lines: numbered as HunkLine[], truncated, inputLine };
}

/**
 * Numbers the lines of a file's hunks through parse-diff. Each entry is null where parse-diff saw
 * other lines than the counts say.
 */
export function numberHunks(hunks: CountedHunk[]): (Hunk | null)[] {
  const filled = hunks.filter(({ lines }) => lines.length > 0);
  const chunks = filled.length > 0 ? (parseDiff(wellFormed(filled))[0]?.chunks ?? []) : [];
  const chunkOf = new Map(filled.map((hunk, i) => [hunk, chunks[i] ?? null]));
  return hunks.map((hunk) => toHunk(hunk, chunkOf.get(hunk) ?? null));
}
