import { gunzipSync } from 'node:zlib';
import { ForkloreError } from '../base/errors.js';
import { barePatch } from './bare.js';
import { decodeText } from './charset.js';
import { scanDiffs } from './diff/scan.js';
import { looksLikeMail } from './headers.js';
import { MAX_INPUT_BYTES } from './limits.js';
import { problem, splitLines } from './lines.js';
import { type MailOptions, mailsIn, readMail } from './mail.js';
import { isMbox } from './mbox.js';
import { patchText } from './message.js';
import { orderSeries } from './series.js';
import type { FilePatch, IntakeProblem, Patch, PatchSeries } from './types.js';

/** Options of `readInput`: `quoted` also returns quoted patches beside a mail's own. */
export type ReadOptions = MailOptions;

function tooLarge(name: string): ForkloreError {
  const limit = MAX_INPUT_BYTES / (1024 * 1024);
  return new ForkloreError('limit', `${name}: larger than ${limit} MB; split it first`);
}

function decompress(name: string, bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_INPUT_BYTES });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name);
    throw new ForkloreError('input', `${name}: damaged gzip file`, { cause: error });
  }
}

/** Offset of the first byte that is neither a byte order mark nor part of a blank line. */
function leadingBlank(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === 10 || bytes[at] === 13) at++;
  return at;
}

/** What `git show` prints above a diff: the message is indented under the commit's header. */
function shownCommit(text: string): { subject: string; message: string } | null {
  const lines = text.split('\n');
  if (!/^commit [0-9a-f]{7,64}\b/.test(lines[0])) return null;
  const shown = lines.filter((l) => l.startsWith('    ')).map((l) => l.slice(4));
  return { subject: shown[0] ?? '', message: shown.slice(1).join('\n').trim() };
}

/** A diff without a mail around it; null when the text holds none. */
function bareDiff(bytes: Buffer): Patch | null {
  const { text, remark } = decodeText(bytes, null);
  const { lines, problems } = splitLines(text, (index) => index + 1);
  const scan = scanDiffs(lines, false);
  if (scan.files.length + scan.problems.length === 0) return null;
  if (remark) problems.push(problem('note', null, `text is ${remark}`));
  const found = patchText(lines, scan);
  if (lines.filter((l) => /^commit [0-9a-f]{40}\b/.test(l.text)).length > 1) {
    const message = 'several commits in one diff are read as one patch; use git format-patch';
    problems.push(problem('error', null, message));
  }
  const shown = shownCommit(found.message);
  return {
    ...barePatch('', []),
    ...found,
    ...shown,
    problems: [...problems, ...found.problems],
  };
}

function named(name: string, problems: IntakeProblem[]): IntakeProblem[] {
  return problems.map((p) => {
    const where = p.inputLine === null ? '' : ` (input line ${p.inputLine})`;
    return { ...p, message: `${name}: ${p.message}${where}` };
  });
}

/** Where the first mail of an mbox starts in its first bytes; null when they are none of an mbox. */
export function mboxStart(head: Buffer): number | null {
  const start = leadingBlank(head);
  return isMbox(head.subarray(start)) ? start : null;
}

async function readPatches(name: string, bytes: Buffer, options: ReadOptions): Promise<Patch[]> {
  const start = leadingBlank(bytes);
  const rest = bytes.subarray(start);
  const patches: Patch[] = [];
  if (isMbox(rest) || looksLikeMail(rest)) {
    let firstLine = 1;
    for (const byte of bytes.subarray(0, start)) if (byte === 10) firstLine++;
    for (const mail of mailsIn(rest, firstLine)) patches.push(...(await readMail(mail, options)));
  } else {
    const patch = bareDiff(bytes);
    if (patch) patches.push(patch);
  }
  if (patches.length === 0) throw new ForkloreError('input', `${name}: neither a mail nor a patch`);
  return patches;
}

/**
 * Reads one file: an mbox (also gzipped), one mail, format-patch files in a row, or a bare diff.
 * Every problem's message starts with `name` and ends with its input line. Time is linear in size.
 * @throws ForkloreError `input` when the bytes are neither a mail nor a patch, `limit` when they
 * exceed 64 MB
 */
export async function readInput(
  name: string,
  bytes: Uint8Array,
  options: ReadOptions = {},
): Promise<PatchSeries> {
  if (bytes.length > MAX_INPUT_BYTES) throw tooLarge(name);
  const plain = decompress(name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return seriesOf(name, await readPatches(name, plain, options));
}

/** Patches of an input in the order of application, each problem with the input's name. */
export function seriesOf(name: string, found: Patch[]): PatchSeries {
  const series = orderSeries(found);
  const patches = series.patches.map((p) => ({ ...p, problems: named(name, p.problems) }));
  return { input: name, patches, problems: named(name, series.problems) };
}

/**
 * Reads the file diffs of a text that is nothing but a diff (GitHub's). `firstLine` is the line
 * number that its first line gets. Broken hunks are left out, each with a problem.
 */
export function parseDiff(
  text: string,
  firstLine = 1,
): { files: FilePatch[]; problems: IntakeProblem[] } {
  const { lines, problems } = splitLines(text, (index) => index + firstLine);
  const scan = scanDiffs(lines, false);
  return { files: scan.files.map(({ file }) => file), problems: [...problems, ...scan.problems] };
}
