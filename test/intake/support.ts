import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readInput } from '../../src/intake/index.js';
import type { FilePatch, Hunk, Patch, PatchSeries } from '../../src/intake/types.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bytes of a fixture written for this repository. */
export function fixture(name: string): Buffer {
  return readFileSync(join(root, 'fixtures/intake', name));
}

/** The folder of real mails, or null where it is absent. */
export function corpus(): string | null {
  const shared = process.env.FORKLORE_SHARED ?? join(root, '../shared');
  const folder = join(shared, 'corpus');
  return existsSync(folder) ? folder : null;
}

export function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

export async function read(text: string | Uint8Array, name = 'in.mbox'): Promise<PatchSeries> {
  return readInput(name, typeof text === 'string' ? bytes(text) : text);
}

/** Reads a text that must give exactly one patch. */
export async function one(text: string | Uint8Array): Promise<Patch> {
  const { patches } = await read(text);
  if (patches.length !== 1) throw new Error(`expected one patch, got ${patches.length}`);
  return patches[0];
}

/** A mail with the given header fields over the usual ones. */
export function mail(body: string, fields: Record<string, string> = {}): string {
  const all = { From: 'Ada Example <ada@example.org>', Subject: '[PATCH] lib: x', ...fields };
  const head = Object.entries(all).map(([key, value]) => `${key}: ${value}\n`);
  return `${head.join('')}\n${body}`;
}

/** A one-hunk diff that turns `old` into `new` between two context lines. */
export function diff(path: string, old = 'old', now = 'new'): string {
  return [
    `diff --git a/${path} b/${path}`,
    'index 1111111..2222222 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    '@@ -1,3 +1,3 @@ int f(void)',
    ' top',
    `-${old}`,
    `+${now}`,
    ' bottom',
    '',
  ].join('\n');
}

/** The lines of a hunk as they stand in a diff. */
export function shown(hunk: Hunk): string[] {
  return hunk.lines.map(({ kind, text }) => kind + text);
}

/** `path:added:deleted`, as git apply --numstat counts. */
export function numstat(files: FilePatch[]): string[] {
  return files.map((file) => {
    const lines = file.hunks.flatMap((hunk) => hunk.lines);
    const count = (kind: string) => lines.filter((line) => line.kind === kind).length;
    return `${file.newPath ?? file.oldPath}:${count('+')}:${count('-')}`;
  });
}

export function git(args: string[], input: string | Uint8Array = '', cwd = tmpdir()): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', args, { input, cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

/** Runs `work` in a fresh folder that is removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'forklore-intake-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What git makes of one mail: the commit message, the diff, and its counts. */
export function gitReading(mailBytes: Uint8Array, folder: string) {
  const source = join(folder, 'mail');
  writeFileSync(source, mailBytes);
  git(['mailsplit', `-o${folder}`, source], '', folder);
  const split = readFileSync(join(folder, '0001'));
  git(['mailinfo', 'msg', 'diff'], split, folder);
  const message = readFileSync(join(folder, 'msg'), 'utf8');
  const stat = git(['apply', '--numstat', '-z', 'diff'], '', folder);
  const counts = stat
    .split('\0')
    .filter((row) => row !== '')
    .map((row) => {
      const [added, deleted, path] = row.split('\t');
      return `${path}:${added}:${deleted}`;
    });
  return { message, counts };
}

/** Lines without trailing blanks, blank lines at both ends dropped. */
export function plain(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}
