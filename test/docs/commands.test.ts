import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/main.js';
import { flat, outlineOf } from '../../src/cli/outline.js';
import { ROOT, tempFolder } from '../support.js';
import { blocksOf, commandsOf, pages, type Shown, textOf } from './blocks.js';

/** Commands that another test runs, or that need what a test must not touch; with where they are run. */
const ELSEWHERE: [RegExp, string][] = [
  [/^npm (?:ci|cit)\b/, '.ci/run'],
  [/^npm pack\b|^npx --package=\.\/forklore-/, 'test/e2e/pack.test.ts'],
  [/^npm run (?:bench|ready|test:|fuzz|docs|schemas|man)/, 'package.json'],
  [/^b4 /, 'test/mail/b4.test.ts'],
  [/^git config b4\./, 'test/mail/b4.test.ts'],
  [/^(?:npx )?forklore play\b/, 'test/e2e/player.test.ts'],
  [/--send\b/, 'test/mail/reply.test.ts'],
  [/^(?:npx )?forklore (?:serve|worker|doctor|setup)\b/, 'test/github/server.test.ts'],
];

/** A place like a fresh clone, with `forklore` and `npx forklore` being the built command line. */
function clone(): { cwd: string; env: NodeJS.ProcessEnv } {
  const folder = tempFolder();
  const cwd = join(folder, 'forklore');
  mkdirSync(cwd);
  for (const name of ['fixtures', 'rules', 'docs', 'package.json'])
    symlinkSync(join(ROOT, name), join(cwd, name));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const main = `"${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}"`;
  for (const [name, shift] of [
    ['forklore', ''],
    ['npx', 'shift\n'],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${shift}exec ${main} "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, HOME: folder, TMPDIR: folder };
  return { cwd, env };
}

/** Numbers, times and names of files in the temporary directory are not compared. */
const plain = (line: string): string =>
  line
    .trimEnd()
    .replace(/\/\S*\/[0-9a-f]{8}\.json/g, 'TRACE')
    .replace(/\d[\d,.]*/g, '#');

/** The lines that a page shows, in order; `...` stands for any that are left out. */
function missing(shown: readonly string[], output: string): string | null {
  const got = output.split('\n').map(plain);
  let at = 0;
  for (const line of shown.filter((l) => l.trim() !== '' && l.trim() !== '...')) {
    const found = got.indexOf(plain(line), at);
    if (found < 0) return line;
    at = found + 1;
  }
  return null;
}

const elsewhere = ({ command }: Shown) => ELSEWHERE.find(([what]) => what.test(command));

describe.each(pages().filter((page) => commandsOf(page).length > 0))(
  'the commands of %s',
  (page) => {
    it('run as shown', () => {
      const { cwd, env } = clone();
      for (const shown of commandsOf(page)) {
        if (elsewhere(shown)) continue;
        const where = `${page}:${shown.line}: ${shown.command}`;
        const r = spawnSync('bash', ['-c', shown.command], {
          cwd,
          env,
          encoding: 'utf8',
          input: '',
        });
        expect(r.stderr, where).not.toMatch(/^forklore: (?!"|configuration)|command not found/m);
        expect([0, 1], `${where}\n${r.stderr}`).toContain(r.status);
        expect(missing(shown.output, r.stdout + r.stderr), `${where}\n${r.stdout}`).toBeNull();
      }
    }, 300_000);
  },
);

describe('the pages', () => {
  it('leave only such commands to others as others run', () => {
    for (const [, file] of ELSEWHERE) expect(existsSync(join(ROOT, file)), file).toBe(true);
  });

  it('show commands in console blocks only', () => {
    const wrong = pages().flatMap((page) =>
      blocksOf(page)
        .filter((b) => b.language !== 'console')
        .filter(
          (b) =>
            page !== 'docs/cli.md' && b.lines.some((l) => /^(?:\$ |npx |npm |forklore )/.test(l)),
        )
        .map((b) => `${page}:${b.line}`),
    );
    expect(wrong).toEqual([]);
  });

  const commands = flat(outlineOf(program()));
  const names = new Set(commands.flatMap((c) => c.path.slice(1, 2)));
  const options = new Set(commands.flatMap((c) => c.options.map((o) => o.long)));

  it.each(pages())('%s names commands, options and scripts that there are', (page) => {
    const code = [...textOf(page).matchAll(/`([^`\n]+)`/g)].map((m) => m[1]);
    const all = [...code, ...commandsOf(page).map((c) => c.command)];
    for (const text of all) {
      const command = /^(?:npx )?forklore ([a-z][a-z-]*)/.exec(text)?.[1];
      if (command) expect([...names, 'help'], `${page}: ${text}`).toContain(command);
      if (!/^(?:npx )?forklore |^--/.test(text)) continue;
      for (const [option] of text.matchAll(/--[a-z][a-z-]*/g))
        expect([...options, '--help', '--version'], `${page}: ${text}`).toContain(option);
    }
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    for (const [, script] of textOf(page).matchAll(/\bnpm run ([a-z][a-z:-]*)/g))
      expect(Object.keys(scripts), `${page}: npm run ${script}`).toContain(script);
  });

  it('link to pages and files that there are', () => {
    const broken = pages().flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((m) => m[1])
        .filter((to) => !/^[a-z]+:/.test(to))
        .filter((to) => !existsSync(join(ROOT, page, '..', to)))
        .map((to) => `${page}: ${to}`),
    );
    expect(broken).toEqual([]);
  });
});
