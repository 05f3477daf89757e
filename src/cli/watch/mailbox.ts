import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';
import { readInput } from '../../intake/index.js';
import { splitMbox } from '../../intake/mbox.js';
import type { Patch } from '../../intake/types.js';

/** A mail of a watched mailbox. */
export interface BoxMail {
  /** The same as long as the mail is there: its file without flags, or a hash of its bytes. */
  key: string;
  /** What to call it in a message: file, and the mail's number in an mbox. */
  name: string;
  read(): Promise<Uint8Array>;
}

/** Lists the mails of a Maildir or an mbox; an mbox that has not changed since the last call is not read again. */
export function openMailbox(path: string): () => Promise<BoxMail[]> {
  let last: { stamp: string; mails: BoxMail[] } | null = null;
  return async () => {
    const s = await stat(path).catch((e: NodeJS.ErrnoException) => {
      const why = e.code === 'ENOENT' ? 'no such Maildir or mbox' : `can not be read (${e.code})`;
      throw new ForkloreError('input', `${path}: ${why}`);
    });
    if (s.isDirectory()) return maildirMails(path);
    const stamp = `${s.mtimeMs} ${s.size} ${s.ino}`;
    if (last?.stamp !== stamp) last = { stamp, mails: mboxMails(path, await readFile(path)) };
    return last.mails;
  };
}

async function maildirMails(path: string): Promise<BoxMail[]> {
  const folders = (await readdir(path)).filter((name) => name === 'cur' || name === 'new');
  if (folders.length === 0)
    throw new ForkloreError('input', `${path}: no Maildir: it holds neither "cur" nor "new"`);
  const lists = folders.map(async (folder) => {
    const names = (await readdir(join(path, folder))).filter((name) => !name.startsWith('.'));
    return names.map((name) => ({
      key: name.replace(/:2,[A-Za-z]*$/, ''),
      name: join(path, folder, name),
      read: () => readFile(join(path, folder, name)),
    }));
  });
  return (await Promise.all(lists)).flat().sort((a, b) => (a.key < b.key ? -1 : 1));
}

function mboxMails(path: string, bytes: Buffer): BoxMail[] {
  const mails = bytes.length === 0 ? [] : [...splitMbox(bytes)];
  return mails.map((mail, k) => ({
    key: createHash('sha256').update(mail.bytes).digest('hex').slice(0, 24),
    name: `${path} (mail ${k + 1})`,
    read: () => Promise.resolve(mail.bytes),
  }));
}

/** The patches in a mail; empty when it holds none. `quoted` as in `readInput`. */
export async function patchesIn(mail: BoxMail, quoted: boolean): Promise<Patch[]> {
  const { patches } = await readInput(mail.name, await mail.read(), { quoted });
  return patches;
}
