import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newlinesIn, type RawMail, splitArchive } from '../../src/intake/archive/split.js';
import { readInput } from '../../src/intake/index.js';
import { splitMbox, withoutSeparator } from '../../src/intake/mbox.js';
import { archiveMails, encoded } from '../bench/archive-mails.js';
import { matters, memory, openArchive } from './archive-support.js';
import { corpus, diff, mail } from './support.js';

const FROM = 'From a@example.org Thu Jan  1 00:00:00 1970\n';
const mbox = (...mails: string[]): Buffer =>
  Buffer.from(mails.map((m) => `${FROM}${m}\n`).join(''));
const numbered = (subject: string, id: string, path: string, root?: string): string =>
  mail(`Why.\n---\n${diff(path)}`, {
    ...{ Subject: subject, 'Message-Id': `<${id}>` },
    ...(root ? { 'In-Reply-To': `<${root}>` } : {}),
  });

const archive = (seed: number, bytes: number, own: string[] = []): Buffer =>
  Buffer.from([...archiveMails(seed, bytes, own)].join(''));

async function mailsOf(
  bytes: Buffer,
  o: { mail?: number; piece?: number } = {},
): Promise<RawMail[]> {
  const out: RawMail[] = [];
  const limits = { window: 4096, lookAhead: 2048, mail: o.mail ?? 1e6, archive: 1e9 };
  const tooLong = () => {
    throw new Error('too long');
  };
  const visit = (m: RawMail) => void out.push({ ...m, bytes: Buffer.from(m.bytes) });
  const source = memory(bytes, o.piece);
  await splitArchive(source, Buffer.alloc(0), 0, { ...limits, tooLong }, visit);
  return out;
}

describe('an archive read in windows', () => {
  it.each([1, 7, 1000, 5000])(
    'has the mails that it has in one piece, %i bytes at a time',
    async (piece) => {
      const bytes = archive(piece, 60_000);
      const tricky = bytes.toString('latin1').replace(/\n\n/g, '\n\nFrom here on\n>From x\n');
      const whole = Buffer.from(tricky, 'latin1');
      const got = await mailsOf(whole, { piece });
      const want = [...splitMbox(whole)];
      expect(want.length).toBeGreaterThan(10);
      expect(got.map((m) => m.line + 1)).toEqual(want.map((m) => m.firstLine));
      for (const [k, m] of got.entries()) {
        expect(withoutSeparator(m.bytes).equals(want[k].bytes)).toBe(true);
        expect(whole.subarray(m.offset, m.offset + m.bytes.length).equals(m.bytes)).toBe(true);
      }
    },
  );

  it('shows the beginning of a mail past the limit and goes on behind it', async () => {
    const long = mail('x\n'.repeat(20_000), { Subject: 'long' });
    const bytes = mbox(mail('a\n'), long, mail('b\n', { Subject: 'last' }));
    const got = await mailsOf(bytes, { mail: 8000 });
    expect(got.map((m) => m.cut)).toEqual([false, true, false]);
    expect(got[1].bytes.toString()).toContain('Subject: long');
    expect(got[2].line).toBe([...splitMbox(bytes)][2].firstLine - 1);
  });

  it('counts line ends', () => {
    const bytes = Buffer.from('\n\n\u0080a\n\u010a\u000b\n'.repeat(99), 'latin1');
    for (let from = 0; from < 9; from++)
      for (let to = bytes.length - 9; to <= bytes.length; to++) {
        const want = bytes.subarray(from, to).filter((b) => b === 10).length;
        expect(newlinesIn(bytes, from, to)).toBe(want);
      }
  });
});

