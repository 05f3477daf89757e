import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const tempFolder = (): string => mkdtempSync(join(tmpdir(), 'forklore-kernel-test-'));

/** The patch, as `git diff` prints it, that turns `before` into `after` at `path`. Throws when they are equal. */
export function diffText(path: string, before: string, after: string): string {
  const dir = tempFolder();
  try {
    for (const [side, text] of [
      ['a', before],
      ['b', after],
    ]) {
      const file = join(dir, side, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const args = ['diff', '--no-index', '--no-color', '--no-prefix', '--no-ext-diff', 'a', 'b'];
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: dir, encoding: 'utf8' });
    if (status !== 1) throw new Error(`git diff: ${stderr || 'the edit changes nothing'}`);
    return stdout;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
