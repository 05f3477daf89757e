import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/base/version.js';
import { program } from '../../src/cli/main.js';
import { cliPage, manPage } from '../../src/cli/manual.js';
import { flat, outlineOf } from '../../src/cli/outline.js';
import { forklore, ROOT } from '../support.js';

const root = outlineOf(program());

// `npm run docs` writes both files anew
describe('what is written about the command line', () => {
  it('docs/cli.md says what --help says', async () => {
    await expect(cliPage(root)).toMatchFileSnapshot(join(ROOT, 'docs', 'cli.md'));
  });

  it('the man page says what --help says', async () => {
    await expect(manPage(root, VERSION)).toMatchFileSnapshot(join(ROOT, 'docs', 'forklore.1'));
  });

  it.each(flat(root).map((c) => [c.path.slice(1).join(' '), c] as const))(
    'forklore %s --help lists every option',
    (name, c) => {
      const help = forklore(...name.split(' '), '--help');
      expect(help.code).toBe(0);
      for (const o of c.options) expect(help.out).toContain(o.flags);
      for (const a of c.args) expect(help.out).toContain(a.text);
    },
  );

  it('the man page is one for man, without a warning', (t) => {
    const r = spawnSync(
      'man',
      ['--warnings', '-E', 'UTF-8', '-l', join(ROOT, 'docs', 'forklore.1')],
      {
        encoding: 'utf8',
        env: { ...process.env, MANWIDTH: '80', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' },
      },
    );
    if (r.error || /minimized/.test(r.stdout)) {
      if (process.env.CI && r.error) throw r.error;
      console.warn('skipped: no man');
      return t.skip();
    }
    expect(r.stderr).toBe('');
    expect(r.stdout).toContain('FORKLORE(1)');
    expect(r.stdout).toMatch(/^ +--tree <dir>/m);
  });

  it('goes with the package', () => {
    const pack = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { man: string[] };
    expect(pack.man).toEqual(['docs/forklore.1']);
  });
});
