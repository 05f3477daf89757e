import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/judge/types.js';
import { Repo } from '../source/repo.js';
import { edit, MINI } from './mini.js';
import { commitEdits, reviewMbox, summary, unlocked, zero } from './series-support.js';

type Edit = [string, (text: string) => string];

/** The mbox of one version of a series; `thread`: message ids, and the mail that it answers. */
function posting(version: number, edits: Edit[], ...options: string[]): string {
  const repo = Repo.mini();
  const start = commitEdits(repo, edits);
  return repo.mbox(start, `-v${version}`, '--thread', ...options);
}

const copyLocked = (t: string): string =>
  edit(
    unlocked(t),
    '\t\tif (copy->vm_flags & VM_PFNMAP)\n',
    '\t\tvma_start_write(copy);\n\t\tif (copy->vm_flags & VM_PFNMAP)\n',
  );
const ids = (review: Review): string[] =>
  review.patches.flatMap((p) => p.findings.map((f) => f.id));

describe('two versions in one mbox', () => {
  const one: Edit = ['fork: count from nothing', zero];

  it('v2 mends what v1 broke: only v2 is reported, with what is fixed since v1', async () => {
    const v1 = posting(1, [one, ['fork: lock later', unlocked]]);
    const v2 = posting(2, [one, ['fork: lock later', (t) => `${t}/* end */\n`]]);
    const review = await reviewMbox(v1 + v2, MINI);
    expect(review.patches.map((p) => p.subject)).toEqual([
      '[PATCH v2 1/2] fork: count from nothing',
      '[PATCH v2 2/2] fork: lock later',
    ]);
    const [first, second] = review.patches;
    expect(first.versus).toEqual({ version: 1, fixed: [], still: [], new: [] });
    expect(first.notes).toContain('since v1: nothing fixed, nothing new');
    expect(second.versus!.fixed.length).toBe(1);
    expect(second.reason).toMatch(/^since v1: .* fixed; touches nothing/);
    expect(second.notes!.join('\n')).toMatch(/^since v1: fork-lock-target \([0-9a-f]{4}\) fixed$/m);
    expect(review.problems!.map((p) => p.message)).toEqual([
      '"[PATCH v2 1/2] fork: count from nothing": version 1 and what came before count for the comparison only',
    ]);
  });

  it('v2 keeps it, or brings it', async () => {
    const bad: Edit = ['fork: lock later', unlocked];
    const good: Edit = ['fork: lock later', zero];
    const still = await reviewMbox(posting(1, [bad]) + posting(2, [bad]), MINI);
    expect(still.patches[0].versus).toEqual({ version: 1, fixed: [], still: ids(still), new: [] });
    const brought = await reviewMbox(posting(1, [good]) + posting(2, [bad]), MINI);
    expect(brought.patches[0].versus).toEqual({
      version: 1,
      fixed: [],
      still: [],
      new: ids(brought),
    });
    expect(brought.patches[0].notes!.join()).toMatch(/since v1: .* new/);
  });

  it('another defect of the same kind is still there', async () => {
    const a = posting(1, [['fork: lock', unlocked]]);
    const b = posting(2, [['fork: lock', copyLocked]]);
    expect((await reviewMbox(a + b, MINI)).patches[0].versus!.still.length).toBe(1);
  });

  it('is compared with the last of several', async () => {
    const mbox = [1, 2, 3]
      .map((v) => posting(v, [['fork: lock', v === 2 ? unlocked : zero]]))
      .join('');
    const review = await reviewMbox(mbox, MINI);
    expect(review.patches.map((p) => p.versus)).toEqual([
      { version: 2, fixed: [expect.any(String)], still: [], new: [] },
    ]);
  });

  it('one patch sent again stands among those of v1', async () => {
    const v1 = posting(1, [one, ['fork: no lock', unlocked]]);
    const v2 = posting(2, [one, ['fork: no lock', (t) => `${t}/* end */\n`]]);
    const second = v2.split(/^(?=From [0-9a-f]{40} )/m)[1];
    const review = await reviewMbox(v1 + second, MINI);
    expect(review.patches.map((p) => p.subject)).toEqual([
      '[PATCH v1 1/2] fork: count from nothing',
      '[PATCH v2 2/2] fork: no lock',
    ]);
    expect(review.patches[1].files[0].base).toBe('exact');
    expect(review.patches.map((p) => p.versus?.fixed.length)).toEqual([undefined, 1]);
  });

  it('has another title, but answers the older one', async () => {
    const v1 = posting(1, [['fork: no lock', unlocked]]);
    const id = /^Message-Id: (<.*>)$/im.exec(v1)![1];
    const v2 = posting(2, [['fork: be careful', zero]], `--in-reply-to=${id}`);
    const review = await reviewMbox(v1 + v2, MINI);
    expect(review.patches.length).toBe(1);
    expect(review.patches[0].versus).toMatchObject({ version: 1, fixed: [expect.any(String)] });
  });

  it('is nothing that has a version only by chance: both are reviewed', async () => {
    const a = posting(1, [['fork: no lock', unlocked]]);
    const b = posting(2, [['fork: count from nothing', zero]]);
    const review = await reviewMbox(a + b, MINI);
    expect(summary(review)).toEqual([
      'reviewed | violated introduced | exact',
      'reviewed | holds none | exact',
    ]);
    expect(review.patches.every((p) => p.versus === undefined)).toBe(true);
  });
});
