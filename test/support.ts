import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** A file of the folder with real mails, or null where that folder is absent. */
export function corpus(name: string): string | null {
  const folder = process.env.FORKLORE_SHARED ?? join(ROOT, '..', 'shared');
  const file = join(folder, 'corpus', name);
  return existsSync(file) ? file : null;
}

export interface Run {
  code: number | null;
  out: string;
  err: string;
  seconds: number;
}

/** The built command line, as a whole process. */
export function forklore(...args: string[]): Run {
  const started = performance.now();
  const r = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), ...args], {
    encoding: 'utf8',
  });
  return {
    code: r.status,
    out: r.stdout,
    err: r.stderr,
    seconds: (performance.now() - started) / 1000,
  };
}

export const tempFolder = (): string => mkdtempSync(join(tmpdir(), 'forklore-test-'));

/** A unified diff of two folders, as `git diff` makes it, with paths below them. */
export function diffFolders(before: string, after: string): string {
  try {
    execFileSync('git', ['diff', '--no-index', '--no-color', '--no-prefix', '--', before, after], {
      encoding: 'utf8',
    });
    return '';
  } catch (e) {
    return (e as { stdout: string }).stdout;
  }
}
