import mailsplit, { type MimeNode } from '@zone-eu/mailsplit';
import { decodeText } from './charset.js';
import { headerLength, rootNode } from './headers.js';
import { MAX_PARTS } from './limits.js';
import { type InputLine, problem, splitLines } from './lines.js';
import type { IntakeProblem } from './types.js';

/** A MIME leaf with its content still encoded. */
interface RawPart {
  node: MimeNode;
  content: Buffer;
  /** Line of the first content byte in the file that was read. */
  line: number;
}

/** An attached file or mail that may hold a patch. */
export interface Attachment {
  name: string;
  bytes: Buffer;
  firstLine: number;
  lines: InputLine[];
}

/** The text of a mail: what a reader sees at once, and what is attached. */
export interface MailText {
  body: InputLine[];
  /** The text was sent as format=flowed, so blanks may have been stuffed in front of lines. */
  flowed: boolean;
  attachments: Attachment[];
  problems: IntakeProblem[];
}

const PATCH_TYPE =
  /^(?:text\/(?!html|calendar|rtf|css)|application\/(?:octet-stream|x-patch|x-diff|mbox)$|message\/rfc822$)/;
const PATCH_NAME = /\.(?:patch|diff|mbox|eml|mbx|txt)$/i;

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}

/** The leaves of a multipart mail in order, through mailsplit. */
async function splitParts(mail: Buffer, firstLine: number): Promise<RawPart[]> {
  const splitter = new mailsplit.Splitter({ ignoreEmbedded: true, maxChildNodes: MAX_PARTS });
  const parts: { node: MimeNode; chunks: Buffer[]; line: number }[] = [];
  let line = firstLine;
  splitter.end(mail);
  for await (const chunk of splitter) {
    if (chunk.type === 'node') {
      line += newlines(chunk.getHeaders());
      parts.push({ node: chunk, chunks: [], line });
    } else {
      if (chunk.type === 'body' && parts.length > 0)
        parts[parts.length - 1].chunks.push(chunk.value);
      line += newlines(chunk.value);
    }
  }
  return parts
    .filter(({ node }) => !node.multipart)
    .map(({ node, chunks, line: at }) => ({ node, content: Buffer.concat(chunks), line: at }));
}

async function transferDecode({ node, content }: RawPart): Promise<Buffer> {
  if (node.encoding !== 'base64' && node.encoding !== 'quoted-printable') return content;
  const decoder = node.getDecoder();
  const chunks: Buffer[] = [];
  decoder.end(content);
  for await (const chunk of decoder) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Maps line k of the decoded content to the line of the file on which it starts. */
function lineMap({ node, content, line }: RawPart): (index: number) => number {
  if (node.encoding === 'base64') return () => line;
  if (node.encoding !== 'quoted-printable') return (index) => line + index;
  const starts = [line];
  for (const [i, raw] of content.toString('latin1').split('\n').entries()) {
    for (const _ of raw.matchAll(/=0A/gi)) starts.push(line + i);
    if (!/=[ \t]*\r?$/.test(raw)) starts.push(line + i + 1);
  }
  return (index) => starts[Math.min(index, starts.length - 1)];
}

async function readPart(part: RawPart): Promise<Attachment & { problems: IntakeProblem[] }> {
  const bytes = await transferDecode(part);
  const name = part.node.filename || '';
  const { text, remark } = decodeText(bytes, part.node.charset || null);
  const { lines, problems } = splitLines(text, lineMap(part));
  if (remark) problems.unshift(problem('note', part.line, `text is ${remark}`));
  return { name, bytes, firstLine: part.line, lines, problems };
}

function isAttachment({ node }: RawPart): boolean {
  if (node.contentType === 'message/rfc822' || node.disposition === 'attachment') return true;
  return node.contentType !== 'text/plain' || Boolean(node.filename);
}

function mayHoldPatch({ node }: RawPart): boolean {
  return PATCH_TYPE.test(node.contentType || '') || PATCH_NAME.test(node.filename || '');
}

/**
 * The text parts of a mail, transfer encoding and charset undone, each line with its place in the
 * file. format=flowed lines stay as they were sent. HTML is not read.
 */
export async function readText(mail: Buffer, firstLine: number): Promise<MailText> {
  const head = headerLength(mail);
  const node = rootNode(mail.subarray(0, head));
  const line = firstLine + newlines(mail.subarray(0, head));
  const result: MailText = { body: [], flowed: false, attachments: [], problems: [] };
  const parts = node.multipart
    ? await splitParts(mail, firstLine)
    : [{ node, content: mail.subarray(head), line }];
  let html: RawPart | null = null;
  for (const part of parts) {
    if (part.node.contentType === 'text/html') html ??= part;
    // A part of a mail that only has one is its text, whatever it is named.
    const attached = node.multipart
      ? isAttachment(part)
      : part.node.contentType === 'message/rfc822';
    if (!mayHoldPatch(part)) continue;
    const { problems, ...file } = await readPart(part);
    result.problems.push(...problems);
    if (attached) result.attachments.push(file);
    else for (const bodyLine of file.lines) result.body.push(bodyLine);
    if (!attached) result.flowed ||= part.node.flowed;
  }
  if (html && result.body.length === 0 && result.attachments.length === 0) {
    result.problems.push(
      problem('note', html.line, 'the mail has HTML text only, which is not read'),
    );
  }
  return result;
}
