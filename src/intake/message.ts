import type { FoundFile, ScanResult } from './diff/scan.js';
import { type InputLine, problem } from './lines.js';
import { baseCommitOf, mergeTrailers, messageTrailers, surroundingTrailers } from './trailers.js';
import type { FilePatch, IntakeProblem, Patch } from './types.js';

/** The parts of a patch that its text gives: everything but what the mail header says. */
export type PatchText = Pick<Patch, 'message' | 'trailers' | 'baseCommit' | 'files' | 'problems'>;

const SEPARATOR = /^---\s*$/;
const LEAD_IN = /^(?:diff -|Index: |={20,}|RCS file: |retrieving revision )/;
const IN_BODY = /^(?:From|Subject|Date): /;
const SCISSORS = /^\s*-[-\s]*(?:>8|8<|>%|%<)[-\s]*(?:cut here\s*)?[-\s]*$/;
const SIGNATURE = /^-- ?$/;

/** Index of the first `---` line that is not inside a file diff, or -1. */
function separatorIndex(lines: InputLine[], files: FoundFile[]): number {
  let at = 0;
  for (const { start, end } of [...files, { start: lines.length, end: lines.length }]) {
    for (; at < start; at++) if (SEPARATOR.test(lines[at].text)) return at;
    at = Math.max(at, end);
  }
  return -1;
}

/**
 * A commit message may show a diff. When `---` ends the message and a diff follows it, what looks
 * like one above is text: its files and problems go, with a note.
 */
function dropMessageDiffs(lines: InputLine[], scan: ScanResult): ScanResult {
  const separator = separatorIndex(lines, scan.files);
  const real = scan.files.filter(({ start }) => start > separator);
  if (separator < 0 || real.length === 0) return scan;
  const { line } = lines[separator];
  const problems = scan.problems.filter((p) => p.inputLine === null || p.inputLine >= line);
  const first = scan.files[0].file;
  if (real.length < scan.files.length) {
    const text = 'the commit message shows a diff, which is not part of the patch';
    problems.unshift(problem('note', first.inputLine, text));
  }
  return { files: real, problems };
}

/** Index of the first line that belongs to the diff: `Index:` and `diff -u` lines above it included. */
function diffStart(lines: InputLine[], files: FoundFile[]): number {
  let start = files[0]?.start ?? lines.length;
  while (start > 0 && LEAD_IN.test(lines[start - 1].text)) start--;
  return start;
}

/** Skips the `From:`, `Subject:` lines at the top of a mail body, which speak for the commit. */
function withoutInBodyHeaders(lines: string[]): string[] {
  let at = 0;
  while (at < lines.length && lines[at].trim() === '') at++;
  if (!IN_BODY.test(lines[at] ?? '')) return lines;
  while (at < lines.length && (IN_BODY.test(lines[at]) || /^[ \t]+\S/.test(lines[at]))) at++;
  return lines.slice(at);
}

function messageText(lines: InputLine[], end: number): string {
  const before = lines.slice(0, end).map(({ text }) => text.trimEnd());
  const scissors = before.findIndex((text) => SCISSORS.test(text));
  const body = withoutInBodyHeaders(before.slice(scissors + 1));
  const stop = body.findIndex((text) => SEPARATOR.test(text));
  return body
    .slice(0, stop < 0 ? undefined : stop)
    .join('\n')
    .trim();
}

function* outside(lines: InputLine[], files: FoundFile[]): Generator<string> {
  let at = 0;
  for (const { start, end } of files) {
    for (; at < start; at++) yield lines[at].text;
    at = Math.max(at, end);
  }
  for (; at < lines.length; at++) yield lines[at].text;
}

/** Message, trailers and files of a patch from its lines and the diffs found in them. */
export function patchText(lines: InputLine[], found: ScanResult): PatchText {
  const scan = dropMessageDiffs(lines, found);
  const message = messageText(lines, diffStart(lines, scan.files));
  const around = surroundingTrailers(outside(lines, scan.files));
  const trailers = mergeTrailers(messageTrailers(message), around);
  const files: FilePatch[] = scan.files.map(({ file }) => file);
  return { message, trailers, baseCommit: baseCommitOf(trailers), files, problems: scan.problems };
}

/** The same for a mail without a patch: its text up to the signature. */
export function plainText(lines: InputLine[], problems: IntakeProblem[]): PatchText {
  const signature = lines.findIndex(({ text }) => SIGNATURE.test(text));
  const shown = signature < 0 ? lines : lines.slice(0, signature);
  const message = shown
    .map(({ text }) => text.trimEnd())
    .join('\n')
    .trim();
  const trailers = surroundingTrailers(lines.map(({ text }) => text));
  return { message, trailers, baseCommit: baseCommitOf(trailers), files: [], problems };
}
