import { describe, expect, it } from 'vitest';
import {
  __mt_destroy,
  __mt_dup,
  MA_STATE,
  MapleFault,
  MapleTree,
  mas_destroy,
  mas_expected_entries,
  mas_find,
  mas_reset,
  mas_set_range,
  mas_store,
  mas_store_gfp,
  mt_clear_in_rcu,
  mt_height,
  mt_in_rcu,
  mtree_store_range,
  NodeCache,
  ULONG_MAX,
  validate,
  viewNodes,
} from '../../src/sim/maple/index.js';
import { broken, content } from './naive.js';

const PAGE = 4096;

/** `n` ranges of one to three pages; `gap` pages between them. */
function load(mt: MapleTree, n: number, gap: number): number {
  const mas = MA_STATE(mt, 0);
  expect(mas_expected_entries(mas, n)).toBe(0);
  let at = 16 * PAGE;
  for (let i = 0; i < n; i++) {
    const size = (1 + (i % 3)) * PAGE;
    mas.index = at;
    mas.last = at + size - 1;
    mas_store(mas, 8 * (i + 1));
    at += size + gap * PAGE;
  }
  const unused = mas.alloc.length;
  mas_destroy(mas);
  return unused;
}

describe('bulk mode', () => {
  it.each([
    [21, 8],
    [121, 24],
    [221, 39],
    [421, 72],
    [51221, 8236],
  ])(
    'preallocates for %i entries %i nodes, gives unused ones back, and fills leaves',
    (n, nodes) => {
      for (const gap of [0, 2]) {
        const mt = new MapleTree(1);
        const unused = load(mt, n, gap);
        expect(mt.cache.counters.nodesAllocated).toBe(nodes);
        expect(mt.cache.live).toBe(nodes - unused);
        const views = viewNodes(mt);
        expect(views).toHaveLength(mt.cache.live);
        const ends = views.filter((v) => v.level === 0).map((v) => v.end);
        expect(Math.min(15, ...ends.slice(0, -2))).toBeGreaterThanOrEqual(13);
        expect(broken(mt)).toBe('');
        expect(content(mt)).toHaveLength(n);
      }
    },
  );

  it('runs out of nodes in RCU mode, where every rewritten leaf takes one', () => {
    const mt = new MapleTree(3);
    expect(() => load(mt, 200, 1)).toThrow(MapleFault);
    const other = new MapleTree(3);
    mt_clear_in_rcu(other);
    expect(() => load(other, 200, 1)).not.toThrow();
  });

  it('corrupts the tree when a store goes back without mas_reset, and not with it', () => {
    const store = (reset: boolean): MapleTree => {
      const mt = new MapleTree(1);
      const mas = MA_STATE(mt, 0);
      mas_expected_entries(mas, 40);
      for (const i of [1, 2, 3, 4, 5, 6, 7, 8, 2.5]) {
        if (i === 2.5 && reset) mas_reset(mas);
        mas.index = i * 100;
        mas.last = i * 100 + 20;
        mas_store(mas, 8);
      }
      mas_destroy(mas);
      return mt;
    };
    expect(validate(store(false)).map((v) => v.invariant)).toContain('pivot-order');
    expect(broken(store(true))).toBe('');
  });

  it('refuses a range that ends before it starts', () => {
    const mas = MA_STATE(new MapleTree(), 5, 4);
    expect(() => mas_store(mas, 4)).toThrow('store to [5, 4]');
    expect(() => mas_store_gfp(mas, 4, 'GFP_KERNEL')).toThrow(MapleFault);
  });
});

