import { invariant } from '../../base/errors.js';
import { isTreePath } from '../../base/paths.js';
import { MAX_HEADER_CHARS, MAX_HUNKS } from '../limits.js';
import { type InputLine, problem } from '../lines.js';
import type { FilePatch, Hunk, IntakeProblem } from '../types.js';
import { type CountedHunk, numberHunks } from './check.js';
import { type FileHeader, isFileStart, readFileHeader } from './header.js';
import { type HunkBody, type HunkHead, parseHunkHead, readHunkBody } from './hunk.js';
import { isSignature } from './marks.js';

/** A file diff and the input lines that it covers: indexes `start` to `end`, the latter excluded. */
export interface FoundFile {
  file: FilePatch;
  start: number;
  end: number;
}

/** What a text holds of diffs. Problems name the input line at which they stand. */
export interface ScanResult {
  files: FoundFile[];
  problems: IntakeProblem[];
}

/** A file whose hunks are being read. */
interface OpenFile {
  header: FileHeader;
  name: string;
  start: number;
  end: number;
  ordinal: number;
  hunks: CountedHunk[];
  broken: boolean;
  inputLine: number;
}

function sides(old: number | null, now: number | null): string {
  const part = (n: number | null, side: string) => (n === null ? [] : [`${n} ${side}`]);
  return [...part(old, 'old'), ...part(now, 'new')].join(' and ');
}

function countComplaint(head: HunkHead, body: HunkBody): string {
  const oldOff = body.oldSeen !== head.oldCount;
  const newOff = body.newSeen !== head.newCount;
  if (!oldOff && !newOff) return 'its lines are not in the order that its header counts';
  const seen = sides(oldOff ? body.oldSeen : null, newOff ? body.newSeen : null);
  const said = [...(oldOff ? [head.oldCount] : []), ...(newOff ? [head.newCount] : [])];
  return `has ${seen} lines, its header says ${said.join(' and ')}`;
}

/** Finds the file diffs in a text; everything between them is left alone. */
class Scanner {
  readonly result: ScanResult = { files: [], problems: [] };
  private open: OpenFile | null = null;
  private hunkCount = 0;
  /** The last file header was refused, so its hunks go with it. */
  private refused = false;

  constructor(
    private readonly input: InputLine[],
    private readonly quoted: boolean,
  ) {}

  private report(level: IntakeProblem['level'], line: number, message: string): void {
    this.result.problems.push(problem(level, line, message));
  }

  scan(): ScanResult {
    for (let at = 0; at < this.input.length; ) {
      const next = this.step(at);
      invariant(next > at, `the diff at line ${this.input[at].line} is read for ever`);
      at = next;
    }
    this.close();
    return this.result;
  }

  /** Deals with the line at `at`; returns the index of the next line to look at. */
  private step(at: number): number {
    const { text, line } = this.input[at];
    const c = text[0];
    if (c === '@') return this.hunkAt(at);
    if (c === 'd' && /^diff --(?:cc|combined) /.test(text)) {
      this.close();
      if (/^(?:index |--- |mode |new |deleted )/.test(this.input[at + 1]?.text ?? '')) {
        this.report(
          'error',
          line,
          `combined diff of ${text.split(' ')[2].slice(0, 200)} is not read`,
        );
      }
      return at + 1;
    }
    if ((c === 'd' || c === '-') && isFileStart(this.input, at, this.quoted))
      return this.fileAt(at);
    if (c === '-' && isSignature(this.input, at, this.quoted)) this.close();
    return at + 1;
  }

  private fileAt(at: number): number {
    this.close();
    this.refused = true;
    const header = readFileHeader(this.input, at);
    const { line } = this.input[at];
    const name = header.newPath ?? header.oldPath;
    if (this.input[at].text.length > MAX_HEADER_CHARS) {
      this.report(
        'error',
        line,
        `file header is longer than ${MAX_HEADER_CHARS} characters; not read`,
      );
    } else if (name === null) {
      this.report('error', line, 'file header names no file; its hunks are not read');
    } else if (
      ![header.oldPath, header.newPath].every((path) => path === null || isTreePath(path))
    ) {
      this.report(
        'error',
        line,
        `path "${name.slice(0, 200)}" leaves the tree; its hunks are not read`,
      );
    } else {
      const { next } = header;
      const start = at;
      this.refused = false;
      this.open = {
        header,
        name,
        start,
        end: next,
        ordinal: 0,
        hunks: [],
        broken: false,
        inputLine: line,
      };
    }
    return header.next;
  }

