import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FilePatch, Hunk, HunkLine } from '../../src/intake/types.js';
import { parseAtoms } from '../../src/source/c/atoms.js';
import { calleesOf, signatureOf } from '../../src/source/c/signature.js';
import { tokenize } from '../../src/source/c/tokens.js';
import type { SourceFile } from '../../src/source/index.js';

export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const MINI = join(ROOT, 'fixtures/mini-6.12');
export const CORPUS = join(process.env.FORKLORE_SHARED ?? resolve(ROOT, '../shared'), 'corpus');
export const hasCorpus = existsSync(CORPUS);

const COUNTS = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;

/**
 * File patches of a well-formed diff, for tests of this stage alone. `prefix`: the quote marks of a reply; a diff line
 * without them ends the quote.
 */
export function readDiff(text: string, prefix = ''): FilePatch[] {
  const files: FilePatch[] = [];
  let hunk: Hunk | null = null;
  const cut = () => {
    if (!hunk || !isShort(hunk)) return;
    hunk.truncated = true;
    files.at(-1)!.truncated = true;
  };
  text.split('\n').forEach((raw, i) => {
    const quoted = raw.startsWith(prefix.trimEnd());
    const line = quoted
      ? raw.slice(raw.startsWith(prefix) ? prefix.length : prefix.length - 1)
      : '';
    const file = /^diff --git a\/(\S+) b\/(\S+)$/.exec(line);
    const header = COUNTS.exec(line);
    if (file || header || !quoted) cut();
    if (file || !quoted) hunk = null;
    if (file) files.push(emptyFile(file[1], file[2], i + 1));
    else if (header && files.length > 0)
      files.at(-1)!.hunks.push((hunk = emptyHunk(header, i + 1)));
    else if (hunk && isShort(hunk)) addLine(hunk, line, i + 1);
  });
  cut();
  return files;
}

function emptyFile(oldPath: string, newPath: string, inputLine: number): FilePatch {
  const blobs = { oldBlob: null, newBlob: null };
  return { oldPath, newPath, ...blobs, status: 'modified', hunks: [], truncated: false, inputLine };
}

function emptyHunk(m: RegExpExecArray, inputLine: number): Hunk {
  return {
    oldStart: Number(m[1]),
    oldCount: Number(m[2] ?? 1),
    newStart: Number(m[3]),
    newCount: Number(m[4] ?? 1),
    section: m[5],
    lines: [],
    truncated: false,
    inputLine,
  };
}

function count(hunk: Hunk, not: '+' | '-'): number {
  return hunk.lines.filter((line) => line.kind !== not).length;
}

function isShort(hunk: Hunk): boolean {
  return count(hunk, '+') < hunk.oldCount || count(hunk, '-') < hunk.newCount;
}

function addLine(hunk: Hunk, line: string, inputLine: number): void {
  const kind = (line[0] ?? ' ') as HunkLine['kind'];
  if (!' +-'.includes(kind)) return;
  hunk.lines.push({
    kind,
    text: line.slice(1),
    old: kind === '+' ? null : hunk.oldStart + count(hunk, '+'),
    new: kind === '-' ? null : hunk.newStart + count(hunk, '-'),
    inputLine,
  });
}

/** One mail of the corpus, quoted-printable undone. */
export function corpusMail(start: string, names: readonly string[]): string {
  const name = names.find((n) => n.startsWith(start))!;
  const text = readFileSync(join(CORPUS, name), 'utf8');
  if (!/^content-transfer-encoding: quoted-printable/im.test(text)) return text;
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** kernel/fork.c's part of a diff. */
export function forkPatch(text: string, prefix = ''): FilePatch {
  return readDiff(text, prefix).find((file) => file.newPath === 'kernel/fork.c')!;
}

export function textOf(file: SourceFile | null): string {
  return file ? file.lines.map((line) => line.text).join('\n') : '';
}

/** The steps of a function without the names of its locals and labels: what alignment goes by. */
export function stepsOf(lines: readonly string[]): string[] {
  const labels: string[] = [];
  return parseAtoms(tokenize(lines).tokens).atoms.map((atom) => {
    const { features, label, negated } = signatureOf(atom);
    if (label !== null && !labels.includes(label)) labels.push(label);
    const place = label === null ? '' : `label ${labels.indexOf(label)}`;
    return [atom.kind, ...[...features.keys()].sort(), place, negated ? 'not' : ''].join(' ');
  });
}

/** Calls in the order of the text. */
export function callsOf(lines: readonly string[]): string[] {
  return parseAtoms(tokenize(lines).tokens).atoms.flatMap(calleesOf);
}

/** The lines of dup_mmap() in a rebuilt file. */
export function dupMmapOf(file: SourceFile | null): string[] {
  const lines = (file?.lines ?? []).map((line) => line.text);
  const start = lines.findIndex((line) => /\bdup_mmap\(struct mm_struct/.test(line));
  const end = lines.findIndex((line, i) => i > start && line.startsWith('}'));
  return start < 0 ? [] : lines.slice(start, end + 1);
}

/** The patch as a quote that ends after `keep` lines of its hunks. */
export function cutAt(file: FilePatch, keep: number): FilePatch {
  let left = keep;
  const hunks = file.hunks.flatMap((hunk) => {
    const lines = hunk.lines.slice(0, left);
    left -= lines.length;
    return lines.length === 0
      ? []
      : [{ ...hunk, lines, truncated: lines.length < hunk.lines.length || hunk.truncated }];
  });
  return { ...file, hunks, truncated: true };
}

/** The patch with other names for locals and labels, on every line that it shows. */
export function rename(file: FilePatch, names: Record<string, string>): FilePatch {
  const text = (t: string) =>
    t.replace(/(->|\.)?\b([A-Za-z_]\w*)\b(?!\()/g, (all, member, word) =>
      member ? all : (names[word] ?? word),
    );
  const hunks = file.hunks.map((hunk) => ({
    ...hunk,
    lines: hunk.lines.map((line) => ({ ...line, text: text(line.text) })),
  }));
  return { ...file, hunks };
}
