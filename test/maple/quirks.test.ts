import { describe, expect, it } from 'vitest';
import {
  MA_STATE,
  MapleFault,
  MapleTree,
  ma_overflow,
  ma_underflow,
  mas_empty_area_rev,
  mas_find,
  mas_find_range,
  mas_find_range_rev,
  mas_init,
  mas_next,
  mas_pause,
  mas_prev,
  mas_store,
  mas_walk,
  mt_clear_in_rcu,
  mt_next,
  mt_prev,
  mtree_erase,
  mtree_insert_range,
  mtree_load,
  mtree_store,
  mtree_store_range,
  ULONG_MAX,
  XA_ZERO_ENTRY,
  xa_mk_value,
} from '../../src/sim/maple/index.js';
import { broken, content } from './naive.js';

function filled(flags: number, n: number): MapleTree {
  const mt = new MapleTree(flags);
  for (let i = 0; i < n; i++) mtree_store_range(mt, i * 10, i * 10 + 5, 8 * (i + 1), 'GFP_KERNEL');
  return mt;
}

describe('what the kernel does unexpectedly', () => {
  it('mas_next from an overflow before any walk follows a NULL node', () => {
    const mas = MA_STATE(filled(1, 3), 0);
    expect(mas_next(mas, 0)).toBe(0);
    expect(mas.status).toBe(ma_overflow);
    expect(() => mas_next(mas, 100)).toThrow(MapleFault);
  });

  it('so does mas_prev from an underflow', () => {
    const mas = MA_STATE(filled(1, 3), 5);
    expect(mas_prev(mas, 5)).toBe(0);
    expect(mas.status).toBe(ma_underflow);
    expect(() => mas_prev(mas, 0)).toThrow('without a node');
  });

  it('mas_empty_area_rev up to ULONG_MAX misses a gap that starts at 0', () => {
    const mt = new MapleTree(1);
    mtree_store_range(mt, 60, ULONG_MAX, 8, 'GFP_KERNEL');
    expect(mas_empty_area_rev(MA_STATE(mt, 0), 0, ULONG_MAX, 5)).toBe(-16);
    expect(mas_empty_area_rev(MA_STATE(mt, 0), 0, ULONG_MAX - 1n, 5)).toBe(0);
  });

  it('an insertion over the whole index space overwrites a tree of one leaf', () => {
    const mt = filled(1, 3);
    expect(mtree_insert_range(mt, 0, ULONG_MAX, 4, 'GFP_KERNEL')).toBe(0);
    expect(content(mt)).toHaveLength(1);
    expect(mtree_insert_range(filled(1, 40), 0, ULONG_MAX, 4, 'GFP_KERNEL')).toBe(-17);
  });

  it('a tree whose only leaf holds only NULL is not empty, and has height 1', () => {
    const mt = new MapleTree(1);
    mtree_store_range(mt, 0, ULONG_MAX, 8, 'GFP_KERNEL');
    expect(mtree_erase(mt, 7)).toBe(8);
    expect([mt.rootIsNode, mt.cache.live, content(mt).length]).toEqual([true, 1, 0]);
  });
});

describe('entries', () => {
  it('keep their kind: values, pointers, the zero entry', () => {
    const mt = new MapleTree(0);
    expect(mtree_store(mt, 0, XA_ZERO_ENTRY, 'GFP_KERNEL')).toBe(0);
    expect(mt.rootIsNode).toBe(true);
    expect([mtree_load(mt, 0), mas_walk(MA_STATE(mt, 0))]).toEqual([0, XA_ZERO_ENTRY]);
    expect(mtree_store(mt, 1, 6, 'GFP_KERNEL')).toBe(-22);
    expect(mtree_store_range(mt, 2, 1, 8, 'GFP_KERNEL')).toBe(-22);
    expect(() => xa_mk_value(2 ** 53)).toThrow('no value entry');
    expect(() => xa_mk_value(-1)).toThrow('no value entry');
  });

  it('is a single one at 0: no node', () => {
    const mt = new MapleTree(0);
    mtree_store(mt, 0, 8, 'GFP_KERNEL');
    expect([mt.rootIsNode, mtree_load(mt, 0), mtree_load(mt, 1)]).toEqual([false, 8, 0]);
    mtree_store(mt, 1, 12, 'GFP_KERNEL');
    expect([mt.rootIsNode, mtree_load(mt, 0), mtree_load(mt, 1)]).toEqual([true, 8, 12]);
  });
});

describe('readers', () => {
  it('walk again when their node was replaced in RCU mode', () => {
    const mt = filled(3, 40);
    const mas = MA_STATE(mt, 0);
    expect(mas_find(mas, ULONG_MAX)).toBe(8);
    mtree_store_range(mt, 3, 12, 4, 'GFP_KERNEL');
    expect(mas_next(mas, ULONG_MAX)).toBe(16);
    expect([mas.index, mas.last]).toEqual([13, 15]);
    mtree_erase(mt, 13);
    expect(mas_prev(mas, 0)).toBe(4);
    const before = mt.cache.live;
    mt.cache.rcu_barrier();
    expect(mt.cache.live).toBeLessThan(before);
  });

  it('see changes in place outside RCU mode, where nothing waits for them', () => {
    const mt = filled(3, 5);
    mt_clear_in_rcu(mt);
    mt.cache.rcu_barrier();
    const mas = MA_STATE(mt, 10, 15);
    mas_store(mas, 4);
    mtree_store_range(mt, 12, 13, 12, 'GFP_KERNEL');
    expect(mt.cache.live).toBe(1);
    expect(broken(mt)).toBe('');
  });

  it('go on after mas_pause with the next index', () => {
    const mt = filled(0, 4);
    const mas = MA_STATE(mt, 0);
    expect(mas_find(mas, ULONG_MAX)).toBe(8);
    mas_pause(mas);
    mtree_erase(mt, 10);
    expect(mas_find(mas, ULONG_MAX)).toBe(24);
    mas_init(mas, mt, 21);
    expect(mas_find(mas, ULONG_MAX)).toBe(24);
  });

  it('step over ranges, NULL or not', () => {
    const mt = filled(1, 30);
    const mas = MA_STATE(mt, 100);
    expect(mas_find_range(mas, ULONG_MAX)).toBe(88);
    expect(mas_find_range(mas, ULONG_MAX)).toBe(0);
    expect([mas.index, mas.last]).toEqual([106, 109]);
    const down = MA_STATE(mt, 100);
    expect(mas_find_range_rev(down, 0)).toBe(88);
    expect(mas_find_range_rev(down, 0)).toBe(0);
    expect([down.index, down.last]).toEqual([96, 99]);
    expect([mt_next(mt, 100, ULONG_MAX), mt_prev(mt, 100, 0)]).toEqual([96, 80]);
  });
});