  private hunkAt(at: number): number {
    const { text, line } = this.input[at];
    const { open } = this;
    if (/^@@@+ -\d/.test(text)) {
      if (open) this.report('error', line, `combined diff of ${open.name} is not read`);
      if (open) open.broken = true;
      return at + 1;
    }
    if (!text.startsWith('@@ -')) return at + 1;
    if (!open) {
      if (this.quoted && !this.refused)
        this.report('error', line, 'quoted hunk without a file header; not read');
      return at + 1;
    }
    open.ordinal++;
    const head = parseHunkHead(text.slice(0, MAX_HEADER_CHARS));
    if (!head || ++this.hunkCount > MAX_HUNKS) {
      const why = head ? `is past the limit of ${MAX_HUNKS} hunks` : 'has a malformed header';
      this.report('error', line, `hunk ${open.ordinal} of ${open.name} ${why}`);
      open.broken = true;
      return at + 1;
    }
    const body = readHunkBody(this.input, at, head, this.quoted);
    this.keepHunk(open, head, body, at);
    open.end = body.next;
    return body.next;
  }

  /** Keeps a hunk whose counts hold and, of a quoted one that was cut short, what there is. */
  private keepHunk(open: OpenFile, head: HunkHead, body: HunkBody, at: number): void {
    const { text, line: inputLine } = this.input[at];
    const whole = body.end === 'complete';
    const usable = whole || (this.quoted && (body.end === 'short' || body.cut !== null));
    if (!usable) {
      this.report(
        'error',
        inputLine,
        `hunk ${open.ordinal} of ${open.name} ${countComplaint(head, body)}`,
      );
      open.broken = true;
      return;
    }
    let lines = body.lines;
    if (!whole) {
      if (body.cut !== null) lines = lines.slice(0, body.cut);
      // An empty line at the cut is the space above the reply as likely as context.
      while (lines.at(-1)?.bare) lines = lines.slice(0, -1);
    }
    if (text.endsWith('\r')) lines = lines.map((l) => ({ ...l, text: l.text.replace(/\r$/, '') }));
    open.hunks.push({
      head: { ...head, section: body.section },
      lines,
      truncated: !whole,
      inputLine,
    });
  }

  private close(): void {
    const { open } = this;
    this.open = null;
    if (!open) return;
    const { header } = open;
    const hunks = numberHunks(open.hunks);
    for (const [i, hunk] of hunks.entries()) {
      if (hunk) continue;
      open.broken = true;
      this.report(
        'error',
        open.hunks[i].inputLine,
        `a hunk of ${open.name} was read in two ways; not used`,
      );
    }
    const kept = hunks.filter((hunk): hunk is Hunk => hunk !== null);
    const cutAfterHeader = open.ordinal === 0 && !header.complete && !open.broken;
    if (cutAfterHeader && !this.quoted) {
      this.report('error', open.inputLine, `the diff of ${open.name} has no hunks`);
    }
    const { oldPath, newPath, oldBlob, newBlob, status } = header;
    const truncated = open.broken || cutAfterHeader || kept.some((hunk) => hunk.truncated);
    this.result.files.push({
      file: {
        oldPath,
        newPath,
        oldBlob,
        newBlob,
        status,
        hunks: kept,
        truncated,
        ...(open.broken ? { lost: true as const } : {}),
        inputLine: open.inputLine,
      },
      start: open.start,
      end: open.end,
    });
  }
}

/**
 * Finds every file diff in `input`. With `quoted`, a diff may end anywhere: what is there of a hunk
 * is kept and marked truncated. Otherwise a hunk whose lines do not agree with its header is left
 * out with a problem that says how, and the file's other hunks stay.
 */
export function scanDiffs(input: InputLine[], quoted: boolean): ScanResult {
  return new Scanner(input, quoted).scan();
}
