import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archiveOptions, reviewArchive } from '../../src/cli/archive.js';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { PatchReview, Review } from '../../src/judge/types.js';
import { reviewSeries } from '../../src/review.js';
import { openArchive } from '../intake/archive-support.js';
import { corpus, diff, mail } from '../intake/support.js';

const FROM = 'From a@example.org Thu Jan  1 00:00:00 1970\n';
const { wanted } = archiveOptions(false, false);

async function both(bytes: Buffer): Promise<{ whole: PatchReview[]; archive: PatchReview[] }> {
  const rules = (await loadRules()).filter((r) => r.id === 'fork-lock-target');
  const o = { reader: null, rules, keep: () => '', explore: { mutants: false }, suggest: false };
  const whole = await reviewSeries(await readInput('a.mbox', bytes), o);
  const review: Review = { ...whole, patches: [], problems: [] };
  const { archive } = await openArchive(bytes, { wanted });
  await reviewArchive(archive, o, review);
  return { whole: whole.patches, archive: review.patches };
}

const told = (patches: readonly PatchReview[]) =>
  patches.filter((p) => p.status !== 'not-applicable' && p.files.length > 0);

describe('a review of an archive', () => {
  it.each(['kernel/fork.c', 'mm/mmap.c', 'lib/maple_tree.c', 'fs/userfaultfd.c'])(
    'looks at every file that a fork may run: %s',
    async (path) => {
      const { archive } = await both(Buffer.from(`${FROM}${mail(`Why.\n---\n${diff(path)}`)}\n`));
      expect(archive.map((p) => p.files.map((f) => f.path))).toEqual([[path]]);
    },
  );

  it('says of real mails what a review of the mail says', async ({ skip }) => {
    const folder = corpus();
    if (folder === null) return skip('needs the folder of real mails');
    let reviewed = 0;
    for (const name of readdirSync(folder).filter((n) => n.endsWith('.mbox'))) {
      const { whole, archive } = await both(readFileSync(join(folder, name)));
      expect(told(archive), name).toEqual(told(whole));
      reviewed += told(whole).length;
    }
    expect(reviewed).toBeGreaterThan(5);
  }, 300_000);
});
