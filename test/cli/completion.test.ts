import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forklore, tempFolder } from '../support.js';

type Shell = 'bash' | 'zsh' | 'fish';

/** What each shell's own completion makes of a line; `\n` between candidates. */
const DRIVERS: Record<Shell, (script: string) => string> = {
  bash: (script) =>
    `source ${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _forklore; printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: (script) => `compdef() { :; }
compadd() { shift; for w in "$@"; do [[ $w == \${words[CURRENT]}* ]] && print -r -- $w; done; return 0; }
_files() { print -r -- FILES; }
typeset -a words=("$@"); CURRENT=$#
source ${script}
_forklore`,
  fish: (script) => `source ${script}\ncomplete -C (string join ' ' -- $argv)`,
};

function shellOf(shell: Shell): ((...words: string[]) => string[]) | null {
  if (spawnSync(shell, ['-c', 'exit 0']).status !== 0) {
    if (process.env.CI) throw new Error(`no ${shell}`);
    console.warn(`skipped: no ${shell}`);
    return null;
  }
  const folder = tempFolder();
  const script = join(folder, 'script');
  const r = forklore('completion', shell);
  expect(r.code).toBe(0);
  writeFileSync(script, r.out);
  const driver = join(folder, 'driver');
  writeFileSync(driver, DRIVERS[shell](script));
  return (...words) => {
    const run = spawnSync(shell, [driver, ...words], { encoding: 'utf8', cwd: folder });
    expect(run.stderr).toBe('');
    return run.stdout
      .split('\n')
      .map((l) => l.split('\t')[0])
      .filter(Boolean);
  };
}

describe.each(['bash', 'zsh', 'fish'] as const)('completion in %s', (shell) => {
  it('offers commands, options and the values of options', (t) => {
    const complete = shellOf(shell);
    if (!complete) return t.skip();
    expect(complete('forklore', 'rep')).toEqual(['replay']);
    expect(complete('forklore', 'review', '--qu').sort()).toEqual(['--quiet', '--quoted']);
    expect(complete('forklore', 'review', '--format', 'sar')).toEqual(['sarif']);
    expect(complete('forklore', 'review', '--rule', 'fork-lock-t')).toEqual(['fork-lock-target']);
    expect(complete('forklore', 'watch', 'box', '--dra')).toEqual(['--drafts']);
    expect(complete('forklore', 'completion', 'z')).toEqual(['zsh']);
  });
});

describe('forklore completion', () => {
  it('knows three shells', () => {
    const r = forklore('completion', 'tcsh');
    expect(r.code).toBe(2);
    expect(r.err).toMatch(/Allowed choices are bash, zsh, fish/);
  });
});
