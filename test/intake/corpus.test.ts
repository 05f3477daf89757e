import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { corpus, gitReading, inFolder, numstat, plain, shown } from './support.js';

const folder = corpus();
const names = folder ? readdirSync(folder).filter((name) => name.endsWith('.mbox')) : [];
const isReply = (name: string) => name.includes('reply');

describe.skipIf(folder === null)('real mails (skipped where the corpus folder is absent)', () => {
  it.each(names.filter((name) => !isReply(name)))('%s reads as git reads it', async (name) => {
    const bytes = readFileSync(join(folder as string, name));
    const { patches, problems } = await readInput(name, bytes);
    expect(patches.map((p) => p.kind)).toEqual(['patch']);
    expect([...problems, ...patches[0].problems]).toEqual([]);
    expect(patches[0].files.some((file) => file.truncated)).toBe(false);
    await inFolder(async (work) => {
      const reading = gitReading(bytes, work);
      expect(numstat(patches[0].files)).toEqual(reading.counts);
      expect(plain(patches[0].message)).toBe(plain(reading.message));
    });
  });

  it('a reply without a diff is kind none', async () => {
    const name = '0017-reply-peng-confirm.mbox';
    const { patches } = await readInput(name, readFileSync(join(folder as string, name)));
    expect(patches.map((p) => [p.kind, p.files.length])).toEqual([['none', 0]]);
  });

  it('the quoted patch of the seed mail comes out aligned, numbered and marked as cut', async () => {
    const name = 'seed-reply-hildenbrand.mbox';
    const { patches } = await readInput(name, readFileSync(join(folder as string, name)));
    expect(patches).toHaveLength(1);
    const [patch] = patches;
    expect(patch.kind).toBe('quoted-patch');
    expect(patch.subject).toMatch(
      /^Re: \[PATCH v7 10\/10\] fork: Use __mt_dup\(\) .* in dup_mmap\(\)$/,
    );
    expect([patch.version, patch.index, patch.total]).toEqual([7, 10, 10]);
    expect(patch.references).toHaveLength(3);
    expect(patch.files.map((f) => [f.newPath, f.hunks.length, f.truncated])).toEqual([
      ['include/linux/mm.h', 1, false],
      ['kernel/fork.c', 2, true],
    ]);
    const hunk = patch.files[1].hunks[1];
    expect([hunk.truncated, patch.files[1].hunks[0].truncated]).toEqual([true, false]);
    const call = hunk.lines.find((line) => line.text.includes('vma_start_write'));
    expect([call?.old, call?.new, call?.inputLine]).toEqual([689, 689, 142]);
    expect(
      patch.files[1].hunks.flatMap(shown).filter((l) => /^ +\t| {2}/.test(l.slice(0, 2))),
    ).toEqual(patch.files[1].hunks.flatMap(shown).filter((l) => l.startsWith(' \t')));
    expect(patch.problems.map((p) => p.level)).toEqual(['note']);
    expect(patch.problems[0].message).toContain('format=flowed');
  });

  it('the seed mail quotes what 0001 sent', async () => {
    const load = async (name: string) =>
      (await readInput(name, readFileSync(join(folder as string, name)))).patches[0];
    const quoted = await load('seed-reply-hildenbrand.mbox');
    const sent = await load('0001-mt_dup-v7-10of10.mbox');
    for (const [f, file] of quoted.files.entries()) {
      for (const [h, hunk] of file.hunks.entries()) {
        const original = sent.files[f].hunks[h];
        expect(shown(hunk)).toEqual(shown(original).slice(0, hunk.lines.length));
        expect(hunk.lines.map((l) => [l.old, l.new])).toEqual(
          original.lines.slice(0, hunk.lines.length).map((l) => [l.old, l.new]),
        );
      }
    }
  });
});