describe('__mt_dup', () => {
  it('takes as many nodes as the tree has, and replacing every entry takes none', () => {
    for (const n of [1, 21, 221, 6421]) {
      const mt = new MapleTree(3);
      mt_clear_in_rcu(mt);
      load(mt, n, 1);
      const copy = new MapleTree(1, mt.cache);
      const nodes = viewNodes(mt).length;
      mt.cache.reset();
      expect(__mt_dup(mt, copy, 'GFP_KERNEL')).toBe(0);
      expect(mt.cache.counters.nodesAllocated).toBe(nodes);
      expect(mt_height(copy)).toBe(mt_height(mt));
      const mas = MA_STATE(copy, 0);
      let seen = 0;
      for (let entry = mas_find(mas, ULONG_MAX); entry !== 0; entry = mas_find(mas, ULONG_MAX)) {
        expect(mas_store(mas, entry + 4)).toBe(entry);
        seen++;
      }
      expect(seen).toBe(n);
      expect(mt.cache.counters.nodesAllocated).toBe(nodes);
      expect(content(copy)).toEqual(content(mt).map((r) => ({ ...r, entry: r.entry + 4 })));
      expect(broken(copy)).toBe('');
    }
  });

  it('refuses other attributes and a target that is not empty', () => {
    const cache = new NodeCache();
    const mt = new MapleTree(1, cache);
    load(mt, 30, 0);
    expect(__mt_dup(mt, new MapleTree(0, cache), 'GFP_KERNEL')).toBe(-22);
    const used = new MapleTree(1, cache);
    mtree_store_range(used, 0, 0, 4, 'GFP_KERNEL');
    expect(__mt_dup(mt, used, 'GFP_KERNEL')).toBe(-22);
    expect(content(used)).toEqual([{ first: 0n, last: 0n, entry: 4 }]);
    expect(() => __mt_dup(mt, new MapleTree(1), 'GFP_KERNEL')).toThrow('between two node caches');
  });

  it('copies a single entry and an empty tree without a node, and the RCU mode with the flags', () => {
    const cache = new NodeCache();
    const empty = new MapleTree(3, cache);
    const copy = new MapleTree(3, cache);
    expect(__mt_dup(empty, copy, 'GFP_KERNEL')).toBe(0);
    mtree_store_range(empty, 0, 0, 8, 'GFP_KERNEL');
    expect(__mt_dup(empty, copy, 'GFP_KERNEL')).toBe(0);
    expect([copy.ma_root, cache.live, mt_in_rcu(copy)]).toEqual([8, 0, true]);
  });
});

describe('counters', () => {
  it('count nodes, words and slots, and start again from zero', () => {
    const mt = new MapleTree(1);
    mtree_store_range(mt, 10, 19, 8, 'GFP_KERNEL');
    // A node is cleared (32 words), then written: parent, one slot (the others stay NULL), three pivots, metadata.
    expect(mt.cache.counters).toEqual({
      nodesAllocated: 1,
      nodesFreed: 0,
      words: 32 + 1 + 1 + 3 + 1,
      slots: 1,
    });
    mt.cache.reset();
    const mas = MA_STATE(mt, 0);
    mas_set_range(mas, 10, 19);
    mas_store(mas, 16);
    expect(mt.cache.counters).toEqual({ nodesAllocated: 0, nodesFreed: 0, words: 1, slots: 1 });
    __mt_destroy(mt);
    expect(mt.cache.counters.nodesFreed).toBe(1);
  });

  it('count 32 words a node for a duplication, and two for the link to it', () => {
    const mt = new MapleTree(1);
    load(mt, 221, 1);
    const nodes = viewNodes(mt).length;
    mt.cache.reset();
    __mt_dup(mt, new MapleTree(1, mt.cache), 'GFP_KERNEL');
    expect(mt.cache.counters.words).toBe(32 * nodes + 2 * (nodes - 1));
  });

  it('give back every node', () => {
    const mt = new MapleTree(3);
    for (let i = 0; i < 300; i++)
      mtree_store_range(mt, (i * 7) % 300, (i * 7) % 300, 8 + 4 * i, 'GFP_KERNEL');
    mtree_store_range(mt, 20, 250, 0, 'GFP_KERNEL');
    __mt_destroy(mt);
    mt.cache.rcu_barrier();
    const { nodesAllocated, nodesFreed } = mt.cache.counters;
    expect([nodesFreed, mt.cache.live]).toEqual([nodesAllocated, 0]);
  });
});
