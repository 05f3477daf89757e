import { describe, expect, it } from 'vitest';
import {
  __mt_dup,
  cloneTree,
  copyState,
  dump,
  MA_STATE,
  MapleTree,
  mas_find,
  mas_next,
  mas_preallocate,
  mas_prev,
  mt_key,
  mtree_erase,
  mtree_store_range,
  NodeCache,
  packState,
  packTree,
  treeInClone,
  ULONG_MAX,
  unpackState,
  unpackTree,
  viewNodes,
} from '../../src/sim/maple/index.js';
import { broken, content } from './naive.js';

function filled(flags: number, n: number): MapleTree {
  const mt = new MapleTree(flags);
  for (let i = 0; i < n; i++) mtree_store_range(mt, i * 9, i * 9 + 5, 8 * (i + 1), 'GFP_KERNEL');
  return mt;
}

describe('snapshots', () => {
  it.each([0, 1, 2, 3, 8, 16, 17, 150, 700])('of %i entries come back as they were', (n) => {
    for (const flags of [0, 1, 2, 3]) {
      const mt = filled(flags, n);
      const back = unpackTree(packTree(mt));
      expect(dump(back)).toBe(dump(mt));
      expect(mt_key(back)).toBe(mt_key(mt));
      expect(broken(back)).toBe('');
      mtree_store_range(back, 4, 1000, 4, 'GFP_KERNEL');
      expect(broken(back)).toBe('');
      expect(content(mt)).toHaveLength(n);
    }
  });

  it('keep large entries, and a single entry as root', () => {
    const mt = new MapleTree(0);
    mtree_store_range(mt, 0, 0, Number.MAX_SAFE_INTEGER - 7, 'GFP_KERNEL');
    expect(unpackTree(packTree(mt)).ma_root).toBe(Number.MAX_SAFE_INTEGER - 7);
    mtree_store_range(mt, 5, 6, Number.MAX_SAFE_INTEGER - 11, 'GFP_KERNEL');
    expect(content(unpackTree(packTree(mt)))).toEqual(content(mt));
  });

  it('have the same key for the same content and shape, whatever the node numbers', () => {
    const plain = filled(3, 40);
    const used = new MapleTree(3, new NodeCache());
    for (let i = 0; i < 300; i++) mtree_store_range(used, i * 2, i * 2, 4, 'GFP_KERNEL');
    mtree_store_range(used, 0, ULONG_MAX, 0, 'GFP_KERNEL');
    used.cache.rcu_barrier();
    for (let i = 0; i < 40; i++)
      mtree_store_range(used, i * 9, i * 9 + 5, 8 * (i + 1), 'GFP_KERNEL');
    expect(mt_key(used)).toBe(mt_key(plain));
    mtree_erase(used, 100);
    expect(mt_key(used)).not.toBe(mt_key(plain));
  });

  it('tell trees with the same ranges but another shape apart', () => {
    const up = filled(1, 60);
    const down = new MapleTree(1);
    for (let i = 59; i >= 0; i--)
      mtree_store_range(down, i * 9, i * 9 + 5, 8 * (i + 1), 'GFP_KERNEL');
    expect(content(down)).toEqual(content(up));
    expect(mt_key(down)).not.toBe(mt_key(up));
  });

  it('of a whole cache keep node numbers, so that trees and states in it go on', () => {
    const mt = filled(3, 100);
    const dup = new MapleTree(3, mt.cache);
    __mt_dup(mt, dup, 'GFP_KERNEL');
    mt.cache.rcu_barrier();
    const mas = MA_STATE(dup, 300);
    mas_find(mas, ULONG_MAX);
    const cache = mt.cache.clone();
    const [mt2, dup2] = [treeInClone(mt, cache), treeInClone(dup, cache)];
    const mas2 = MA_STATE(dup2, 0);
    copyState(mas2, mas);
    mas2.tree = dup2;
    mtree_store_range(mt, 0, 800, 4, 'GFP_KERNEL');
    mtree_store_range(dup, 0, 800, 4, 'GFP_KERNEL');
    expect([content(mt2).length, content(dup2).length, cache.live]).toEqual([
      100,
      100,
      2 * viewNodes(mt2).length,
    ]);
    expect(mas_next(mas2, ULONG_MAX)).toBe(8 * 35);
    expect([broken(mt2), broken(dup2)]).toEqual(['', '']);
  });

  it('of a state go on in an equal tree', () => {
    const mt = filled(1, 150);
    const mas = MA_STATE(mt, 600);
    mas_find(mas, ULONG_MAX);
    const words = packState(mas);
    const copy = cloneTree(mt);
    const again = unpackState(words, copy);
    expect(packState(again)).toEqual(words);
    for (let i = 0; i < 20; i++) {
      expect(mas_next(again, ULONG_MAX)).toBe(mas_next(mas, ULONG_MAX));
      expect([again.index, again.last]).toEqual([mas.index, mas.last]);
    }
    for (let i = 0; i < 80; i++) expect(mas_prev(again, 0)).toBe(mas_prev(mas, 0));
  });

  it('of a state on a replaced node walk again', () => {
    const mt = filled(3, 40);
    const mas = MA_STATE(mt, 90);
    mas_find(mas, ULONG_MAX);
    mtree_store_range(mt, 91, 92, 4, 'GFP_KERNEL');
    const again = unpackState(packState(mas), cloneTree(mt));
    expect(mas_next(again, ULONG_MAX)).toBe(mas_next(mas, ULONG_MAX));
    expect([again.index, again.last]).toEqual([mas.index, mas.last]);
  });

  it('refuse a state that holds nodes, and words that are no snapshot', () => {
    const mt = filled(3, 40);
    const mas = MA_STATE(mt, 91, 92);
    mas_preallocate(mas, 4, 'GFP_KERNEL');
    expect(() => packState(mas)).toThrow('holds nodes');
    const words = packTree(mt);
    expect(() => unpackTree(words.subarray(0, words.length - 1))).toThrow('cut short');
    expect(() => unpackTree(Int32Array.of(...words, 0))).toThrow('left over');
    expect(() => unpackTree(Int32Array.of(4, 1, 99))).toThrow('no packed tree');
  });
});
