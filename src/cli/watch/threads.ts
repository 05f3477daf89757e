import type { Patch } from '../../intake/types.js';
import type { BoxMail } from './mailbox.js';

/** A mail that was read, with the patches in it. */
export interface ReadMail {
  mail: BoxMail;
  patches: Patch[];
}

/** The mail that started the thread of a patch; the mail itself where it says nothing. */
const rootOf = (p: Patch): string =>
  p.references[0] ?? p.inReplyTo ?? p.messageId ?? `${p.subject} ${p.date}`;

/**
 * What is to be reviewed for mails that are new: each of their threads whole, since patches of a series stand on each
 * other, and which of its mails are new. A reply that quotes a patch is reviewed by itself.
 */
export function threadsOf(
  all: readonly ReadMail[],
  isNew: (key: string) => boolean,
): { patches: Patch[]; fresh: ReadMail[] }[] {
  const groups = new Map<string, ReadMail[]>();
  for (const read of all) {
    const [first] = read.patches;
    const alone = first.kind === 'quoted-patch';
    const key = alone ? `alone ${read.mail.key}` : rootOf(first);
    groups.set(key, [...(groups.get(key) ?? []), read]);
  }
  return [...groups.values()]
    .map((mails) => ({
      patches: mails.flatMap((m) => m.patches),
      fresh: mails.filter((m) => isNew(m.mail.key)),
    }))
    .filter((thread) => thread.fresh.length > 0);
}
