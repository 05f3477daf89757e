import { decodedSubject } from '../headers.js';

/** What of a mail's header tells whether it is part of a series, and of which; and how its text is encoded. */
export interface Fields {
  subject: string;
  messageId: string | null;
  /** The mail that started the thread, as far as this one says. */
  root: string | null;
  multipart: boolean;
  encoding: 'base64' | 'quoted-printable' | null;
  /** Index of the first byte below the header. */
  end: number;
}

/** Length of each name that is looked for: where its colon stands. */
const NAMES = new Map([
  ['subject', 7],
  ['message-id', 10],
  ['references', 10],
  ['in-reply-to', 11],
  ['content-type', 12],
  ['content-transfer-encoding', 25],
]);
const LENGTHS = [...new Set(NAMES.values())];
/** A colon, or a blank in front of it. */
const ENDS = [58, 32, 9];

const firstId = (value: string | undefined): string | null =>
  /<[^<>\s]+>/.exec(value ?? '')?.[0] ?? null;

/** Index behind the field that starts at `at`, its continuation lines included. */
function fieldEnd(bytes: Buffer, at: number): number {
  let end = bytes.indexOf(10, at);
  while (end >= 0 && (bytes[end + 1] === 32 || bytes[end + 1] === 9))
    end = bytes.indexOf(10, end + 1);
  return end < 0 ? bytes.length : end + 1;
}

/** How the values of `content-transfer-encoding` say that a text is encoded. */
export function encodingIn(text: string): Fields['encoding'] {
  if (/base64/i.test(text)) return 'base64';
  return /quoted-printable/i.test(text) ? 'quoted-printable' : null;
}

/** Reads the header of a mail (with its `From ` line) as cheaply as can be. */
export function readFields(bytes: Buffer): Fields {
  const found = new Map<string, string>();
  const out: Fields = {
    ...{ subject: '', messageId: null, root: null, multipart: false, encoding: null },
    end: bytes.length,
  };
  let at = bytes.indexOf(10) + 1;
  while (at > 0 && at < bytes.length) {
    if (bytes[at] === 10 || (bytes[at] === 13 && bytes[at + 1] === 10)) {
      out.end = bytes.indexOf(10, at) + 1;
      break;
    }
    const length = LENGTHS.find((n) => ENDS.includes(bytes[at + n]));
    if (length === undefined) {
      at = bytes.indexOf(10, at) + 1;
      continue;
    }
    const end = fieldEnd(bytes, at);
    const name = bytes.toString('latin1', at, at + length).toLowerCase();
    if (NAMES.has(name)) {
      const field = bytes.toString('latin1', at + length, end);
      const value = field.replace(/^[ \t]*:/, '');
      if (!found.has(name)) found.set(name, value);
      // of several fields any may be the one that counts
      if (name === 'content-type' && /multipart|message/i.test(value)) out.multipart = true;
      if (name === 'content-transfer-encoding') out.encoding ??= encodingIn(value);
    }
    at = end;
  }
  out.subject = decodedSubject(found.get('subject') ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  out.messageId = firstId(found.get('message-id'));
  out.root = firstId(found.get('references')) ?? firstId(found.get('in-reply-to'));
  return out;
}
