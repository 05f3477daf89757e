/** The trace format's views of a tree: one line per node, the summary line, the raw arrays. */

import { type NodeView, viewNodes } from '../dump.js';
import {
  baseOf,
  gapsAt,
  hasGaps,
  pivotCount,
  pivotsAt,
  slotCount,
  slotsAt,
  typeOf,
} from '../layout.js';
import { readEntry } from '../node.js';
import { type Entry, type MapleTree, mt_attr, mt_height } from '../tree.js';
import { decimal } from '../u64.js';

/** Hexadecimal SHA-256 of a text; passed in because this library imports nothing. */
export type Sha256 = (text: string) => string;
/** How an entry is written. */
export type ShowEntry = (entry: Entry) => string;

function nodeLine(node: NodeView, show: ShowEntry, meta: boolean): string {
  const parts = [
    `node depth=${node.depth} level=${node.level} type=${node.type} min=${node.min} max=${node.max}`,
    `end=${node.end} pivots=${node.pivots.join(',')}`,
  ];
  if (node.values.length) parts.push(`values=${node.values.map(show).join(',')}`);
  if (node.gaps.length) parts.push(`gaps=${node.gaps.join(',')}`);
  if (node.gaps.length && meta) parts.push(`metagap=${node.metagap}`);
  return parts.join(' ');
}

function lines(mt: MapleTree, nodes: NodeView[], show: ShowEntry, meta: boolean): string[] {
  return mt.rootIsNode ? nodes.map((n) => nodeLine(n, show, meta)) : [`root ${show(mt.ma_root)}`];
}

/** The node lines of `dump`, without indentation. */
export function dumpLines(mt: MapleTree, show: ShowEntry): string[] {
  return lines(mt, viewNodes(mt), show, true);
}

function histogram(counts: Map<string | number, number>): string {
  return counts.size ? [...counts].map(([key, n]) => `${key}:${n}`).join(',') : '-';
}

function occupancy(nodes: NodeView[]): string {
  const counts = new Map<number, number>();
  for (const node of nodes) counts.set(node.end + 1, (counts.get(node.end + 1) ?? 0) + 1);
  return histogram(new Map([...counts].sort((a, b) => a[0] - b[0])));
}

/** The summary of `sum` and `dump`: shape, occupancy and the hashes of the node lines. */
export function summary(mt: MapleTree, show: ShowEntry, sha256: Sha256): string {
  const nodes = viewNodes(mt);
  const leaves = nodes.filter((n) => n.level === 0);
  const inner = nodes.filter((n) => n.level > 0);
  const types = new Map<string, number>();
  for (const name of ['leaf_64', 'range_64', 'arange_64']) {
    const n = nodes.filter((node) => node.type === name).length;
    if (n) types.set(name, n);
  }
  const depths: number[] = [];
  for (const node of nodes) depths[node.depth] = (depths[node.depth] ?? 0) + 1;
  let entries = mt.rootIsNode || mt.ma_root === 0 ? 0 : 1;
  for (const leaf of leaves) entries += leaf.values.filter((v) => v !== 0).length;
  const hash = (meta: boolean): string =>
    sha256(
      lines(mt, nodes, show, meta)
        .map((l) => `${l}\n`)
        .join(''),
    );
  return [
    `root=${mt.rootIsNode ? 'node' : mt.ma_root === 0 ? 'null' : 'entry'}`,
    `height=${mt_height(mt)} attr=${mt_attr(mt)} nodes=${nodes.length} entries=${entries}`,
    `slots=${nodes.reduce((sum, n) => sum + n.end + 1, 0)} types=${histogram(types)}`,
    `bydepth=${depths.join(',') || '-'} leafocc=${occupancy(leaves)} intocc=${occupancy(inner)}`,
    `sha256=${hash(false)} sha256_meta=${hash(true)}`,
  ].join(' ');
}

/** The node lines of `rawdump`: whole arrays, whatever the end of the data; none when the root is no node. */
export function rawLines(mt: MapleTree, show: ShowEntry): string[] {
  const w = mt.cache.words;
  return viewNodes(mt).map((node) => rawLine(w, node, show));
}

function rawLine(w: Int32Array, node: NodeView, show: ShowEntry): string {
  const base = baseOf(node.ref);
  const type = typeOf(node.ref);
  const at = (word: number, n: number): string[] =>
    Array.from({ length: n }, (_, i) =>
      decimal(w[base + word + 2 * i + 1], w[base + word + 2 * i]),
    );
  const head = `raw ${node.type} end=${node.end} rawpivots=${at(pivotsAt(0), pivotCount(type)).join(',')}`;
  const slots = Array.from({ length: slotCount(type) }, (_, i) =>
    readEntry(w, base + slotsAt(type) + 2 * i),
  );
  if (node.level > 0) {
    const nonNull = `${head} rawslots_nonnull=${slots.filter((s) => s !== 0).length}`;
    if (!hasGaps(type)) return nonNull;
    const meta = w[base + 60];
    return `${nonNull} rawgaps=${at(gapsAt(0), 10).join(',')} meta.end=${meta & 0xff} meta.gap=${(meta >> 8) & 0xff}`;
  }
  const texts = slots.slice(0, 15).map(show);
  const meta = w[base + 62];
  if (node.end === 15) texts.push(show(slots[15]));
  else if (node.end === 14) texts.push('?');
  else texts.push(`meta(end=${meta & 0xff},gap=${(meta >> 8) & 0xff})`);
  return `${head} rawslots=${texts.join(',')}`;
}
