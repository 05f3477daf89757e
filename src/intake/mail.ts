import { alignContext } from './align.js';
import { scanDiffs } from './diff/scan.js';
import {
  headerLength,
  looksLikeMail,
  type MailHeaders,
  readAddresses,
  readHeaders,
} from './headers.js';
import { MAX_ATTACHED_DEPTH } from './limits.js';
import { type InputLine, problem } from './lines.js';
import { isMbox, type MailBytes, splitMbox } from './mbox.js';
import { type PatchText, patchText, plainText } from './message.js';
import { type Attachment, type MailText, readText } from './mime.js';
import { quotesWithDiff, remarksIn } from './quote.js';
import { parseSubject, type SubjectInfo } from './subject.js';
import type { IntakeProblem, Patch, PatchKind } from './types.js';

export interface MailOptions {
  /** Return quoted patches also from mails that hold a patch of their own. */
  quoted?: boolean;
}

/** One mail being read: what all patches in it share. */
interface Mail {
  headers: MailHeaders;
  subject: SubjectInfo;
  text: MailText;
  headerBlock: Buffer;
}

/** Fills in what an answer to this mail needs; a mail without a patch is not answered. */
function withReply(mail: Mail, patch: Patch, depth: number): Patch {
  if (patch.files.length === 0) return patch;
  const remarks = depth === 0 ? [] : remarksIn(mail.text.body, depth, patch.files[0].inputLine);
  return { ...patch, reply: { ...readAddresses(mail.headerBlock), depth, remarks } };
}

function toPatch({ headers, subject }: Mail, kind: PatchKind, text: PatchText): Patch {
  const { version, index, total } = subject;
  return { kind, ...headers, version, index, total, ...text };
}

function alignNote(removed: number, flowed: boolean, line: number | null): IntakeProblem[] {
  if (removed === 0 && !flowed) return [];
  const blanks = `${removed} blank${removed === 1 ? '' : 's'}`;
  const taken = removed === 0 ? 'no blanks had to go' : `${blanks} taken off each context line`;
  const why = flowed ? 'format=flowed: lines are not re-joined' : 'quoting shifted the diff';
  return [problem('note', line, `${why}; ${taken}`)];
}

/** RFC 3676: a line that starts with a blank had one stuffed in front. Only prose is treated so. */
function unstuff(lines: InputLine[]): InputLine[] {
  return lines.map((l) => (l.text[0] === ' ' ? { ...l, text: l.text.slice(1) } : l));
}

/** The diff that the mail's own text holds, or null. */
function ownPatch({ text }: Mail): PatchText | null {
  const aligned = text.flowed ? alignContext(text.body, true) : { lines: text.body, removed: 0 };
  const scan = scanDiffs(aligned.lines, false);
  if (scan.files.length === 0) {
    text.problems.push(...scan.problems);
    return null;
  }
  const patch = patchText(aligned.lines, scan);
  if (text.flowed) patch.message = patch.message.replace(/^ /gm, '');
  patch.problems.push(...alignNote(aligned.removed, text.flowed, patch.files[0].inputLine));
  return patch;
}

function quotedPatches(mail: Mail): Patch[] {
  const { text } = mail;
  return quotesWithDiff(text.body).flatMap((quote) => {
    const { lines, removed } = alignContext(quote.lines, text.flowed);
    const scan = scanDiffs(lines, true);
    if (scan.files.length === 0 && scan.problems.length === 0) return [];
    const patch = patchText(lines, scan);
    patch.problems.push(...alignNote(removed, text.flowed, lines[0].line));
    const kind = patch.files.length > 0 ? 'quoted-patch' : 'none';
    return [withReply(mail, toPatch(mail, kind, patch), quote.depth)];
  });
}