describe('what matters in an archive', () => {
  it('is read as from a small mbox: series, versions, base', async () => {
    const base = 'b'.repeat(40);
    const cover = mail(`Hello.\nbase-commit: ${base}\n`, {
      ...{ Subject: '[PATCH v2 0/2] mm: y', 'Message-Id': '<c@x>' },
    });
    const own = [
      numbered('[PATCH 1/2] lib: one', '1@x', 'lib/a.c'),
      numbered('[PATCH 2/2] mm: two', '2@x', 'mm/b.c', '1@x'),
      cover,
      numbered('[PATCH v2 2/2] mm: two', '22@x', 'mm/b.c', 'c@x'),
      numbered('[PATCH v2 1/2] lib: one', '21@x', 'lib/a.c', 'c@x'),
      mail(`A wrote:\n> ${diff('mm/b.c').replace(/\n/g, '\n> ')}\nNo.\n`, { Subject: 'Re: x' }),
    ];
    const { patches } = await readInput('a.mbox', mbox(...own));
    const got = await openArchive(archive(3, 100_000, own));
    expect(got.patches.length).toBeGreaterThanOrEqual(patches.length);
    const bare = (all: typeof patches) =>
      all.map(({ subject, kind, baseCommit, files }) => ({
        ...{ subject, kind, baseCommit },
        files: files.map((f) => f.newPath),
      }));
    expect(bare(got.patches)).toEqual(expect.arrayContaining(bare(patches)));
    expect(got.series.map((s) => s.patches.map((p) => p.subject))).toEqual([
      [
        ...['[PATCH 1/2] lib: one', '[PATCH 2/2] mm: two', '[PATCH v2 0/2] mm: y'],
        ...['[PATCH v2 1/2] lib: one', '[PATCH v2 2/2] mm: two'],
      ],
      ['Re: x'],
    ]);
  });

  it.each(['base64', 'quoted-printable'])('is found under %s', async (encoding) => {
    const body = encoded(`Why.\n---\n${diff('mm/b.c')}`, encoding);
    const fields = { 'Content-Transfer-Encoding': encoding };
    const inPart = `--b\nContent-Type: text/x-patch\nContent-Transfer-Encoding: ${encoding}\n\n${body}\n--b--\n`;
    const mixed = { 'Content-Type': 'multipart/mixed; boundary=b', 'MIME-Version': '1.0' };
    const { patches } = await openArchive(mbox(mail(body, fields), mail(inPart, mixed)));
    expect(patches.map((p) => p.files[0].newPath)).toEqual(['mm/b.c', 'mm/b.c']);
  });

  it('is found behind a line that ends no part of the mail', async () => {
    const code = encoded(`Why.\n---\n${diff('mm/b.c')}`, 'base64');
    const fields = { 'Content-Transfer-Encoding': 'base64' };
    const inPart = `--b\nContent-Transfer-Encoding: base64\n\n--cccc\n\n${code}\n--b--\n`;
    const mixed = { 'Content-Type': 'multipart/mixed; boundary=b', 'MIME-Version': '1.0' };
    const bytes = mbox(mail(`--bbbb\n\n${code}`, fields), mail(inPart, mixed));
    const read = async () => (await readInput('a.mbox', bytes)).patches.map((p) => p.files.length);
    const { patches } = await openArchive(bytes);
    expect(patches.map((p) => p.files.length)).toEqual(await read());
    expect(await read()).toEqual([1, 1]);
  });

  it('is found in any text encoding and under any spelling of a name', async () => {
    const utf16 = Buffer.from(`Why.\n---\n${diff('mm/b.c')}`, 'utf16le').toString('base64');
    const type = { 'Content-Type': 'text/plain; charset=utf-16le' };
    const quoted = diff('mm/b.c').replace(/([ab])\/mm\/b\.c/g, '"$1/m\\155/b.c"');
    const bytes = mbox(
      mail(utf16, { ...type, 'Content-Transfer-Encoding': 'BASE64' }),
      mail(`Why.\n---\n${quoted}`),
    );
    const { patches } = await openArchive(bytes);
    expect(patches.map((p) => p.files[0].newPath)).toEqual(['mm/b.c', 'mm/b.c']);
  });

  it('is all that is read; the rest is counted by reason, and listed when asked for', async () => {
    const bytes = mbox(
      mail('Hello.\n', { Subject: 'a talk' }),
      numbered('[PATCH] lib: z', 'z@x', 'lib/z.c'),
      numbered('[PATCH] mm: z', 'y@x', 'mm/z.c'),
      mail('please pull\n', { Subject: '[GIT PULL] x' }),
      mail('Hello again.\n', { Subject: 'another' }),
    );
    const { archive: read, patches } = await openArchive(bytes, { list: true });
    expect(patches.map((p) => p.subject)).toEqual(['[PATCH] mm: z']);
    const { list, ...counts } = read.skipped();
    expect(counts).toEqual({
      mails: 4,
      reasons: [
        { reason: 'without a patch', mails: 2 },
        { reason: 'pull requests', mails: 1 },
        { reason: 'of files that a fork does not run', mails: 1 },
      ],
    });
    expect(list?.map((l) => l.subject)).toEqual([
      'a talk',
      '[PATCH] lib: z',
      '[GIT PULL] x',
      'another',
    ]);
    expect((await openArchive(bytes)).archive.skipped().list).toBeUndefined();
  });

  it('is never lost among real mails', async ({ skip }) => {
    const folder = corpus();
    if (folder === null) return skip('needs the folder of real mails');
    const names = readdirSync(folder).filter((n) => n.endsWith('.mbox'));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const bytes = readFileSync(join(folder, name));
      const { patches } = await readInput('a.mbox', bytes);
      const wanted = patches.filter(matters);
      const got = await openArchive(bytes);
      expect(got.patches, name).toEqual(expect.arrayContaining(wanted));
    }
  });
});
