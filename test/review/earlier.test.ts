import { beforeAll, describe, expect, it } from 'vitest';
import { Repo } from '../source/repo.js';
import { edit, MINI } from './mini.js';
import { commitEdits, LOCK, reviewMbox, summary, unlocked, zero } from './series-support.js';

const FLUSH = '\tflush_tlb_mm(parent);\n';
const HEAD = '\t\tif (vma->vm_flags & VM_DONTCOPY) {\n';
const locked = (text: string) => edit(text, HEAD, `${LOCK}${HEAD}`);

function series(...edits: [string, (text: string) => string][]): string {
  const repo = Repo.mini();
  return repo.mbox(commitEdits(repo, edits));
}

describe('a patch of a series without a tree', () => {
  let mbox: string;
  beforeAll(() => {
    mbox = series(
      ['neither lock nor flush', (t) => edit(unlocked(t), FLUSH, '')],
      ['the lock again', locked],
    );
  });

  it('is no mending of what it does not show', async () => {
    const [first, second] = (await reviewMbox(mbox, null)).patches;
    expect(first.findings[0]).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(second).toMatchObject({ status: 'inconclusive', findings: [] });
    expect(second.reason).toMatch(
      /^"\[PATCH 1\/2\] neither lock nor flush" of this series changes dup_mmap\(\) too.*--tree$/,
    );
  });

  it('is none of what two patches before it have made, the second of which was not analysed', async () => {
    const three = series(
      ['neither lock nor flush', (t) => edit(unlocked(t), FLUSH, '')],
      ['the lock again', locked],
      ['count from nothing', zero],
    );
    const { patches } = await reviewMbox(three, null);
    expect(patches.map((p) => p.status)).toEqual(['reviewed', 'inconclusive', 'inconclusive']);
    expect(patches[2].reason).toMatch(
      /^"\[PATCH 2\/3\] the lock again" of this series was not analysed, and this patch stands on it/,
    );
  });

  it('stands on one that could not be rebuilt: nothing is said of it', async () => {
    const nowhere = (t: string) =>
      edit(t, 'error = -EINTR;\n\t\t\tgoto settle;', 'error = -EINTR;\n\t\t\tgoto nowhere;');
    const two = series(['a label that is not there', nowhere], ['count from nothing', zero]);
    const { patches } = await reviewMbox(two, null);
    expect(patches.map((p) => [p.status, p.findings.length])).toEqual([
      ['inconclusive', 0],
      ['inconclusive', 0],
    ]);
  });

  it('is reviewed on what the one before it has made, with the tree', async () => {
    expect(summary(await reviewMbox(mbox, MINI))[1]).toMatch(/^reviewed/);
  });

  it('is reviewed where it shows what was changed, or nothing was that counts', async () => {
    const whole = series(
      ['count from nothing', zero],
      ['take no lock', unlocked],
      ['take the lock again', locked],
    );
    expect(summary(await reviewMbox(whole, null)).map((l) => l.split(' | ')[1])).toEqual([
      'holds none',
      'violated introduced',
      'holds fixed',
    ]);
  });
});
