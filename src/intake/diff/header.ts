import { MAX_HEADER_CHARS } from '../limits.js';
import type { InputLine } from '../lines.js';
import type { FilePatch } from '../types.js';
import { BINARY, EXTENDED, isHeaderPair } from './marks.js';
import { readName, resolveNames, splitGitNames } from './names.js';

/** What the lines above a file's hunks say. */
export interface FileHeader {
  oldPath: string | null;
  newPath: string | null;
  oldBlob: string | null;
  newBlob: string | null;
  status: FilePatch['status'];
  /** The header alone is a whole change: a mode, a rename, an empty file, a binary. */
  complete: boolean;
  /** Index of the first line behind the header. */
  next: number;
}

/** Fields of the extended header, as text behind their keywords. */
class Fields {
  private readonly values = new Map<string, string>();
  readonly git: [string, string] | null;
  from: string | null = null;
  to: string | null = null;
  binary = false;

  constructor(gitLine: string | null) {
    this.git = gitLine === null ? null : splitGitNames(gitLine);
  }

  add(text: string): void {
    const key = EXTENDED.exec(text)?.[0].trimEnd();
    if (key) this.values.set(key, text.slice(key.length + 1).trimEnd());
  }

  get(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** Blobs of the `index` line; null for none and for all zeros. */
  blobs(): [string | null, string | null] {
    const match = /^([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})/.exec(this.get('index') ?? '');
    const real = (blob: string | undefined) => (blob && !/^0+$/.test(blob) ? blob : null);
    return [real(match?.[1]), real(match?.[2])];
  }

  status(): FilePatch['status'] {
    if (this.binary) return 'binary';
    if (this.has('new file mode') || this.from === '/dev/null') return 'added';
    if (this.has('deleted file mode') || this.to === '/dev/null') return 'deleted';
    if (this.has('rename to')) return 'renamed';
    return this.has('copy to') ? 'copied' : 'modified';
  }

  names(): { oldPath: string | null; newPath: string | null } {
    const [from, to] = [
      this.get('rename from') ?? this.get('copy from'),
      this.get('rename to') ?? this.get('copy to'),
    ];
    if (from !== null && to !== null) return { oldPath: readName(from), newPath: readName(to) };
    const names = resolveNames(this.from, this.to, this.git);
    if (this.has('new file mode')) names.oldPath = null;
    if (this.has('deleted file mode')) names.newPath = null;
    return names;
  }
}

/** The blob of an empty file starts like this at every length that git prints. */
const EMPTY_BLOB = /^e69de29/;

function isWhole(fields: Fields): boolean {
  const [oldBlob, newBlob] = fields.blobs();
  if (fields.binary) return true;
  if (fields.has('new file mode')) return newBlob === null || EMPTY_BLOB.test(newBlob);
  if (fields.has('deleted file mode')) return oldBlob === null || EMPTY_BLOB.test(oldBlob);
  if (fields.has('index')) return false;
  return fields.has('new mode') || fields.has('rename to') || fields.has('copy to');
}

/**
 * Whether a file diff starts at `at`: `diff --git ` with a header line of git's under it, or
 * `--- `, `+++ `, `@@` in a row. In a quote the first line or two may be all that was kept.
 */
export function isFileStart(input: InputLine[], at: number, quoted: boolean): boolean {
  const { text } = input[at];
  const next = input[at + 1];
  const ends = (line: InputLine | undefined) => quoted && (line === undefined || line.gap);
  if (text.startsWith('diff --git ')) {
    if (!next || next.gap) return Boolean(ends(next));
    return EXTENDED.test(next.text) || next.text.startsWith('--- ') || BINARY.test(next.text);
  }
  if (isHeaderPair(input, at)) return true;
  const pair = text.startsWith('--- ') && next?.text.startsWith('+++ ') && !next.gap;
  return Boolean(pair && ends(input[at + 2]));
}

/** Reads the header that starts at `at`, where `isFileStart` held; `next` of the result lies behind `at`. */
export function readFileHeader(input: InputLine[], at: number): FileHeader {
  const text = (i: number) => input[i]?.text.slice(0, MAX_HEADER_CHARS) ?? '';
  const inQuote = (i: number) => input[i] !== undefined && !input[i].gap;
  let next = at;
  let gitLine: string | null = null;
  if (text(at).startsWith('diff --git ')) {
    gitLine = text(at).slice('diff --git '.length);
    next++;
  }
  const fields = new Fields(gitLine);
  while (inQuote(next) && EXTENDED.test(text(next))) fields.add(text(next++));
  if ((next === at || inQuote(next)) && text(next).startsWith('--- ')) {
    const from = readName(text(next).slice(4));
    if (inQuote(next + 1) && text(next + 1).startsWith('+++ ')) {
      fields.from = from;
      fields.to = readName(text(next + 1).slice(4));
      next += 2;
    } else if (gitLine !== null) next++;
  }
  if (inQuote(next) && BINARY.test(text(next))) {
    fields.binary = true;
    next++;
  }
  const [oldBlob, newBlob] = fields.blobs();
  const { oldPath, newPath } = fields.names();
  return {
    oldPath,
    newPath,
    oldBlob,
    newBlob,
    status: fields.status(),
    complete: isWhole(fields),
    next,
  };
}
