/** Showing a tree: node by node for programs, and indented text for people. */
import { baseOf, gapsAt, hasGaps, isLeaf, maple_leaf_64, typeOf } from './layout.js';
import { dataEnd, pivotHi, pivotLo, slotValue } from './node.js';
import {
  type Entry,
  type MapleTree,
  mt_attr,
  mt_height,
  XA_ZERO_ENTRY,
  xa_is_value,
  xa_to_value,
} from './tree.js';
import { incHi, incLo, type Ulong, ulong } from './u64.js';

/** One node as met on the way down from the root, parents before children. */
export interface NodeView {
  ref: number;
  /** 0 at the root. */
  depth: number;
  /** 0 in leaves. */
  level: number;
  type: 'leaf_64' | 'range_64' | 'arange_64';
  min: Ulong;
  max: Ulong;
  /** Last slot with data. */
  end: number;
  /** End of the range of each slot; the last is `max`. */
  pivots: Ulong[];
  /** Entries, in a leaf. */
  values: Entry[];
  /** Largest gap below each slot, in an arange_64. */
  gaps: Ulong[];
  /** Slot of the largest gap, in an arange_64. */
  metagap: number;
}

const TYPES = ['dense', 'leaf_64', 'range_64', 'arange_64'] as const;

/** All nodes of the tree, depth first, parents before children; none when the root is no node. */
export function viewNodes(mt: MapleTree): NodeView[] {
  const out: NodeView[] = [];
  if (mt.rootIsNode) view(mt, mt.ma_root, 0, 0, 0, -1, -1, out);
  return out;
}

function view(
  mt: MapleTree,
  ref: number,
  depth: number,
  minH: number,
  minL: number,
  maxH: number,
  maxL: number,
  out: NodeView[],
): void {
  const w = mt.cache.words;
  const base = baseOf(ref);
  const type = typeOf(ref);
  const end = dataEnd(w, base, type, maxH, maxL);
  const node: NodeView = {
    ref,
    depth,
    level: mt_height(mt) - 1 - depth,
    type: TYPES[type] as NodeView['type'],
    min: ulong(minH, minL),
    max: ulong(maxH, maxL),
    end,
    pivots: [],
    values: [],
    gaps: [],
    metagap: hasGaps(type) ? (w[base + 60] >> 8) & 0xff : 0,
  };
  out.push(node);
  let lowH = minH;
  let lowL = minL;
  for (let i = 0; i <= end; i++) {
    const h = i === end ? maxH : pivotHi(w, base, type, i, maxH);
    const l = i === end ? maxL : pivotLo(w, base, type, i, maxL);
    node.pivots.push(ulong(h, l));
    const value = slotValue(w, base, type, i);
    if (type === maple_leaf_64) node.values.push(value);
    if (hasGaps(type)) node.gaps.push(ulong(w[gapsAt(base) + 2 * i + 1], w[gapsAt(base) + 2 * i]));
    if (!isLeaf(ref) && depth < 31) view(mt, value, depth + 1, lowH, lowL, h, l, out);
    lowH = incHi(h, l);
    lowL = incLo(l);
  }
}

/** An entry as people read it: `-` NULL, `Z` the zero entry, `v7` a value, `0x..` a pointer. */
export function entryText(entry: Entry): string {
  if (entry === 0) return '-';
  if (entry === XA_ZERO_ENTRY) return 'Z';
  return xa_is_value(entry) ? `v${xa_to_value(entry)}` : `0x${entry.toString(16)}`;
}

function size(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}

function header(mt: MapleTree, nodes: number): string {
  const attr = mt_attr(mt);
  const flags = [attr & 1 ? 'gaps tracked' : '', attr & 2 ? 'RCU' : ''].filter(Boolean).join(', ');
  return `maple tree, height ${mt_height(mt)}, ${size(nodes, 'node')}${flags && `, ${flags}`}`;
}

/**
 * The tree as indented text, one line per node and one per slot of a leaf, ranges inclusive, in hexadecimal unless
 * `radix` is 10. `text` shows entries.
 */
export function dump(
  mt: MapleTree,
  radix: 10 | 16 = 16,
  text: (entry: Entry) => string = entryText,
): string {
  const num = (v: Ulong): string => (radix === 16 ? `0x${v.toString(16)}` : v.toString());
  const nodes = viewNodes(mt);
  const lines = [header(mt, nodes.length)];
  if (!mt.rootIsNode) lines.push(mt.ma_root === 0 ? 'empty' : `0: ${text(mt.ma_root)}`);
  for (const node of nodes) {
    const pad = '  '.repeat(node.depth);
    const gap = node.gaps.length
      ? `, largest gap ${num(node.gaps[node.metagap])} in slot ${node.metagap}`
      : '';
    lines.push(
      `${pad}${node.type} ${num(node.min)}-${num(node.max)}, ${size(node.end + 1, 'slot')}${gap}`,
    );
    node.values.forEach((entry, i) => {
      const low = i === 0 ? node.min : BigInt(node.pivots[i - 1]) + 1n;
      lines.push(`${pad}  ${num(low)}-${num(node.pivots[i])}: ${text(entry)}`);
    });
  }
  return `${lines.join('\n')}\n`;
}
