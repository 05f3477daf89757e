import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { structuredPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilePatch, Hunk } from '../../src/intake/types.js';
import { applyHunks, reverseHunks } from '../../src/source/apply.js';
import { type ContentReader, folderReader, rebuild } from '../../src/source/index.js';
import { forkPatch, MINI, ROOT, textOf } from './support.js';

const mini = readFileSync(join(MINI, 'kernel/fork.c'), 'utf8');
const mail = (name: string) => readFileSync(join(ROOT, 'fixtures/mails', name), 'utf8');
const tree = (text: string): ContentReader => ({ label: '--tree', read: async () => text });
const withText = (file: FilePatch, edit: (text: string) => string): FilePatch => ({
  ...file,
  hunks: file.hunks.map((h) => ({
    ...h,
    lines: h.lines.map((l) => ({ ...l, text: l.kind === ' ' ? edit(l.text) : l.text })),
  })),
});

describe('a patch with its tree', () => {
  it('applies exactly, and every line knows its number and its place in the mail', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const pair = await rebuild(file, { reader: folderReader(MINI) });
    expect(pair).toMatchObject({ path: 'kernel/fork.c', failure: null, notes: [] });
    expect(pair.before).toMatchObject({ base: 'exact', skeleton: null });
    expect(`${textOf(pair.before)}\n`).toBe(mini);
    expect(pair.after!.lines.map((l) => l.line)).toEqual(pair.after!.lines.map((_, i) => i + 1));
    const removed = pair.before!.lines.filter((l) => l.changed);
    const added = pair.after!.lines.filter((l) => l.changed);
    expect(removed.map((l) => [l.line, l.text.trim()])).toEqual([[39, 'vma_start_write(vma);']]);
    expect(added.map((l) => [l.line, l.text.trim()])).toEqual([[63, 'vma_start_write(copy);']]);
    const source = mail('lock-copy.mbox').split('\n');
    for (const line of pair.after!.lines) {
      expect(line.origin).toBe(line.patchLine === null ? 'file' : 'hunk');
      if (line.patchLine !== null) expect(source[line.patchLine - 1].slice(1)).toBe(line.text);
    }
    expect(pair.after!.lines.filter((l) => l.origin === 'hunk')).toHaveLength(13);
  });

  it('applies the helper patch: a function more, the same otherwise', async () => {
    const pair = await rebuild(forkPatch(mail('lock-helper.mbox')), { reader: folderReader(MINI) });
    expect(pair.after!.base).toBe('exact');
    expect(textOf(pair.after)).toContain(
      'static void dup_mmap_lock_vma(struct vm_area_struct *vma)',
    );
  });

  it('says at which offset hunks apply', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const pair = await rebuild(file, { reader: tree(`/* one */\n/* two */\n${mini}`) });
    expect(pair.after!.base).toBe('applied');
    expect(pair.notes).toEqual([
      'hunk 1 of kernel/fork.c applies at an offset of 2 lines',
      'hunk 2 of kernel/fork.c applies at an offset of 2 lines',
    ]);
    expect(pair.after!.lines.find((l) => l.changed)!.line).toBe(65);
  });

  it('names the hunk and the line that do not fit, and goes on with the hunks', async () => {
    const other = mini.replace('\t\tif (!copy)\n', '\t\tif (copy == ERR)\n');
    const pair = await rebuild(forkPatch(mail('lock-copy.mbox')), { reader: tree(other) });
    expect(pair.failure).toBe(
      'hunk 2 of kernel/fork.c does not apply to --tree (line 62: expected "if (!copy)")',
    );
    expect(pair.after).toMatchObject({ base: 'hunks-only', skeleton: '6.12' });
  });

  it('names the line that differs also where the file is shifted', async () => {
    const other = `/* one */\n${mini.replace('\t\tif (!copy)\n', '\t\tif (copy == ERR)\n')}`;
    const pair = await rebuild(forkPatch(mail('lock-copy.mbox')), { reader: tree(other) });
    expect(pair.failure).toMatch(/^hunk 2 of .* \(line 63: expected "if \(!copy\)"\)$/);
  });

  it('sees that the tree holds the patch already', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const done = await rebuild(file, { reader: folderReader(MINI) });
    const pair = await rebuild(file, { reader: tree(`${textOf(done.after)}\n`) });
    expect(pair.notes[0]).toMatch(/holds this patch already/);
    expect(textOf(pair.before)).toBe(textOf(done.before));
    expect(pair.after!.lines.filter((l) => l.changed).map((l) => l.line)).toEqual([63]);
    expect(pair.before!.lines.filter((l) => l.changed).map((l) => l.line)).toEqual([39]);
  });

  it('ignores blanks when nothing else differs: a quote mangles them', async () => {
    const file = withText(forkPatch(mail('lock-copy.mbox')), (t) => `  ${t}`);
    const pair = await rebuild(file, { reader: folderReader(MINI) });
    expect(pair.after!.base).toBe('applied');
    expect(pair.notes).toEqual(['kernel/fork.c: the hunks match when blanks are ignored']);
    expect(`${textOf(pair.before)}\n`).toBe(mini);
  });

  it('keeps CRLF out of lines, and applies to a file that has it', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const pair = await rebuild(file, { reader: tree(mini.replaceAll('\n', '\r\n')) });
    expect(pair.before!.base).toBe('exact');
    expect(textOf(pair.after)).not.toContain('\r');
  });

  it('applies a hunk that is cut short as far as it goes', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const [first] = file.hunks;
    const blank = { kind: ' ', text: '', old: 40, new: 39, inputLine: 99 } as const;
    const short: Hunk = { ...first, truncated: true, lines: [...first.lines.slice(0, 4), blank] };
    const pair = await rebuild(
      { ...file, hunks: [short], truncated: true },
      { reader: folderReader(MINI) },
    );
    expect(pair.failure).toBeNull();
    expect(pair.before!.lines.filter((l) => l.changed)).toHaveLength(1);
  });
});

