import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as limits from '../../../src/base/limits.js';
import { archiveOptions } from '../../../src/cli/archive.js';
import { readInputs } from '../../../src/cli/inputs.js';
import { parseDiff, readInput } from '../../../src/intake/index.js';
import { reviewSeries } from '../../../src/review.js';
import { memory, openArchive } from '../../intake/archive-support.js';
import { diff, mail, one } from '../../intake/support.js';
import { Repo } from '../../source/repo.js';

const FROM = 'From a@example.org Thu Jan  1 00:00:00 1970\n';
const mbox = (...mails: string[]) => Buffer.from(mails.map((m) => `${FROM}${m}\n`).join(''));

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const inputs = (names: string[], bytes: Uint8Array = Buffer.alloc(0)) =>
  readInputs(names, {
    ...{ quoted: false, stdin: once(bytes), archive: archiveOptions(false, false) },
  });

const review = (series: Awaited<ReturnType<typeof readInput>>) =>
  reviewSeries(series, { reader: null, rules: [], keep: () => '' });

const PATCH = `Why.\n---\n${diff('mm/a.c')}`;

/** Crossings of the limits of inputs. */
export const INTAKE: Record<string, () => unknown> = {
  async MAX_INPUT_BYTES() {
    const much = Buffer.alloc(limits.MAX_INPUT_BYTES + 1, 'x\n');
    await expect(readInput('big', much)).rejects.toThrow('big: larger than 64 MB; split it first');
    const r = await inputs(['-'], much);
    expect([r.series, r.failed]).toEqual([null, ['-: larger than 64 MB; split it first']]);
  },
  async ARCHIVE_BYTES() {
    const pad = (n: number) => mbox(mail(PATCH), mail('x\n'.repeat(n / 2)));
    const small = await inputs(['-'], pad(limits.ARCHIVE_BYTES - 10_000));
    expect([small.archives.length, small.series?.patches.length]).toEqual([0, 2]);
    const large = await inputs(['-'], pad(limits.ARCHIVE_BYTES));
    expect([large.archives.length, large.series]).toEqual([1, null]);
    for (const archive of large.archives) await archive.close();
  },
  async MAX_ARCHIVE_BYTES() {
    const bytes = mbox(mail(PATCH));
    const said = { ...memory(bytes), size: limits.MAX_ARCHIVE_BYTES + 1 };
    await expect(openArchive(bytes, {}, said)).rejects.toThrow(
      'a.mbox: more than 4,096 MB; split it first',
    );
    // where the size is not known before
    const unsaid = { ...memory(bytes), size: null };
    const o = { limits: { archive: bytes.length - 1 } };
    await expect(openArchive(bytes, o, unsaid)).rejects.toThrow('split it first');
  },
  async MAX_MAIL_BYTES() {
    const long = `${PATCH}\n${'x\n'.repeat(limits.MAX_MAIL_BYTES / 2)}`;
    const { series } = await openArchive(mbox(mail(long), mail(PATCH, { Subject: 'next' })));
    const reviews = await Promise.all(series.map(review));
    expect(reviews.flatMap((r) => r.patches.map((p) => [p.subject, p.status]))).toEqual([
      ['[PATCH] lib: x', 'failed'],
      ['next', 'not-applicable'],
    ]);
    expect(reviews[0].patches[0].reason).toMatch(/larger than 16 MB; not read/);
  },
  async MAX_LISTED_MAILS() {
    const bytes = mbox(...['a', 'b', 'c'].map((s) => mail('x\n', { Subject: s })));
    const { archive } = await openArchive(bytes, { list: true, limits: { listed: 2 } });
    const { mails, list } = archive.skipped();
    expect([mails, list?.map((l) => l.subject)]).toEqual([3, ['a', 'b']]);
  },
  async MAX_PARTS() {
    const part = '--b\nContent-Type: text/plain\n\nx\n';
    const body = `${part.repeat(limits.MAX_PARTS + 1)}--b\nContent-Type: text/plain\n\n${PATCH}--b--\n`;
    const type = { 'Content-Type': 'multipart/mixed; boundary=b', 'MIME-Version': '1.0' };
    const series = await readInput('m', Buffer.from(mail(body, type)));
    expect((await review(series)).patches.map((p) => p.status)).toEqual(['failed']);
  },
  async MAX_ATTACHED_DEPTH() {
    const nested = (depth: number) => {
      let inner = mail(PATCH);
      for (let i = 0; i < depth; i++) inner = mail(inner, { 'Content-Type': 'message/rfc822' });
      return one(inner);
    };
    expect((await nested(limits.MAX_ATTACHED_DEPTH)).kind).toBe('patch');
    const { kind, problems } = await nested(limits.MAX_ATTACHED_DEPTH + 1);
    expect([kind, problems[0].level]).toEqual(['none', 'error']);
  },
  MAX_LINES() {
    const { MAX_LINES } = limits;
    const { files, problems } = parseDiff(diff('f.c') + '\n'.repeat(MAX_LINES));
    expect(files).toHaveLength(1);
    expect(problems.map((p) => [p.level, p.message])).toEqual([
      ['error', `more than ${MAX_LINES} lines; the rest is not read`],
    ]);
    expect(parseDiff('\n'.repeat(MAX_LINES)).problems).toEqual([]);
  },
  MAX_HUNKS() {
    const { MAX_HUNKS } = limits;
    const hunks = Array.from({ length: MAX_HUNKS + 1 }, () => '@@ -1 +1 @@\n-a\n+b\n').join('');
    const { files, problems } = parseDiff(`--- a/f\n+++ b/f\n${hunks}`);
    expect([files[0].hunks.length, files[0].truncated]).toEqual([MAX_HUNKS, true]);
    expect(problems.map((p) => p.message)).toEqual([
      `hunk ${MAX_HUNKS + 1} of f is past the limit of ${MAX_HUNKS} hunks`,
    ]);
  },
  MAX_HEADER_CHARS() {
    const { MAX_HEADER_CHARS } = limits;
    const { files, problems } = parseDiff(diff('f'.repeat(MAX_HEADER_CHARS)) + diff('g.c'));
    expect(files.map((f) => f.newPath)).toEqual(['g.c']);
    expect(problems[0].message).toBe(
      `file header is longer than ${MAX_HEADER_CHARS} characters; not read`,
    );
  },
  MAX_PARSED_CHARS() {
    // a longer line is kept whole: only the library beside us sees less of it
    const long = 'x'.repeat(4 * limits.MAX_PARSED_CHARS);
    const { files, problems } = parseDiff(diff('f.c', long, `${long}y`));
    const texts = files[0].hunks[0].lines.map((l) => l.text);
    expect([texts.includes(long), texts.includes(`${long}y`), problems]).toEqual([true, true, []]);
  },
  async MAX_QUOTE_DEPTH() {
    const quoted = (depth: number) =>
      one(
        mail(`A wrote:\n${diff('mm/a.c').replace(/^/gm, '>'.repeat(depth))}\n`, {
          Subject: 'Re: x',
        }),
      );
    expect((await quoted(limits.MAX_QUOTE_DEPTH)).kind).toBe('quoted-patch');
    expect((await quoted(limits.MAX_QUOTE_DEPTH + 1)).kind).toBe('none');
  },
  MAX_LINE_NUMBER() {
    const hunk = (line: number) => parseDiff(`--- a/f\n+++ b/f\n@@ -${line} +1 @@\n-a\n+b\n`);
    expect(hunk(limits.MAX_LINE_NUMBER - 1).problems).toEqual([]);
    const { files, problems } = hunk(limits.MAX_LINE_NUMBER + 1);
    expect(files[0].truncated).toBe(true);
    expect(problems[0].message).toMatch(/malformed header/);
  },
  async MAX_FOLDER_FILES() {
    const folder = mkdtempSync(join(tmpdir(), 'forklore-many-'));
    for (let k = 0; k <= limits.MAX_FOLDER_FILES; k++)
      writeFileSync(join(folder, `${k}.patch`), '');
    const r = await inputs([folder]);
    expect([r.series, r.failed]).toEqual([null, [`${folder}: more than 10,000 files`]]);
  },
  async MAX_RANGE_COMMITS() {
    const repo = new Repo();
    repo.git('init', '-q', '-b', 'main');
    const first = repo.commit('first');
    let last = first;
    const tree = repo.git('write-tree').trim();
    for (let k = 0; k <= limits.MAX_RANGE_COMMITS; k++)
      last = repo.git('commit-tree', tree, '-p', last, '-m', `c${k}`).trim();
    repo.git('update-ref', 'refs/heads/main', last);
    const range = `${first}..main`;
    const read = readInputs([], {
      ...{ quoted: false, stdin: once(Buffer.alloc(0)), archive: archiveOptions(false, false) },
      git: { dir: repo.dir, range },
    });
    await expect(read).rejects.toThrow('more than 1,000 commits');
  },
};
