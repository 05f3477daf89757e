import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceFile, SourcePair } from '../../src/source/index.js';
import { rebuild, skeletonFile } from '../../src/source/index.js';
import { whyIncomplete } from '../../src/source/validate.js';
import {
  CORPUS,
  callsOf,
  corpusMail,
  cutAt,
  dupMmapOf,
  forkPatch,
  hasCorpus,
  rename,
  stepsOf,
} from './support.js';

const names = hasCorpus ? readdirSync(CORPUS) : [];
const patchOf = (start: string) =>
  forkPatch(corpusMail(start, names), start === 'seed' ? '>> ' : '');
const pairOf = (start: string) => rebuild(patchOf(start), { reader: null });
const skeletonSteps = (id: string) => stepsOf(skeletonFile(id).lines.map((l) => l.text)).slice(1);
const stepsIn = (file: SourceFile | null) => stepsOf(dupMmapOf(file)).slice(1);
const callsIn = (file: SourceFile | null) => callsOf(dupMmapOf(file));

function expectWhole(pair: SourcePair): void {
  expect(pair.failure).toBeNull();
  for (const side of [pair.before, pair.after]) {
    expect(
      whyIncomplete(dupMmapOf(side), new Set(['vmi', 'old_vmi', 'mas', 'old_mas'])),
    ).toBeNull();
    for (const call of ['vm_area_dup', 'copy_page_range', 'vma_dup_policy', 'arch_dup_mmap']) {
      expect(callsIn(side).filter((name) => name === call)).toEqual([call]);
    }
  }
}

describe.skipIf(!hasCorpus)('real mails (skipped without the shared corpus)', () => {
  it('the seed: 6.7 before; after the quote 6.8, with the lock at line 689', async () => {
    const pair = await pairOf('seed');
    expectWhole(pair);
    expect([pair.before!.skeleton, pair.after!.skeleton]).toEqual(['6.7', '6.7, 6.8']);
    expect(stepsIn(pair.before)).toEqual(skeletonSteps('6.7'));
    expect(stepsIn(pair.after)).toEqual(skeletonSteps('6.8'));
    const lock = pair.after!.lines.filter((l) => l.text.includes('vma_start_write'));
    expect(lock).toMatchObject([{ text: '\t\tvma_start_write(mpnt);', line: 689, origin: 'hunk' }]);
    expect(pair.notes).toEqual([
      'steps before line 650 and lines 656-676 are those of skeleton 6.7',
      'steps after the quote are those of skeleton 6.8 (before the patch: 6.7)',
    ]);
  });

  it('the seed, cut at any line: composes or says why', async () => {
    const total = patchOf('seed').hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
    const failures: string[] = [];
    for (let keep = 1; keep <= total; keep++) {
      const pair = await rebuild(cutAt(patchOf('seed'), keep), { reader: null });
      if (pair.failure === null) expectWhole(pair);
      else failures.push(pair.failure);
    }
    expect(failures.length).toBeLessThan(3);
    for (const text of failures) expect(text).toMatch(/can not be rebuilt from the hunks: /);
  });

  it('the seed with other names for its locals', async () => {
    const file = rename(patchOf('seed'), {
      mpnt: 'old',
      vmi: 'it',
      old_vmi: 'walk',
      oldmm: 'from',
    });
    const pair = await rebuild(file, { reader: null });
    expectWhole({ ...pair });
    expect(stepsIn(pair.after)).toEqual(skeletonSteps('6.8'));
    expect(dupMmapOf(pair.after).join('\n')).toMatch(/vm_area_dup\(old\)/);
  });

  it.each(['0001', '0002', '0003'])('%s makes 6.8 of 6.7', async (start) => {
    const pair = await pairOf(start);
    expectWhole(pair);
    expect(stepsIn(pair.before)).toEqual(skeletonSteps('6.7'));
    expect(stepsIn(pair.after)).toEqual(skeletonSteps('6.8'));
  });

  it.each(['0005', '0006', '0007'])('%s: an earlier version of the same', async (start) => {
    const pair = await pairOf(start);
    expectWhole(pair);
    expect(stepsIn(pair.before)).toEqual(skeletonSteps('6.7'));
    const calls = callsIn(pair.after);
    expect(calls).not.toContain('unlink_anon_vmas');
    expect(calls.indexOf('__mt_dup')).toBeLessThan(calls.indexOf('mas_store'));
  });

  it.each(['0021', '0022'])('%s adds the lock to 6.4', async (start) => {
    const pair = await pairOf(start);
    expectWhole(pair);
    expect(stepsIn(pair.before)).toEqual(skeletonSteps('6.4'));
    const after = stepsIn(pair.after).filter((step) => !step.includes('c:vma_start_write'));
    expect(after).toEqual(skeletonSteps('6.4'));
  });

  it('0023 locks in a loop of its own, on a base that had no lock', async () => {
    const pair = await pairOf('0023');
    expectWhole(pair);
    expect(callsIn(pair.before)).not.toContain('vma_start_write');
    const calls = callsIn(pair.after);
    expect(calls.filter((name) => name === 'vma_start_write')).toHaveLength(1);
    expect(calls.indexOf('vma_start_write')).toBeLessThan(calls.indexOf('flush_cache_dup_mm'));
  });

  it('0032 and 0033 lead to 6.12', async () => {
    const uffd = await pairOf('0032');
    expectWhole(uffd);
    expect(callsIn(uffd.before)).not.toContain('dup_userfaultfd_fail');
    expect(stepsIn(uffd.after)).toEqual(skeletonSteps('6.12-rc5'));
    const hooks = await pairOf('0033');
    expectWhole(hooks);
    expect(stepsIn(hooks.after)).toEqual(skeletonSteps('6.12.0'));
  });

  it('0049 makes the iterator form of 6.1', async () => {
    const pair = await pairOf('0049');
    expectWhole(pair);
    expect(stepsIn(pair.before)).toEqual(skeletonSteps('6.1'));
    expect(callsIn(pair.after)).toContain('vma_iter_bulk_alloc');
    expect(callsIn(pair.after)).not.toContain('mas_store');
  });

  it.each(['0019', '0020'])('%s locks a VMA of 6.0', async (start) => {
    const pair = await pairOf(start);
    expectWhole(pair);
    expect(stepsIn(pair.before)).toEqual(skeletonSteps('6.0'));
    expect(callsIn(pair.after)).toContain('vma_mark_locked');
  });

  it('0047 fills the maple tree by the maple tree', async () => {
    const pair = await pairOf('0047');
    expectWhole(pair);
    expect(pair.before!.skeleton).toBe('6.1-list');
    expect(callsIn(pair.before)).toContain('khugepaged_fork');
    expect(callsIn(pair.after)).toContain('mas_expected_entries');
  });

  it.each([
    ['0048', /no definition of kernel\/fork\.c is shown whole \(replace_mm_exe_file\(\)\)/],
    ['0074', /no definition .* \(vm_area_dup\(\)\)/],
  ])('%s fails, and says why', async (start, reason) => {
    expect((await pairOf(start)).failure).toMatch(reason);
  });

  it('0055 shows two functions whole', async () => {
    const pair = await pairOf('0055');
    expect(pair.failure).toBeNull();
    expect(pair.after!.lines.map((l) => l.text).join('\n')).toMatch(/call_rcu\(/);
    expect(pair.before!.lines).toHaveLength(5);
  });
});
