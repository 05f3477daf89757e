import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDiff, readInput } from '../../src/intake/index.js';
import type { FilePatch } from '../../src/intake/types.js';
import { git, gitReading, inFolder, numstat, plain } from './support.js';

const NAMES = ['k/fork.c', 'a b.c', 'tä.c', 'x b/y.c', 'q".c', 'b/c.h', 'a/b.c'];

const content = fc
  .tuple(
    fc.array(
      fc.constantFrom('', '\tx;', '}', '- ', '-', '+', ' y', '@@ -1 +1 @@', '-- a/x', 'z\r'),
      {
        minLength: 1,
        maxLength: 30,
      },
    ),
    fc.boolean(),
  )
  .map(([lines, newline]) => lines.join('\n') + (newline ? '\n' : ''));
const change = fc.record({
  name: fc.constantFrom(...NAMES),
  before: fc.option(content, { nil: null }),
  after: fc.option(content, { nil: null }),
  mode: fc.boolean(),
});
const changes = fc.uniqueArray(change, { selector: (c) => c.name, minLength: 1, maxLength: 4 });
const flags = fc.subarray(['-M', '--no-prefix', '-U0', '--no-signature', '--full-index']);

function put(folder: string, name: string, text: string | null, mode: boolean): void {
  const path = join(folder, name);
  rmSync(path, { force: true });
  if (text === null) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode ? 0o755 : 0o644);
}

function commit(folder: string, message: string): void {
  git(['add', '-A'], '', folder);
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org', '-c', 'core.autocrlf=false'];
  git([...who, 'commit', '-q', '--allow-empty', '-F', '-'], message, folder);
}

/** `text` with the hunks of `file` put in, or a failure where a hunk does not fit. */
function apply(file: FilePatch, text: string): string {
  const split = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  let at = 0;
  for (const hunk of file.hunks) {
    const first = hunk.oldCount === 0 ? hunk.oldStart : hunk.oldStart - 1;
    while (at < first) out.push(split[at++]);
    for (const line of hunk.lines) {
      const whole = line.text + (line.noNewline ? '' : '\n');
      if (line.kind !== '+') expect(split[at++]).toBe(whole);
      if (line.kind !== '-') out.push(whole);
    }
  }
  return [...out, ...split.slice(at)].join('');
}

const MESSAGE = 'lib: change\n\nWhy it is so.\n\n - a list\n\nSigned-off-by: A <a@example.org>\n';

describe('against git', () => {
  it('format-patch of any change: counts as git apply, message as git mailinfo, hunks fit', async () => {
    await fc.assert(
      fc.asyncProperty(changes, flags, async (all, extra) =>
        inFolder(async (folder) => {
          git(['init', '-q'], '', folder);
          for (const c of all) put(folder, c.name, c.before, false);
          commit(folder, 'before\n');
          for (const c of all) put(folder, c.name, c.after, c.mode);
          commit(folder, MESSAGE);
          const patch = git(['format-patch', '-1', '--stdout', ...extra], '', folder);
          if (patch === '' || !patch.includes('\ndiff --git ')) return;
          const { patches } = await readInput('p', Buffer.from(patch));
          expect(patches).toHaveLength(1);
          const { files, problems, message } = patches[0];
          expect(problems).toEqual([]);
          await inFolder(async (work) => {
            // git mailsplit drops the CR of every line; the counts do not depend on it.
            const strip = extra.includes('--no-prefix')
              ? null
              : gitReading(Buffer.from(patch), work);
            if (strip) expect(numstat(files).sort()).toEqual(strip.counts.sort());
            if (strip) expect(plain(message)).toBe(plain(strip.message));
          });
          for (const file of files) {
            const old = all.find((c) => c.name === file.oldPath)?.before ?? '';
            const now = all.find((c) => c.name === file.newPath)?.after ?? '';
            if (file.status !== 'copied') expect(apply(file, old)).toBe(now);
            expect(existsSync(join(folder, file.newPath ?? ''))).toBe(true);
          }
        }),
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('names of renames, modes and binaries agree with git apply', async () => {
    await inFolder(async (folder) => {
      git(['init', '-q'], '', folder);
      const text = Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join('');
      put(folder, 'x b/old name.c', text, false);
      put(folder, 'mode.sh', text, false);
      put(folder, 'logo.bin', '\0\x01', false);
      commit(folder, 'before\n');
      put(folder, 'x b/old name.c', null, false);
      put(folder, 'x b/new b/name.c', text.replace('line 3', 'line three'), false);
      put(folder, 'mode.sh', text, true);
      put(folder, 'logo.bin', '\0\x02', false);
      commit(folder, MESSAGE);
      for (const flag of ['--binary', '-p']) {
        const diff = git(['diff', flag, 'HEAD~', 'HEAD'], '', folder);
        const { files, problems } = parseDiff(diff);
        expect(problems).toEqual([]);
        expect(files.map((f) => [f.status, f.oldPath, f.newPath, f.hunks.length])).toEqual([
          ['binary', 'logo.bin', 'logo.bin', 0],
          ['modified', 'mode.sh', 'mode.sh', 0],
          ['renamed', 'x b/old name.c', 'x b/new b/name.c', 1],
        ]);
      }
      expect(readFileSync(join(folder, 'x b/new b/name.c'), 'utf8')).toContain('line three');
    });
  });
});
