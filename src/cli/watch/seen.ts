import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';

const VERSION = 1;

/** Which mails were dealt with, kept beside the drafts; written whole or not at all. */
export interface Seen {
  /** Nothing was recorded before. */
  readonly fresh: boolean;
  has(key: string): boolean;
  add(keys: Iterable<string>): Promise<void>;
}

/**
 * Opens the record of a mailbox in the drafts folder; one folder may hold those of several mailboxes.
 * @throws ForkloreError `input` when it is damaged: dealing with every mail again would repeat drafts
 */
export async function openSeen(drafts: string, mailbox: string): Promise<Seen> {
  const id = createHash('sha256').update(mailbox).digest('hex').slice(0, 12);
  const file = join(drafts, `.forklore-seen-${id}.json`);
  const text = await readFile(file, 'utf8').catch(() => null);
  const keys = new Set(text === null ? [] : parse(file, text));
  return {
    fresh: text === null,
    has: (key) => keys.has(key),
    add: async (more) => {
      for (const key of more) keys.add(key);
      await writeWhole(drafts, file, `${JSON.stringify({ version: VERSION, keys: [...keys] })}\n`);
    },
  };
}

function parse(file: string, text: string): string[] {
  try {
    const { version, keys } = JSON.parse(text) as { version: unknown; keys: unknown };
    if (version === VERSION && Array.isArray(keys) && keys.every((k) => typeof k === 'string'))
      return keys;
  } catch {
    // said below
  }
  throw new ForkloreError(
    'input',
    `${file}: not a list of seen mails; remove it to begin anew (what is there then counts as seen)`,
  );
}

/** Writes a file of the drafts folder under another name first, so that nobody sees half of it. */
async function writeWhole(drafts: string, file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  await mkdir(drafts, { recursive: true, mode: 0o700 });
  try {
    await writeFile(part, text, { mode: 0o600 });
    await rename(part, file);
  } catch (e) {
    await rm(part, { force: true });
    throw new ForkloreError('input', `${file}: can not be written (${(e as Error).message})`);
  }
}
