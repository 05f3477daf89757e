import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/cli/format-names.js';
import { ROOT, tempFolder } from '../support.js';

/** What somebody may put where a reader, a terminal, GitHub or a browser would act on it. */
const ESCAPE = '\u001b[31mred\u001b]0;title\u0007';
const BIDI = 'a\u202eb\u2066c';
const MENTION = '@torvalds';
const HTML = '<script>alert(1)</script><img src=x onerror=alert(2)>';
const LINK = '[click](https://evil.example/x) ![p](https://evil.example/p.png)';
const FENCE = '``` ```` </details>';
const ALL = [ESCAPE, BIDI, MENTION, HTML, LINK, FENCE].join(' ');

const CLEAN = readFileSync(join(ROOT, 'fixtures/mails/lock-copy.mbox'), 'utf8');
/** The patch of the fixture, its subject, sender, message and the located line made hostile. */
const MAIL = CLEAN.replace('lock the VMA that is set up', `lock ${ALL}`)
  .replace('Ada Example <', `"${MENTION} ${HTML}" <`)
  .replace('The VMA that dup_mmap()', `${ALL}\nThe VMA that dup_mmap()`)
  .replace('+\t\tvma_start_write(copy);', `+\t\tvma_start_write(copy); /* ${ALL} */`);

const SECRETS = {
  FORKLORE_TEST_SECRET: 'hunter2-in-the-environment',
  GITHUB_TOKEN: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  WEBHOOK_SECRET: 'hook-secret-of-the-host',
  PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY----- x',
};

const work = tempFolder();
const home = tempFolder();
const tree = join(ROOT, 'fixtures/mini-6.12');

function run(args: string[], input: string): string {
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: work, USER: 'host-user', ...SECRETS };
  const main = join(ROOT, 'dist', 'cli', 'main.js');
  const r = spawnSync(process.execPath, [main, ...args], {
    input,
    env,
    cwd: work,
    encoding: 'utf8',
  });
  expect(r.status, r.stderr).toBe(1);
  return r.stdout + r.stderr;
}

/** Text that a Markdown reader takes as it is: outside of code spans and fences. */
function outsideCode(text: string): string {
  return text
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1`*$/gm, '')
    .replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, '');
}

const out = new Map<string, string>();

beforeAll(() => {
  for (const format of FORMATS)
    out.set(
      format,
      run(['review', '-', '--tree', tree, '--rule', 'fork-lock-target', '--format', format], MAIL),
    );
}, 300_000);

describe('text of a patch', () => {
  it.each(FORMATS)('does not reach the terminal as control characters: %s', (format) => {
    const text = out.get(format)!;
    expect(text.length).toBeGreaterThan(50);
    const raw = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;
    expect(text.replace(/\r\n/g, '\n').match(raw)).toBeNull();
  });

  it('is neither mention nor HTML, link or image in Markdown', () => {
    const text = outsideCode(out.get('markdown')!);
    expect(text).not.toMatch(/(^|[^\w`\\])@\w/);
    expect(text).not.toMatch(/<(script|img|\/details>[^\n]*red)/i);
    expect(text).not.toMatch(/\]\(https:\/\/evil/);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  });

  it('is no markup in a page', () => {
    const page = out.get('html');
    if (page === undefined) return expect(FORMATS).not.toContain('html');
    expect(page).not.toContain('<script>alert(1)');
    expect(page).not.toContain('<img src=x');
    expect(page).not.toContain('src="https:');
  });

  it('is still there to be read', () => {
    expect(out.get('text')).toContain('lock \\x1b[31mred');
    expect(JSON.parse(out.get('json')!.split('\n1 ')[0]).patches[0].subject).toContain('torvalds');
  });
});

describe('the host', () => {
  it.each(FORMATS)('does not show in a report: %s', (format) => {
    const text = out.get(format)!;
    for (const value of [...Object.values(SECRETS), home, 'host-user', ROOT])
      expect(text).not.toContain(value);
    if (hostname().length > 5) expect(text).not.toContain(hostname());
  });
});

describe('paths of a patch', () => {
  const outside = join(work, 'outside.c');
  const linked = join(work, 'tree');

  beforeAll(() => {
    mkdirSync(join(linked, 'kernel'), { recursive: true });
    mkdirSync(join(linked, '.git'));
    writeFileSync(outside, 'int secret_of_the_host = 1;\n');
    writeFileSync(join(linked, '.git', 'config'), '[secret]\n\tof = the_host\n');
    symlinkSync(outside, join(linked, 'kernel', 'fork.c'));
    symlinkSync(work, join(linked, 'mm'));
  });

  const patch = (path: string) =>
    `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-int secret;\n+int dup_mmap(void);\n`;

  it.each([
    '../outside.c',
    'kernel/../../outside.c',
    '/etc/passwd',
    '.git/config',
    'kernel/.GIT/config',
    'kernel/fork.c',
    'mm/outside.c',
  ])('do not lead out of the tree: %s', (path) => {
    const main = join(ROOT, 'dist', 'cli', 'main.js');
    const before = readdirSync(work).sort();
    const r = spawnSync(process.execPath, [main, 'review', '-', '--tree', linked], {
      input: patch(path),
      cwd: work,
      encoding: 'utf8',
    });
    expect([0, 2]).toContain(r.status);
    expect(r.stdout + r.stderr).not.toMatch(/secret_of_the_host|the_host|root:/);
    expect(readdirSync(work).sort()).toEqual(before);
  });

  it.each([
    ['--base', '--output=/tmp/x'],
    ['--git', '--upload-pack=x..HEAD'],
    ['--git', '-x'],
  ])('and revisions are no options of git: %s=%s', (option, value) => {
    const main = join(ROOT, 'dist', 'cli', 'main.js');
    const args = [
      'review',
      ...(option === '--git' ? [] : ['-']),
      '--tree',
      ROOT,
      `${option}=${value}`,
    ];
    const r = spawnSync(process.execPath, [main, ...args], {
      input: patch('kernel/fork.c'),
      encoding: 'utf8',
    });
    expect(r.status).toBe(2);
    expect(r.stderr.trim().split('\n')).toHaveLength(1);
  });
});
