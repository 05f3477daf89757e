import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, tempFolder } from '../support.js';

const FOLDER = process.env.FORKLORE_B4 ?? join(tmpdir(), 'forklore-b4');
const PYTHON = '/usr/bin/python3';

/** Whether b4 of a Debian suite is there. Without it the tests are skipped, on CI they fail. */
export function b4Of(suite: 'trixie' | 'forky'): string | null {
  const path = join(FOLDER, suite, 'usr/lib/python3/dist-packages');
  if (existsSync(join(path, 'b4'))) return path;
  if (process.env.CI) throw new Error(`no b4 in ${path}: run test/mail/fetch-b4.sh`);
  console.warn(`skipped: no b4 in ${path} (test/mail/fetch-b4.sh fetches it)`);
  return null;
}

export interface Place {
  /** A git repository with the miniature tree in it. */
  repo: string;
  folder: string;
  /** Runs python with a b4 on its path, in the repository; home, caches and network of the user are left alone. */
  python(b4: string, ...args: string[]): { code: number | null; out: string };
}

/** A repository of the miniature tree, with the command line as a program `forklore`. */
export function placeForB4(): Place {
  const folder = tempFolder();
  const repo = join(folder, 'repo');
  cpSync(join(ROOT, 'fixtures', 'mini-6.12'), repo, { recursive: true });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repo });
  git('init', '-q');
  git('config', 'user.name', 'Tess Tester');
  git('config', 'user.email', 'tess@example.org');
  git('add', '-A');
  git('commit', '-q', '-m', 'base');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const program = join(bin, 'forklore');
  const main = join(ROOT, 'dist', 'cli', 'main.js');
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
  chmodSync(program, 0o755);
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    LANG: 'C.UTF-8',
  };
  const python = (b4: string, ...args: string[]) => {
    const r = spawnSync(PYTHON, args, {
      cwd: repo,
      encoding: 'utf8',
      env: { ...env, PYTHONPATH: b4 },
    });
    return { code: r.status, out: r.stdout + r.stderr };
  };
  return { repo, folder, python };
}
