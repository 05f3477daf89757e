/**
 * Maple tree: ns per entry of a bulk load and of `__mt_dup` with every entry replaced, as fork does. Medians, after a
 * warm-up, beside the figures of the kernel's C code (6.12 in user space) where they are known.
 */
import {
  __mt_destroy,
  __mt_dup,
  MapleTree,
  MaState,
  mas_destroy,
  mas_expected_entries,
  mas_find,
  mas_store,
  NodeCache,
  ULONG_MAX,
} from '../../src/sim/maple/index.js';

const SIZES = [21, 121, 221, 421, 821, 1621, 3221, 6421, 12821, 25621, 51221];
const PAGE = 4096;
/** ns per entry of the C code: bulk, dup + replace; adjacent and gapped. */
const C_CODE: Record<number, Record<Layout, [number, number]>> = {
  21: { adjacent: [72, 35], gapped: [120, 37] },
  51221: { adjacent: [173, 34], gapped: [266, 54] },
};
const ENTRIES_PER_SIZE = 1_000_000;

type Layout = 'adjacent' | 'gapped';

/** First and last index of `n` areas of 1 to 16 pages. */
function areas(n: number, layout: Layout): [Float64Array, Float64Array] {
  const first = new Float64Array(n);
  const last = new Float64Array(n);
  let at = 1024 * PAGE;
  for (let i = 0; i < n; i++) {
    if (layout === 'gapped') at += PAGE * (1 + (i % 5));
    first[i] = at;
    at += PAGE * (1 + ((i * 7) % 16));
    last[i] = at - 1;
  }
  return [first, last];
}

function bulk(mt: MapleTree, first: Float64Array, last: Float64Array): void {
  const mas = new MaState(mt);
  mas_expected_entries(mas, first.length);
  for (let i = 0; i < first.length; i++) {
    mas.index = first[i];
    mas.last = last[i];
    mas_store(mas, 8 * (i + 1));
  }
  mas_destroy(mas);
}

function dupReplace(mt: MapleTree, copy: MapleTree): void {
  __mt_dup(mt, copy, 'GFP_KERNEL');
  const mas = new MaState(copy);
  for (let entry = mas_find(mas, ULONG_MAX); entry !== 0; entry = mas_find(mas, ULONG_MAX))
    mas_store(mas, entry + 4);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** Processor time of the process in ns: other processes on the machine do not count. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** Entries that one sample stores at least, so that the clock's step is small against it. */
const SAMPLE = 20_000;

/** Median ns per entry: [bulk, dup + replace]. */
function measure(n: number, layout: Layout): [number, number] {
  const [first, last] = areas(n, layout);
  const cache = new NodeCache();
  const bulks: number[] = [];
  const dups: number[] = [];
  const trees = Math.ceil(SAMPLE / n);
  const rounds = Math.max(9, Math.ceil(ENTRIES_PER_SIZE / (n * trees)));
  for (let i = 0; i < rounds; i++) {
    const made = Array.from({ length: trees }, () => new MapleTree(1, cache));
    const copies = made.map(() => new MapleTree(1, cache));
    const t0 = cpu();
    for (const mt of made) bulk(mt, first, last);
    const t1 = cpu();
    made.forEach((mt, k) => {
      dupReplace(mt, copies[k]);
    });
    const t2 = cpu();
    bulks.push((t1 - t0) / (n * trees));
    dups.push((t2 - t1) / (n * trees));
    for (const mt of [...made, ...copies]) __mt_destroy(mt);
  }
  return [median(bulks), median(dups)];
}

function cell(ns: number, c: number | undefined): string {
  const text = ns.toFixed(0).padStart(6);
  return c === undefined ? text.padEnd(22) : `${text} (C ${c}: ${(ns / c).toFixed(1)}x)`.padEnd(22);
}

function main(): void {
  for (const layout of ['adjacent', 'gapped'] as const) measure(421, layout);
  process.stdout.write(
    'ns of processor time per entry, median\nlayout    entries  bulk                  dup + replace\n',
  );
  for (const layout of ['adjacent', 'gapped'] as const) {
    for (const n of SIZES) {
      const [b, d] = measure(n, layout);
      const c = C_CODE[n]?.[layout];
      const line = `${layout.padEnd(9)} ${String(n).padStart(7)}  ${cell(b, c?.[0])}${cell(d, c?.[1])}`;
      process.stdout.write(`${line.trimEnd()}\n`);
    }
  }
}

main();
