import mailsplit, { type MimeNode } from '@zone-eu/mailsplit';
import type { ReplyInfo } from './types.js';

/** What the intake needs of a mail's header block. */
export interface MailHeaders {
  subject: string;
  from: string | null;
  /** ISO 8601 in UTC; the header's own text when it is no date. */
  date: string | null;
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
}

/** Where an answer goes: address fields as they stand, unfolded. */
export type Addresses = Pick<ReplyInfo, 'to' | 'cc' | 'replyTo'>;

const MAIL_HEADER = /^(?:from|subject|message-id|received|return-path|delivered-to|mime-version)$/i;
const HEADER_FIELD = /^([!-9;-~]+):(?:[ \t]|\r?$)/;

/** Offset of the first byte after the blank line that ends the header block. */
export function headerLength(mail: Buffer): number {
  let at = 0;
  while (at < mail.length) {
    const end = mail.indexOf(10, at);
    if (end < 0) return mail.length;
    if (end === at || (end === at + 1 && mail[at] === 13)) return end + 1;
    at = end + 1;
  }
  return mail.length;
}

/** Whether the bytes start like a mail: a block of header fields, one of which only mails have. */
export function looksLikeMail(bytes: Buffer): boolean {
  const block = bytes.toString('latin1', 0, Math.min(headerLength(bytes), 64 * 1024));
  const lines = block.split('\n');
  // The last line of a block that was cut is not judged.
  const whole = lines.slice(0, Math.max(1, lines.length - 1));
  let known = false;
  for (const [i, line] of whole.entries()) {
    if (line === '' || line === '\r') break;
    const field = HEADER_FIELD.exec(line.slice(0, 200));
    if (field) known ||= MAIL_HEADER.test(field[1]);
    else if (i === 0 || !/^(?:[ \t]|>?From )/.test(line)) return false;
  }
  return known;
}

/** The root MIME node of a mail, from its header block alone. */
export function rootNode(headerBlock: Buffer): MimeNode {
  const node = new mailsplit.MimeNode(false);
  node.addHeaderChunk(headerBlock);
  node.parseHeaders();
  return node;
}

function ids(value: string): string[] {
  return value.match(/<[^<>\s]+>/g) ?? [];
}

function isoDate(value: string): string | null {
  if (value === '') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : date.toISOString();
}

/**
 * Subject, sender, date and thread of a mail. Fields are unfolded; RFC 2047 words are decoded by
 * mailparser, which is asked only when there are any: it takes thirty times as long as the rest.
 */
export async function readHeaders(headerBlock: Buffer): Promise<MailHeaders> {
  const node = rootNode(headerBlock);
  const first = (key: string) => (node.headers ? node.headers.getFirst(key) : '');
  let subject = first('subject');
  let from = first('from');
  if (`${subject}${from}`.includes('=?')) {
    // a bare diff needs none of it, and it is slow to load
    const { simpleParser } = await import('mailparser');
    const mail = await simpleParser(headerBlock);
    subject = mail.subject ?? subject;
    const sender = mail.from?.value[0];
    if (sender?.address) from = sender.name ? `${sender.name} <${sender.address}>` : sender.address;
  }
  const inReplyTo = first('in-reply-to');
  return {
    subject: subject.replace(/\s+/g, ' ').trim(),
    from: from || null,
    date: isoDate(first('date')),
    messageId: ids(first('message-id'))[0] ?? (first('message-id') || null),
    inReplyTo: ids(inReplyTo)[0] ?? (inReplyTo || null),
    references: ids(first('references')),
  };
}

/** A subject field with its RFC 2047 words decoded. */
export function decodedSubject(field: string): string {
  if (!field.includes('=?')) return field;
  const { headers } = rootNode(Buffer.from(`Subject: ${field}\n\n`, 'latin1'));
  return (headers ? headers.getDecoded('subject')[0]?.value : null) ?? field;
}

/** The address fields of a mail. */
export function readAddresses(headerBlock: Buffer): Addresses {
  const { headers } = rootNode(headerBlock);
  const all = (key: string): string[] => {
    if (!headers) return [];
    const fields = headers.getDecoded(key).map((h) => h.value.replace(/\s+/g, ' ').trim());
    return fields.filter((v) => v !== '');
  };
  return { to: all('to'), cc: all('cc'), replyTo: all('reply-to')[0] ?? null };
}
