import { base64 } from './address.js';
import { folded } from './headers.js';
import type { Reply } from './types.js';

export { replyTo } from './reply.js';
export type * from './types.js';

/** Longest line that mail allows, in bytes, with room for the line end. */
const MAX_LINE_BYTES = 990;

/** A reply as a file that mail programs and `git send-email` read: header, blank line, text. */
export function renderMail(reply: Reply): string {
  const bytes = (line: string) => new TextEncoder().encode(line).length;
  const long = reply.text.split('\n').some((line) => bytes(line) > MAX_LINE_BYTES);
  const headers: [string, string][] = [
    ...reply.headers,
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=UTF-8'],
    ['Content-Transfer-Encoding', long ? 'base64' : '8bit'],
  ];
  const text = long ? `${base64(reply.text).replace(/.{1,76}/g, '$&\n')}` : reply.text;
  return `${headers.map(([name, value]) => folded(name, value)).join('\n')}\n\n${text}`;
}

/** Replies as an mbox (mboxrd: lines that look like its separator get a `>`). */
export function renderMbox(replies: readonly Reply[]): string {
  return replies
    .map((r) => renderMail(r).replace(/^(>*From )/gm, '>$1'))
    .map((mail) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail}\n`)
    .join('');
}
