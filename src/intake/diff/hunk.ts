import { MAX_LINE_NUMBER } from '../limits.js';
import type { InputLine } from '../lines.js';
import type { HunkLine } from '../types.js';
import { isBoundary, isHeaderPair, isSignature } from './marks.js';

/** The numbers of an `@@` line. */
export interface HunkHead {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  section: string;
}

/** A line of a hunk before it is numbered. */
export interface BodyLine {
  kind: HunkLine['kind'];
  text: string;
  inputLine: number;
  noNewline?: true;
  /** Not even the blank of a context line was there. */
  bare?: true;
}

/**
 * What stands under an `@@` line. `end` tells how it ended: `complete` by its counts; `short` with
 * lines missing; `over` at a line for which one side had no count left; `excess` with lines left
 * over behind a complete hunk.
 */
export interface HunkBody {
  lines: BodyLine[];
  end: 'complete' | 'short' | 'over' | 'excess';
  /** Number of lines before other text first interrupted the quote; null when it never did. */
  cut: number | null;
  /** Lines of each side that were there, those in excess included. */
  oldSeen: number;
  newSeen: number;
  /** Index of the first line behind the hunk. */
  next: number;
  section: string;
}

const HEAD = /^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@(.*)$/s;

/** Reads an `@@` line; null when it is malformed or names lines that no file has. */
export function parseHunkHead(text: string): HunkHead | null {
  const match = HEAD.exec(text);
  if (!match) return null;
  const [oldStart, oldCount, newStart, newCount] = [1, 2, 3, 4].map((i) => Number(match[i] ?? 1));
  if (oldStart + oldCount > MAX_LINE_NUMBER || newStart + newCount > MAX_LINE_NUMBER) return null;
  if (oldCount + newCount === 0) return null;
  if ((oldStart === 0 && oldCount > 0) || (newStart === 0 && newCount > 0)) return null;
  return { oldStart, oldCount, newStart, newCount, section: match[5].trim() };
}

/** The kind of a hunk line by its first character; an empty line is context that lost its blank. */
function kindOf(text: string): HunkLine['kind'] | '\\' | null {
  if (text === '' || text === '\r') return ' ';
  const c = text[0];
  return c === ' ' || c === '-' || c === '+' || c === '\\' ? c : null;
}

/** Counts down the lines of one hunk as they are read. */
class Reader {
  readonly lines: BodyLine[] = [];
  old = 0;
  new = 0;
  cut: number | null = null;
  constructor(
    private readonly input: InputLine[],
    private readonly head: HunkHead,
    private readonly quoted: boolean,
    public at: number,
  ) {}

  get complete(): boolean {
    return this.old === this.head.oldCount && this.new === this.head.newCount;
  }

  /** Whether the two lines at `at` and the next, shaped like a file header, complete the hunk as content. */
  private pairCompletes(): boolean {
    return this.old + 1 === this.head.oldCount && this.new + 1 === this.head.newCount;
  }

  /** Takes the line at `at`; false when it does not belong to the hunk, with the reason. */
  take(): 'taken' | 'short' | 'over' {
    const { text, line, gap } = this.input[this.at];
    if (gap) this.cut ??= this.lines.length;
    const kind = kindOf(text);
    if (kind === null || isBoundary(this.input, this.at)) return 'short';
    if (kind === '-' && isSignature(this.input, this.at, this.quoted)) return 'short';
    if (kind === '-' && isHeaderPair(this.input, this.at) && !this.pairCompletes()) return 'short';
    if (kind === '\\') {
      this.markNoNewline();
      return 'taken';
    }
    const full =
      (kind !== '+' && this.old === this.head.oldCount) ||
      (kind !== '-' && this.new === this.head.newCount);
    // A blank line that the counts have no room for is the space under the diff.
    if (full) return text === '' || text === '\r' ? 'short' : 'over';
    if (kind !== '+') this.old++;
    if (kind !== '-') this.new++;
    const taken: BodyLine = { kind, text: text.slice(1), inputLine: line };
    this.lines.push(text === '' ? { ...taken, bare: true } : taken);
    this.at++;
    return 'taken';
  }

  markNoNewline(): void {
    const last = this.lines.at(-1);
    if (last) last.noNewline = true;
    this.at++;
  }
}

/** Index behind the diff-like lines at `from`, and how many of each side there are. */
function surplus(input: InputLine[], from: number, quoted: boolean) {
  let at = from;
  let [oldSeen, newSeen] = [0, 0];
  for (; at < input.length; at++) {
    const { text, gap } = input[at];
    const kind = text === '' || text === '\r' ? null : kindOf(text);
    if (kind === null || (gap && at > from) || isBoundary(input, at)) break;
    if (kind === '-' && (isSignature(input, at, quoted) || isHeaderPair(input, at))) break;
    if (kind === '-' && /^-{2,}\s*$/.test(text)) break;
    if (kind === ' ' || kind === '-') oldSeen++;
    if (kind === ' ' || kind === '+') newSeen++;
  }
  return { at, oldSeen, newSeen };
}

/** A section that a mailer wrapped onto the line under the `@@` line, in a quote. */
function wrappedSection(input: InputLine[], at: number): string | null {
  const [line, next] = [input[at], input[at + 1]];
  if (!line || !next || line.gap || next.gap || kindOf(line.text) !== null) return null;
  if (isBoundary(input, at) || kindOf(next.text) === null || next.text === '') return null;
  return line.text.trim();
}

/**
 * Reads the hunk whose `@@` line is `input[index]`, by its counts: a line belongs to it only while
 * its side has lines left, and a mail signature or the next file's header never does.
 */
export function readHunkBody(
  input: InputLine[],
  index: number,
  head: HunkHead,
  quoted: boolean,
): HunkBody {
  const wrapped = quoted ? wrappedSection(input, index + 1) : null;
  const reader = new Reader(input, head, quoted, index + (wrapped === null ? 1 : 2));
  let end: HunkBody['end'] = 'short';
  while (!reader.complete && reader.at < input.length) {
    const step = reader.take();
    if (step === 'taken') continue;
    end = step;
    break;
  }
  if (reader.complete) {
    end = 'complete';
    if (input[reader.at]?.text.startsWith('\\ ')) reader.markNoNewline();
  }
  let { at, oldSeen, newSeen } = { at: reader.at, oldSeen: reader.old, newSeen: reader.new };
  if (end !== 'short' && !(end === 'complete' && input[at]?.gap)) {
    const rest = surplus(input, at, quoted);
    if (end === 'complete' && rest.at > at) end = 'excess';
    at = rest.at;
    oldSeen += rest.oldSeen;
    newSeen += rest.newSeen;
  }
  const section = wrapped === null ? head.section : `${head.section} ${wrapped}`;
  return { lines: reader.lines, end, cut: reader.cut, oldSeen, newSeen, next: at, section };
}
