import { addressList, encodedWords } from './address.js';
import type { Answered, MailOptions } from './types.js';

const ID = /^<[^<>\s]+>$/;

/** Header fields of the reply to a mail: threading, and the people of the thread. */
export function replyHeaders({ review, patch }: Answered, o: MailOptions): [string, string][] {
  const own = o.from === null ? [] : [o.from];
  const info = patch.reply;
  const sender = info?.replyTo ?? patch.from;
  const to = addressList(sender === null ? [] : [sender]);
  const cc = info ? addressList([...info.to, ...info.cc], [...to, ...own]) : [];
  const id = patch.messageId && ID.test(patch.messageId) ? patch.messageId : null;
  const before = patch.references.length || !patch.inReplyTo ? patch.references : [patch.inReplyTo];
  const thread = [...new Set([...before, id ?? ''])].filter((ref) => ID.test(ref));
  const fields: [string, string][] = [
    ['From', addressList(own).join(', ')],
    ['To', to.join(', ')],
    ['Cc', cc.join(', ')],
    ['Subject', headerText(replySubject(review.subject))],
    ['In-Reply-To', id ?? ''],
    ['References', thread.join(' ')],
  ];
  return fields.filter(([, value]) => value !== '');
}

function replySubject(subject: string): string {
  const plain = subject.replace(/\s+/g, ' ').trim() || '(no subject)';
  return /^re:/i.test(plain) ? plain : `Re: ${plain}`;
}

function headerText(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
  return /^[ -~]*$/.test(clean) ? clean : encodedWords(clean);
}

/** A field on lines of at most 78 columns where its blanks allow it. */
export function folded(name: string, value: string): string {
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(' ').filter(Boolean)) {
    if (line.length + 1 + word.length > 78 && line !== `${name}:` && line !== ' ') {
      lines.push(line);
      line = ` ${word}`;
    } else line += line === ' ' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