describe('a file that one side lacks', () => {
  const line = (kind: '+' | '-', i: number) => ({
    kind,
    text: `int v${i};`,
    old: kind === '-' ? i : null,
    new: kind === '+' ? i : null,
    inputLine: 20 + i,
  });
  const hunk = (kind: '+' | '-'): Hunk => ({
    oldStart: kind === '-' ? 1 : 0,
    oldCount: kind === '-' ? 2 : 0,
    newStart: kind === '+' ? 1 : 0,
    newCount: kind === '+' ? 2 : 0,
    section: '',
    lines: [line(kind, 1), line(kind, 2)],
    truncated: false,
    inputLine: 20,
  });
  const file = forkPatch(mail('lock-copy.mbox'));

  it('is all there when added, deleted or binary', async () => {
    const added = { ...file, oldPath: null, status: 'added' as const, hunks: [hunk('+')] };
    expect(await rebuild(added, { reader: null })).toMatchObject({
      before: null,
      after: { base: 'exact', lines: [{ text: 'int v1;', line: 1, patchLine: 21 }, {}] },
    });
    const deleted = { ...file, newPath: null, status: 'deleted' as const, hunks: [hunk('-')] };
    expect(await rebuild(deleted, { reader: null })).toMatchObject({
      path: 'kernel/fork.c',
      after: null,
      before: { lines: [{ changed: true }, { line: 2 }] },
    });
    const binary = { ...file, status: 'binary' as const, hunks: [] };
    expect((await rebuild(binary, { reader: null })).failure).toMatch(/binary: not analysed/);
  });

  it('reads a renamed file under its old name', async () => {
    const asked: string[] = [];
    const reader: ContentReader = {
      label: '--tree',
      read: async (path) => {
        asked.push(path);
        return mini;
      },
    };
    const renamed = { ...file, newPath: 'kernel/clone.c', status: 'renamed' as const };
    const pair = await rebuild(renamed, { reader });
    expect(asked).toEqual(['kernel/fork.c']);
    expect(pair.before!.path).toBe('kernel/fork.c');
    expect(pair.after).toMatchObject({ path: 'kernel/clone.c', base: 'exact' });
  });
});

describe('applyHunks against generated edits', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 40 });
  const hunksOf = (a: string[], b: string[], context: number): Hunk[] => {
    const join = (lines: string[]) => lines.map((l) => `${l}\n`).join('');
    return structuredPatch('a', 'b', join(a), join(b), '', '', { context }).hunks.map((h) => ({
      oldStart: h.oldLines === 0 ? h.oldStart - 1 : h.oldStart,
      oldCount: h.oldLines,
      newStart: h.newLines === 0 ? h.newStart - 1 : h.newStart,
      newCount: h.newLines,
      section: '',
      lines: h.lines
        .filter((l) => !l.startsWith('\\'))
        .map((l) => ({
          kind: l[0] as ' ',
          text: l.slice(1),
          old: null,
          new: null,
          inputLine: 1,
        })),
      truncated: false,
      inputLine: 1,
    }));
  };

  it('gives both versions, forwards and backwards, and marks exactly the changed lines', () => {
    fc.assert(
      fc.property(words, words, fc.integer({ min: 0, max: 3 }), (a, b, context) => {
        const hunks = hunksOf(a, b, context);
        const forward = applyHunks(a, hunks, 'strict');
        if (!('before' in forward)) throw new Error(JSON.stringify(forward));
        expect(forward.before.map((l) => l.text)).toEqual(a);
        expect(forward.after.map((l) => l.text)).toEqual(b);
        expect(forward.offsets.every((n) => n === 0)).toBe(true);
        const count = (kind: string) =>
          hunks.flatMap((h) => h.lines).filter((l) => l.kind === kind);
        expect(forward.before.filter((l) => l.changed)).toHaveLength(count('-').length);
        expect(forward.after.filter((l) => l.changed)).toHaveLength(count('+').length);
        const kept = (lines: typeof forward.after) =>
          lines.filter((l) => !l.changed).map((l) => l.text);
        expect(kept(forward.before)).toEqual(kept(forward.after));
        const back = applyHunks(b, reverseHunks(hunks), 'strict');
        expect('after' in back && back.after.map((l) => l.text)).toEqual(a);
      }),
      { numRuns: 500 },
    );
  });
});
