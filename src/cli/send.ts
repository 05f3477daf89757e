import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ForkloreError } from '../base/errors.js';
import { type Reply, renderMail } from '../report/mail/index.js';

// made when it is used: a review that sends nothing loads no such module
const run = (args: string[]) => promisify(execFile)('git', args, { encoding: 'utf8' });

async function gitConfig(key: string): Promise<string | null> {
  try {
    const { stdout } = await run(['config', '--get', key]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** The user as git is told to name them; null where it was not told, and no name is made up from the machine. */
export async function gitUser(): Promise<string | null> {
  const [name, email] = await Promise.all([gitConfig('user.name'), gitConfig('user.email')]);
  if (email === null) return null;
  return name === null ? email : `"${name.replace(/["\\]/g, '\\$&')}" <${email}>`;
}

/**
 * Hands each reply to `git send-email`, which asks before it sends unless the user's own `sendemail.confirm` says
 * otherwise. Addresses, threading and text are those of the reply; nothing is taken from the text of the mail.
 * @throws ForkloreError `usage` when git refuses or there is no `git send-email`
 */
export async function sendReplies(replies: readonly Reply[]): Promise<void> {
  const lost = replies.find((r) => !r.headers.some(([name]) => name === 'To'));
  if (lost) {
    const what = lost.headers.find(([name]) => name === 'Subject')?.[1] ?? 'a patch';
    throw new ForkloreError(
      'usage',
      `--send: "${what}": the patch came without a mail to reply to`,
    );
  }
  if (replies.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'forklore-send-'));
  try {
    const confirm = (await gitConfig('sendemail.confirm')) === null ? ['--confirm=always'] : [];
    for (const [k, reply] of replies.entries()) {
      const file = join(folder, `${String(k + 1).padStart(4, '0')}.eml`);
      await writeFile(file, renderMail(reply), { mode: 0o600 });
      await sendFile(file, confirm);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sendFile(file: string, confirm: readonly string[]): Promise<void> {
  const fixed = ['--no-thread', '--suppress-cc=body', '--8bit-encoding=UTF-8'];
  // no `--` before the file: git would take what follows for revisions; the path is ours and absolute
  const args = ['send-email', ...fixed, ...confirm, file];
  return new Promise((done, fail) => {
    const child = spawn('git', args, { stdio: 'inherit' });
    const refuse = (why: string) =>
      fail(new ForkloreError('usage', `--send: git send-email ${why}; nothing after it was sent`));
    child.on('error', (e) => refuse(`did not start (${e.message})`));
    child.on('close', (code) => (code === 0 ? done() : refuse(`ended with ${code}`)));
  });
}
