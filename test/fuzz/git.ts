import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const env = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
};
const folder = mkdtempSync(join(tmpdir(), 'forklore-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function git(args: string[], input: string | Buffer, cwd = folder) {
  return spawnSync('git', args, { input, cwd, env, maxBuffer: 1 << 28 });
}

/** `added deleted path` of each file as `git apply --numstat` counts them; null when git refuses the diff. */
export function gitAccepts(text: string): string[] | null {
  const r = git(['apply', '--numstat', '-z', '-'], text);
  if (r.status !== 0) return null;
  return r.stdout
    .toString()
    .split('\0')
    .filter(Boolean)
    .map((row) => row.split('\t').join(' '));
}

/** What `git apply` makes of the file `path` with content `before`; null when it refuses the diff. */
export function gitApplied(path: string, before: string, diff: string): string | null {
  const at = mkdtempSync(join(folder, 'apply-'));
  try {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), before);
    const r = git(['apply', '--whitespace=nowarn', '-'], diff, at);
    return r.status === 0 ? readFileSync(join(at, path), 'utf8') : null;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** The mails that `git mailsplit` finds, null when it refuses the file. */
export function gitMails(bytes: Buffer, rd: boolean): Buffer[] | null {
  const at = mkdtempSync(join(folder, 'split-'));
  try {
    writeFileSync(join(at, 'in'), bytes);
    const out = join(at, 'out');
    mkdirSync(out);
    const r = git(
      ['mailsplit', '--keep-cr', ...(rd ? ['--mboxrd'] : []), `-o${out}`, join(at, 'in')],
      '',
    );
    if (r.status !== 0) return null;
    return readdirSync(out)
      .sort()
      .map((n) => readFileSync(join(out, n)));
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** The patch part that `git mailinfo` takes out of one mail, null when it refuses. */
export function gitPatch(mail: Buffer): string | null {
  const at = mkdtempSync(join(folder, 'info-'));
  try {
    const r = git(['mailinfo', join(at, 'msg'), join(at, 'patch')], mail, at);
    return r.status === 0 ? readFileSync(join(at, 'patch'), 'latin1') : null;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}
