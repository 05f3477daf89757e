import { describe, expect, it } from 'vitest';
import {
  dump,
  MapleTree,
  mtree_store_range,
  type Violation,
  validate,
  viewNodes,
} from '../../src/sim/maple/index.js';
import {
  baseOf,
  gapsAt,
  parentAt,
  parentSlotAt,
  pivotsAt,
  slotsAt,
  typeOf,
} from '../../src/sim/maple/layout.js';

/** Three leaves of 15, 15 and 11 slots under one arange_64. */
function tree(): MapleTree {
  const mt = new MapleTree(1);
  for (let i = 0; i < 20; i++) mtree_store_range(mt, i * 10, i * 10 + 5, 8 * (i + 1), 'GFP_KERNEL');
  return mt;
}

function found(mt: MapleTree): [Violation['invariant'], string][] {
  return validate(mt).map((v) => [v.invariant, v.where]);
}

describe('validate', () => {
  it('finds nothing in a valid tree', () => {
    expect(validate(tree())).toEqual([]);
    expect(validate(new MapleTree())).toEqual([]);
  });

  const damages: [
    string,
    (w: Int32Array, leaf: number, root: number, mt: MapleTree) => void,
    [string, string],
  ][] = [
    ['a dead node', (w, leaf) => (w[parentAt(leaf)] = leaf >> 6), ['dead-node', '/0']],
    ['a wrong parent', (w, leaf) => (w[parentAt(leaf)] = 77), ['parent', '/0']],
    ['a wrong parent slot', (w, leaf) => (w[parentSlotAt(leaf)] = 2), ['parent', '/0']],
    ['pivots out of order', (w, leaf) => (w[pivotsAt(leaf) + 4] = 1), ['pivot-order', '/0']],
    ['a wrong gap', (w, _, root) => w[gapsAt(root)]++, ['gap', '/0']],
    ['the wrong slot of the largest gap', (w, _, root) => (w[root + 60] &= 0xff), ['metagap', '/']],
    ['a NULL beside a NULL', (w, leaf) => (w[leaf + slotsAt(1)] = 0), ['adjacent-nulls', '/0']],
    ['a wrong height', (_w, _l, _r, mt) => (mt.ma_flags += 4), ['type', '/0']],
    [
      'the same node twice',
      (w, _, root) => (w[root + slotsAt(3) + 2] = w[root + slotsAt(3)]),
      ['parent', '/1'],
    ],
  ];
  it.each(damages)('names the invariant and the node: %s', (_, damage, expected) => {
    const mt = tree();
    const [root, leaf] = viewNodes(mt);
    expect([typeOf(root.ref), typeOf(leaf.ref)]).toEqual([3, 1]);
    damage(mt.cache.words, baseOf(leaf.ref), baseOf(root.ref), mt);
    expect(found(mt)).toContainEqual(expected);
  });

  it('says how full a node has to be, and that a leaf ends with NULL', () => {
    const mt = tree();
    const [root, leaf] = viewNodes(mt);
    const w = mt.cache.words;
    const base = baseOf(leaf.ref);
    w.fill(0, pivotsAt(base) + 8, pivotsAt(base) + 30);
    w.fill(0, base + slotsAt(1) + 8, base + 64);
    w[base + 62] = 3;
    w[pivotsAt(base) + 6] = Number(root.pivots[0]);
    w[base + slotsAt(1) + 6] = 0;
    const where = found(mt);
    expect(where).toContainEqual(['occupancy', '/0']);
    expect(where).toContainEqual(['null-at-end', '/0']);
    expect(validate(mt).find((v) => v.invariant === 'occupancy')?.detail).toBe(
      '4 slots, at least 7 needed',
    );
  });
});

describe('dump', () => {
  it('shows a tree as a person reads it', () => {
    const mt = new MapleTree(3);
    mtree_store_range(mt, 0x1000, 0x1fff, 0x40, 'GFP_KERNEL');
    mtree_store_range(mt, 0x3000, 0x3fff, 15, 'GFP_KERNEL');
    expect(dump(mt)).toBe(
      [
        'maple tree, height 1, 1 node, gaps tracked, RCU',
        'leaf_64 0x0-0xffffffffffffffff, 5 slots',
        '  0x0-0xfff: -',
        '  0x1000-0x1fff: 0x40',
        '  0x2000-0x2fff: -',
        '  0x3000-0x3fff: v7',
        '  0x4000-0xffffffffffffffff: -',
        '',
      ].join('\n'),
    );
    expect(dump(new MapleTree())).toBe('maple tree, height 0, 0 nodes\nempty\n');
  });

  it('shows inner nodes with their largest gap', () => {
    const text = dump(tree(), 10);
    expect(text).toContain('arange_64 0-18446744073709551615, 3 slots, largest gap');
    expect(text.split('\n').filter((l) => l.startsWith('  leaf_64'))).toHaveLength(3);
  });
});
