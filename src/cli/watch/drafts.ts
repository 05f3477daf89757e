import { createHash } from 'node:crypto';
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';
import { type Reply, renderMail } from '../../report/mail/index.js';

/** Makes a Maildir for drafts. */
export async function prepareDrafts(folder: string): Promise<void> {
  try {
    for (const name of ['tmp', 'new', 'cur'])
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
  } catch (e) {
    throw new ForkloreError('input', `${folder}: can not hold drafts (${(e as Error).message})`);
  }
}

/**
 * Puts a reply into a Maildir, flagged as a draft; returns its file. It is written elsewhere first and then linked into
 * place. A draft of the same mail that is there already (maybe edited by now) is left alone: null.
 */
export async function writeDraft(folder: string, reply: Reply): Promise<string | null> {
  const about = reply.answers ?? reply.text;
  const base = `${createHash('sha256').update(about).digest('hex').slice(0, 16)}.forklore`;
  const present = await readdir(join(folder, 'cur'));
  if (present.some((name) => name === base || name.startsWith(`${base}:`))) return null;
  const part = join(folder, 'tmp', base);
  const file = join(folder, 'cur', `${base}:2,DS`);
  await writeFile(part, renderMail(reply), { mode: 0o600 });
  try {
    await link(part, file);
  } finally {
    await rm(part, { force: true });
  }
  return file;
}
