import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpus, forklore, ROOT, tempFolder } from '../support.js';

const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const fixture = (name: string): string => join(ROOT, 'fixtures', 'mails', name);

/** What git takes a mail for: subject, author, and message text. */
function mailinfo(mail: string): { info: string; text: string } {
  const folder = tempFolder();
  const [msg, patch] = [join(folder, 'msg'), join(folder, 'patch')];
  const info = execFileSync('git', ['mailinfo', msg, patch], { input: mail, encoding: 'utf8' });
  return { info, text: readFileSync(msg, 'utf8') + readFileSync(patch, 'utf8') };
}

const replyTo = (file: string, ...args: string[]) =>
  forklore('review', file, '--format', 'mail', '--traces', tempFolder(), ...args);

describe('a reply to a thread', () => {
  it.each(['seed-like.mbox', 'lock-copy.mbox'])('is a mail for git: %s', (name) => {
    const r = replyTo(fixture(name));
    const { info, text } = mailinfo(r.out);
    expect(info).toMatch(/^Subject: fork: /m);
    expect(text).toMatch(/^>+ @@ -\d/m);
    const folder = tempFolder();
    const mails = execFileSync('git', ['mailsplit', `-o${folder}`], { input: r.out });
    expect(mails.toString().trim()).toBe('1');
  });

  it('answers the mail that asks, below the line and the question', () => {
    const r = replyTo(fixture('seed-like.mbox'));
    expect(r.code).toBe(0);
    expect(r.out).toMatch(/^In-Reply-To: <20250312162000\.7-max@example\.org>$/m);
    expect(r.out).toMatch(/^To: Max Example <max@example\.org>$/m);
    expect(r.out).toMatch(/^>>> {2}\t\tvma_start_write\(vma\);\n> \[\.\.\.\]\n>> This line used/m);
    expect(r.out).toMatch(/\n\nLocks the parent's VMA\./);
    const wide = r.out.split('\n').filter((l) => l.length > 78);
    for (const line of wide) expect(line).toMatch(/^>+ [ +@-]/);
  });

  it('answers the thread that the project started from', (t) => {
    const seed = corpus('seed-reply-hildenbrand.mbox');
    if (!seed) return t.skip();
    const r = replyTo(seed);
    const { info, text } = mailinfo(r.out);
    expect(info).toMatch(/^Subject: fork: Use __mt_dup/m);
    expect(r.out).toMatch(/^Subject: Re: \[PATCH v7 10\/10\]/m);
    expect(text).toMatch(/we now call vma_start_write\(\) on the \*new\* VMA\?\n\n.*parent's VMA/);
  });

  it('is silent about a clean patch, and says so on the side', () => {
    const r = replyTo(fixture('lock-helper.mbox'), '--tree', join(ROOT, 'fixtures', 'mini-6.12'));
    expect(r).toMatchObject({ code: 0, out: '' });
    expect(r.err).toMatch(
      /^forklore: "\[PATCH\] .*": nothing introduced .*; no reply is written$/m,
    );
  });
});

describe('--send', () => {
  const hasSendEmail = existsSync(
    join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-send-email'),
  );

  it('hands the reply to git send-email, addresses and text unchanged', (t) => {
    if (!hasSendEmail && !process.env.CI) return t.skip();
    const folder = tempFolder();
    const [sendmail, box] = [join(folder, 'sendmail'), join(folder, 'box')];
    writeFileSync(
      sendmail,
      `#!/bin/sh\nprintf '%s\\n' "$@" >"${folder}/args"\nexec cat >"${box}"\n`,
    );
    chmodSync(sendmail, 0o755);
    writeFileSync(
      join(folder, '.gitconfig'),
      `[user]\nname = Rita Reviewer\nemail = rita@example.org\n[sendemail]\nconfirm = never\nsmtpserver = ${sendmail}\n`,
    );
    const args = ['review', fixture('lock-copy.mbox'), '--format', 'mail', '--send'];
    const env = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
    const r = spawnSync(process.execPath, [MAIN, ...args, '--traces', folder], {
      cwd: folder,
      env,
      encoding: 'utf8',
      input: '',
    });
    expect(r.status, r.stderr + r.stdout).toBe(1);
    const sent = readFileSync(box, 'utf8');
    expect(sent).toMatch(/^From: Rita Reviewer <rita@example\.org>$/m);
    expect(sent).toMatch(/^To: Ada Example <ada@example\.org>$/m);
    expect(sent).toMatch(/^In-Reply-To: <20250310101500\.1-ada@example\.org>$/m);
    const body = r.stdout.slice(r.stdout.indexOf('\nOn 2025'), r.stdout.indexOf('\n-- \n'));
    expect(sent).toContain(body);
    const rcpt = readFileSync(join(folder, 'args'), 'utf8')
      .split('\n')
      .filter((a) => a.includes('@'));
    expect(rcpt.sort()).toEqual(
      expect.arrayContaining(['ada@example.org', 'linux-mm@example.org']),
    );
    expect(readdirSync(folder).filter((n) => n.startsWith('forklore-send'))).toEqual([]);
  });

  it('wants replies', () => {
    const r = forklore('review', fixture('lock-copy.mbox'), '--send');
    expect(r).toMatchObject({ code: 2, out: '' });
    expect(r.err).toBe('forklore: --send: what is sent are replies; add --format mail\n');
  });
});

describe('--format nipa', () => {
  function nipa(
    file: string,
    fd: number | null,
  ): { code: number | null; out: string; desc: string } {
    const desc = join(tempFolder(), 'desc');
    const handle = openSync(desc, 'w');
    const args = [
      MAIN,
      'review',
      fixture(file),
      '--format',
      'nipa',
      '--tree',
      join(ROOT, 'fixtures', 'mini-6.12'),
    ];
    const r = spawnSync(process.execPath, [...args, '--traces', tempFolder()], {
      encoding: 'utf8',
      env: { ...process.env, ...(fd === null ? {} : { DESC_FD: String(fd) }) },
      stdio: ['ignore', 'pipe', 'inherit', handle],
    });
    closeSync(handle);
    return { code: r.status, out: r.stdout, desc: readFileSync(desc, 'utf8') };
  }

  it('exits as a NIPA test does and describes the result in one line', () => {
    const bad = nipa('lock-copy.mbox', 3);
    expect(bad.code).toBe(1);
    expect(bad.desc).toMatch(/^fork-lock-target: kernel\/fork\.c:63: Locks .*\n$/);
    expect(bad.out).toContain('VIOLATED');
    const good = nipa('lock-helper.mbox', 3);
    expect(good.code).toBe(0);
    expect(good.desc).toMatch(/^\d+ rules? holds?\n$/);
  });

  it('writes the line below the log where no descriptor is given', () => {
    const r = nipa('lock-copy.mbox', null);
    expect(r.desc).toBe('');
    expect(r.out).toMatch(/\nfork-lock-target: kernel\/fork\.c:63: .*\n$/);
  });
});
