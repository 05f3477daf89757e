import { describe, expect, it } from 'vitest';
import {
  __mt_destroy,
  __mt_dup,
  dump,
  MA_STATE,
  MapleTree,
  mas_destroy,
  mas_erase,
  mas_expected_entries,
  mas_preallocate,
  mas_store,
  mas_store_gfp,
  mas_store_prealloc,
  mtree_insert_range,
  mtree_store_range,
  type NodeCache,
} from '../../src/sim/maple/index.js';
import { broken } from './naive.js';

/** 200 adjacent ranges of four, two of which are free in every seventh. */
function filled(flags: number): MapleTree {
  const mt = new MapleTree(flags);
  for (let i = 0; i < 200; i++)
    mtree_store_range(mt, i * 4, i * 4 + (i % 7 ? 3 : 1), 8 * (i + 1), 'GFP_KERNEL');
  mt.cache.rcu_barrier();
  return mt;
}

/** Fails every allocation from the n-th node on, counted from now. */
function failFrom(cache: NodeCache, n: number): void {
  const first = cache.asked;
  cache.fail = (ordinal) => ordinal - first >= n;
}

const WRITES: [string, (mt: MapleTree) => number][] = [
  ['split', (mt) => mas_store_gfp(MA_STATE(mt, 401, 401), 4, 'GFP_KERNEL')],
  ['spanning store', (mt) => mas_store_gfp(MA_STATE(mt, 90, 500), 4, 'GFP_KERNEL')],
  ['spanning NULL', (mt) => mas_store_gfp(MA_STATE(mt, 90, 500), 0, 'GFP_KERNEL')],
  [
    'row of insertions',
    (mt) => {
      for (let i = 0; i < 200; i += 7) {
        const err = mtree_insert_range(mt, i * 4 + 2, i * 4 + 2, 4, 'GFP_KERNEL');
        if (err) return err;
      }
      return 0;
    },
  ],
  [
    'row of rebalances',
    (mt) => {
      for (let i = 40; i < 60; i++) {
        const mas = MA_STATE(mt, i * 4);
        mas_erase(mas);
        if (mas.err) return mas.err;
      }
      return 0;
    },
  ],
  [
    'store over everything',
    (mt) => mas_store_gfp(MA_STATE(mt, 0, 2n ** 64n - 1n), 4, 'GFP_KERNEL'),
  ],
];

describe('a node allocation that fails', () => {
  describe.each([0, 1, 2, 3])('with flags %i', (flags) => {
    it.each(WRITES)('in a %s leaves a valid tree, at every site', (name, write) => {
      let failed = 0;
      for (let n = 0; ; n++) {
        expect(n).toBeLessThan(1000);
        const mt = filled(flags);
        const shown = dump(mt);
        failFrom(mt.cache, n);
        const err = write(mt);
        mt.cache.fail = null;
        mt.cache.rcu_barrier();
        expect(broken(mt)).toBe('');
        if (err !== 0) {
          failed++;
          expect(err).toBe(-12);
          if (!name.startsWith('row')) expect(dump(mt)).toBe(shown);
        }
        __mt_destroy(mt);
        mt.cache.rcu_barrier();
        expect(mt.cache.live).toBe(0);
        if (err === 0) break;
      }
      expect(failed).toBeGreaterThan(0);
    });
  });

  it('is made up for by the second attempt, with GFP_KERNEL', () => {
    const mt = filled(3);
    mt.cache.fail = (_, gfp) => gfp === 'GFP_NOWAIT';
    expect(mas_store_gfp(MA_STATE(mt, 90, 500), 0, 'GFP_KERNEL')).toBe(0);
    expect(mas_store_gfp(MA_STATE(mt, 600, 700), 4, 'GFP_KERNEL')).toBe(0);
    expect(broken(mt)).toBe('');
  });

  it('leaves index and last of a NULL store as they were given', () => {
    const mt = filled(1);
    mt.cache.fail = () => true;
    const mas = MA_STATE(mt, 95, 500);
    expect(mas_store_gfp(mas, 0, 'GFP_KERNEL')).toBe(-12);
    expect([mas.index, mas.last]).toEqual([95, 500]);
  });

  it('in mas_store leaves -ENOMEM in the state', () => {
    const mt = filled(1);
    mt.cache.fail = () => true;
    const mas = MA_STATE(mt, 95, 500);
    expect(mas_store(mas, 4)).toBe(0);
    expect(mas.err).toBe(-12);
    mas_destroy(mas);
    expect(broken(mt)).toBe('');
  });

  it('in __mt_dup leaves the copy empty and nothing allocated, at every site', () => {
    const mt = filled(3);
    const { live } = mt.cache;
    for (let n = 0; n < live; n++) {
      const copy = new MapleTree(3, mt.cache);
      failFrom(mt.cache, n);
      expect(__mt_dup(mt, copy, 'GFP_KERNEL')).toBe(-12);
      expect([copy.ma_root, copy.ma_flags, mt.cache.live]).toEqual([0, 3, live]);
    }
    failFrom(mt.cache, live);
    const copy = new MapleTree(3, mt.cache);
    expect(__mt_dup(mt, copy, 'GFP_KERNEL')).toBe(0);
    expect(mt.cache.live).toBe(2 * live);
  });

  it('in mas_expected_entries and mas_preallocate gives back what was got', () => {
    const mt = filled(1);
    const { live } = mt.cache;
    for (let n = 0; n < 20; n++) {
      failFrom(mt.cache, n);
      const bulk = MA_STATE(mt, 1000);
      expect(mas_expected_entries(bulk, 200)).toBe(-12);
      const one = MA_STATE(mt, 90, 500);
      failFrom(mt.cache, n % 7);
      expect(mas_preallocate(one, 4, 'GFP_KERNEL')).toBe(-12);
      expect([bulk.alloc.length, one.alloc.length, mt.cache.live]).toEqual([0, 0, live]);
    }
    mt.cache.fail = null;
    const mas = MA_STATE(mt, 90, 500);
    expect(mas_preallocate(mas, 4, 'GFP_KERNEL')).toBe(0);
    mt.cache.fail = () => true;
    mas_store_prealloc(mas, 4);
    expect(broken(mt)).toBe('');
    expect(mas.alloc).toEqual([]);
  });
});
