/** The bytes of one mail, without its `From ` line, and where it stands. */
export interface MailBytes {
  bytes: Buffer;
  /** 1-based line of the first header in the file that was read. */
  firstLine: number;
}

const MAX_FROM_CHARS = 500;
/** A time, then a year: what stands around the last colon of a `From ` line. */
const TIME_AND_YEAR = /^\d.\d{2}:\d{2}\s(?:.*\s)?\d{4}(?:\s+[-+]\d{4})?\s*$/;
const HEADER_LINE = /^(?:>?From |[!-9;-~]+:)/;

function lineAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(10, start);
  const stop = Math.min(end < 0 ? bytes.length : end, start + MAX_FROM_CHARS);
  return bytes.toString('latin1', start, stop);
}

/**
 * Whether a mail starts at `start`: a `From ` line with a time and a year (as git-mailsplit wants
 * it) and a header line under it, so that prose such as `From here on` splits nothing.
 */
export function isMailStart(bytes: Buffer, start: number): boolean {
  const line = lineAt(bytes, start);
  if (!line.startsWith('From ')) return false;
  if (!TIME_AND_YEAR.test(line.slice(Math.max(0, line.lastIndexOf(':') - 4)))) return false;
  const next = bytes.indexOf(10, start);
  return next >= 0 && HEADER_LINE.test(lineAt(bytes, next + 1));
}

/** Whether the bytes are an mbox (or a format-patch file, which looks the same). */
export function isMbox(bytes: Buffer): boolean {
  return isMailStart(bytes, 0);
}

/**
 * Undoes the quoting of `From ` lines: mboxrd drops one `>` from `>>From `, mboxo only knows
 * `>From `. Which of the two it is, public-inbox says in its separator.
 */
function unescapeFrom(mail: Buffer, rd: boolean): Buffer {
  if (mail.indexOf(rd ? '>From ' : '\n>From ') < 0) return mail;
  const text = mail.toString('latin1');
  return Buffer.from(text.replace(rd ? /^>(>*From )/gm : /^>(From )/gm, '$1'), 'latin1');
}

/** A mail without the `From ` line that it starts with, and without the quoting of such lines. */
export function withoutSeparator(bytes: Buffer): Buffer {
  const separator = lineAt(bytes, 0);
  const escaped = !/^From [0-9a-f]{40}(?:[0-9a-f]{24})? Mon Sep 17 00:00:00 2001/.test(separator);
  const mail = bytes.subarray(bytes.indexOf(10) + 1);
  return escaped ? unescapeFrom(mail, separator.startsWith('From mboxrd@z')) : mail;
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(10, from); at >= 0 && at < to; at = bytes.indexOf(10, at + 1))
    count++;
  return count;
}

/**
 * The mails of an mbox in order (mboxo, mboxrd, several format-patch files in a row). Time is
 * linear in the size; one mail at a time is copied, and only when it holds escaped lines.
 */
export function* splitMbox(bytes: Buffer): Generator<MailBytes> {
  let start = 0;
  let line = 1;
  while (start < bytes.length) {
    let end = start;
    do {
      end = bytes.indexOf('\nFrom ', end + 1);
    } while (end >= 0 && !isMailStart(bytes, end + 1));
    const stop = end < 0 ? bytes.length : end + 1;
    yield { bytes: withoutSeparator(bytes.subarray(start, stop)), firstLine: line + 1 };
    line += countLines(bytes, start, stop);
    start = stop;
  }
}
