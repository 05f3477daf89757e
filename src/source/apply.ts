import { applyPatch } from 'diff';
import { MAX_COMPARED } from '../base/limits.js';
import type { Hunk, HunkLine } from '../intake/types.js';
import { isChange, type Side, sideLines } from './hunks.js';
import type { SourceLine } from './types.js';

/** `offsets`: for each hunk, lines between where its header puts it and where it fits. */
export interface Applied {
  before: SourceLine[];
  after: SourceLine[];
  offsets: number[];
}

/** The first hunk (1-based) that does not fit, and the first line of the file that differs where it should. */
export interface Misfit {
  hunk: number;
  line: number;
  expected: string;
}

/** How lines are compared: as they are (line ends aside), or without their blanks (a quote mangles them). */
export type Compare = 'strict' | 'blanks';

const TAG = '\u0000';
const same: Record<Compare, (a: string, b: string) => boolean> = {
  strict: (a, b) => a.replace(/\r$/, '') === b.replace(/\r$/, ''),
  blanks: (a, b) => a.replace(/\s+/g, '') === b.replace(/\s+/g, ''),
};

/** The lines of a text file; a final line end does not start another line. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Swaps the sides of hunks, so that applying them takes the patch back. */
export function reverseHunks(hunks: readonly Hunk[]): Hunk[] {
  const kind = { ' ': ' ', '+': '-', '-': '+' } as const;
  return hunks.map((hunk) => ({
    ...hunk,
    oldStart: hunk.newStart,
    oldCount: hunk.newCount,
    newStart: hunk.oldStart,
    newCount: hunk.oldCount,
    lines: hunk.lines.map((line) => ({
      ...line,
      kind: kind[line.kind],
      old: line.new,
      new: line.old,
    })),
  }));
}

/**
 * Applies hunks with no fuzz, at an offset where needed. Both versions keep for each line where it comes from.
 * Returns the misfit of the first hunk that fits nowhere.
 */
export function applyHunks(
  text: readonly string[],
  hunks: readonly Hunk[],
  compare: Compare,
): Applied | Misfit {
  const starts = place(text, hunks, compare);
  if (starts === null) return findMisfit(text, hunks, compare);
  return {
    before: version(text, hunks, starts, 'before'),
    after: version(text, hunks, starts, 'after'),
    offsets: hunks.map((hunk, i) => starts[i] + 1 - headerStart(hunk)),
  };
}

/** A hunk without old lines names the line it follows. */
function headerStart(hunk: Hunk): number {
  return hunk.lines.some((line) => line.kind !== '+') ? hunk.oldStart : hunk.oldStart + 1;
}

/** 0-based index of the line of `text` where each hunk starts; null when one fits nowhere. */
function place(text: readonly string[], hunks: readonly Hunk[], compare: Compare): number[] | null {
  // A marker line is inserted before each hunk; source lines carry their number. Both survive in the result.
  const source = text.map((line, i) => `${i}${TAG}${line.replaceAll(TAG, '')}`).join('\n');
  const patch = {
    oldFileName: 'a',
    newFileName: 'b',
    oldHeader: undefined,
    newHeader: undefined,
    hunks: hunks.map((hunk, i) => {
      const old = sideLines(hunk, 'before').length;
      return {
        oldStart: headerStart(hunk),
        oldLines: old,
        newStart: hunk.newStart,
        newLines: sideLines(hunk, 'after').length + 1,
        lines: [
          `+@${i}${TAG}`,
          ...hunk.lines.map((line) => line.kind + line.text.replaceAll(TAG, '')),
        ],
      };
    }),
  };
  const result = applyPatch(source, patch, {
    fuzzFactor: 0,
    autoConvertLineEndings: false,
    compareLine: (_number, line, _operation, content) =>
      line !== undefined && same[compare](line.slice(line.indexOf(TAG) + 1), content),
  });
  return result === false ? null : readMarkers(result.split('\n'), hunks, text.length);
}

function readMarkers(result: string[], hunks: readonly Hunk[], length: number): number[] {
  const starts: number[] = [];
  let next = length;
  for (let i = result.length - 1; i >= 0; i--) {
    const tag = result[i].slice(0, Math.max(0, result[i].indexOf(TAG)));
    if (/^\d+$/.test(tag)) {
      next = Number(tag);
    } else if (tag.startsWith('@')) {
      const hunk = Number(tag.slice(1));
      starts[hunk] = next - deletedBefore(hunks[hunk]);
    }
  }
  return starts;
}

/** Old lines of a hunk that are gone before its first context line: the marker then stands that far below. */
function deletedBefore(hunk: Hunk): number {
  const first = hunk.lines.findIndex((line) => line.kind === ' ');
  const head = first < 0 ? hunk.lines : hunk.lines.slice(0, first);
  return head.filter((line) => line.kind === '-').length;
}

function version(
  text: readonly string[],
  hunks: readonly Hunk[],
  starts: readonly number[],
  side: Side,
): SourceLine[] {
  const lines: SourceLine[] = [];
  const add = (content: string, shown: HunkLine | null) =>
    lines.push({
      text: content.replace(/\r$/, ''),
      line: lines.length + 1,
      patchLine: shown?.inputLine ?? null,
      origin: shown ? 'hunk' : 'file',
      changed: shown !== null && isChange(shown, side),
    });
  let at = 0;
  hunks.forEach((hunk, i) => {
    while (at < starts[i]) add(text[at++], null);
    let position = starts[i];
    for (const line of hunk.lines) {
      const content = line.kind === '+' ? line.text : text[position++];
      // Hunks may share context lines: each is given out once.
      if (line.kind !== '+' && position <= at) continue;
      if (line.kind !== (side === 'before' ? '+' : '-')) add(content, line);
      at = Math.max(at, position);
    }
  });
  while (at < text.length) add(text[at++], null);
  return lines;
}

function findMisfit(text: readonly string[], hunks: readonly Hunk[], compare: Compare): Misfit {
  // Hunks are placed from the first to the last: what fails for some fails for more.
  let good: number[] = [];
  let index = 0;
  for (let end = hunks.length - 1; index < end; ) {
    const middle = (index + end) >> 1;
    const starts = place(text, hunks.slice(0, middle + 1), compare);
    if (starts === null) end = middle;
    else {
      good = starts;
      index = middle + 1;
    }
  }
  const drift = index > 0 ? good[index - 1] + 1 - headerStart(hunks[index - 1]) : 0;
  const old = sideLines(hunks[index], 'before');
  const fits = (at: number, i: number) => same[compare](text[at + i] ?? TAG, old[i].text);
  const start = bestStart(text.length, old.length, headerStart(hunks[index]) - 1 + drift, fits);
  let bad = old.findIndex((_, i) => !fits(start, i));
  if (bad < 0) bad = 0;
  return { hunk: index + 1, line: start + bad + 1, expected: old[bad]?.text.trim() ?? '' };
}

/** Where most of a hunk's old lines fit; among equals the place nearest to where it should. */
function bestStart(
  length: number,
  lines: number,
  wanted: number,
  fits: (at: number, i: number) => boolean,
): number {
  if (length * lines > MAX_COMPARED) return wanted;
  const matches = (at: number) => {
    let count = 0;
    for (let i = 0; i < lines; i++) if (fits(at, i)) count++;
    return count;
  };
  let best = { at: wanted, count: matches(wanted) };
  for (let at = 0; at + lines <= length; at++) {
    const count = matches(at);
    const nearer = Math.abs(at - wanted) < Math.abs(best.at - wanted);
    if (count > best.count || (count === best.count && nearer)) best = { at, count };
  }
  return best.at;
}