/** Patches in an attached file: those of an attached mail, or one of a bare diff. */
async function attachedPatches(
  mail: Mail,
  file: Attachment,
  options: MailOptions,
  depth: number,
): Promise<Patch[]> {
  const source = file.bytes;
  if (isMbox(source) || looksLikeMail(source)) {
    if (depth >= MAX_ATTACHED_DEPTH) {
      const message = `mails attached more than ${MAX_ATTACHED_DEPTH} deep are not read`;
      mail.text.problems.push(problem('error', file.firstLine, message));
      return [];
    }
    const inner: Patch[] = [];
    for (const { bytes, firstLine } of mailsIn(source, file.firstLine)) {
      inner.push(...(await readMail({ bytes, firstLine }, options, depth + 1)));
    }
    return inner.filter(({ files, problems }) => files.length + problems.length > 0);
  }
  const scan = scanDiffs(file.lines, false);
  if (scan.files.length === 0) return [];
  const found = patchText(file.lines, scan);
  const body = patchText(mail.text.body, { files: [], problems: [] });
  const described = found.message === '' ? body : found;
  const patch: PatchText = {
    ...found,
    message: described.message,
    trailers: described.trailers,
    baseCommit: found.baseCommit ?? body.baseCommit,
  };
  return [withReply(mail, toPatch(mail, mail.subject.reply ? 'quoted-patch' : 'patch', patch), 0)];
}

/** The mails in bytes that are an mbox or one mail, with `firstLine` as the line of the first byte. */
export function* mailsIn(bytes: Buffer, firstLine: number): Generator<MailBytes> {
  if (!isMbox(bytes)) {
    yield { bytes, firstLine };
    return;
  }
  for (const mail of splitMbox(bytes)) {
    yield { bytes: mail.bytes, firstLine: mail.firstLine + firstLine - 1 };
  }
}

/** What is known of a mail that is no patch, whatever its text looks like; null for any other mail. */
function plainMail({ subject, text }: Mail, line: number): PatchText | null {
  const { reply, pullRequest, index, total } = subject;
  const cover = index === 0 && Boolean(total);
  if (reply || !(pullRequest || cover)) return null;
  const problems: IntakeProblem[] = [];
  if (pullRequest) problems.push(problem('note', line, 'a pull request: it holds no patch'));
  else {
    const [first] = scanDiffs(text.body, false).files;
    const shown = 'the diff in a cover letter is not read';
    if (first) problems.push(problem('note', first.file.inputLine, shown));
  }
  return plainText(text.body, problems);
}

/** The own patch, the quoted ones, or both; one patch of kind `none` when there is neither. */
async function classify(mail: Mail, options: MailOptions, depth: number): Promise<Patch[]> {
  const { subject, text } = mail;
  const own = ownPatch(mail);
  const attached: Patch[] = [];
  for (const file of text.attachments)
    attached.push(...(await attachedPatches(mail, file, options, depth)));
  const quoted = quotedPatches(mail);
  const hasQuoted = quoted.some(({ kind }) => kind === 'quoted-patch');
  const patches: Patch[] = [];
  // A diff in a reply is talk about a patch, unless it answers one that is quoted beside it.
  if (own) {
    const kind = subject.reply && !hasQuoted ? 'quoted-patch' : 'patch';
    patches.push(withReply(mail, toPatch(mail, kind, own), 0));
  }
  patches.push(...attached);
  if (patches.length === 0 || options.quoted) patches.push(...quoted);
  if (patches.length === 0) {
    patches.push(
      toPatch(mail, 'none', plainText(text.flowed ? unstuff(text.body) : text.body, [])),
    );
  }
  return patches;
}

/**
 * Reads one mail: a patch, patches quoted or attached, or a single entry of kind `none`. Parts that
 * can not be used are problems of the first entry. MIME damage is a problem too, never a throw.
 */
export async function readMail(
  { bytes, firstLine }: MailBytes,
  options: MailOptions,
  depth = 0,
): Promise<Patch[]> {
  const headerBlock = bytes.subarray(0, headerLength(bytes));
  const headers = await readHeaders(headerBlock);
  const subject = parseSubject(headers.subject);
  let text: MailText;
  try {
    text = await readText(bytes, firstLine);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const problems = [problem('error', firstLine, `mail is not readable: ${why}`)];
    text = { body: [], flowed: false, attachments: [], problems };
  }
  const mail: Mail = { headers, subject, text, headerBlock };
  const plain = plainMail(mail, firstLine);
  const patches = plain ? [toPatch(mail, 'none', plain)] : await classify(mail, options, depth);
  patches[0].problems.unshift(...text.problems);
  return patches;
}
