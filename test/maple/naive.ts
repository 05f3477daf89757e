import {
  type Entry,
  MA_STATE,
  type MapleTree,
  mas_find,
  ULONG_MAX,
  type Ulong,
  validate,
} from '../../src/sim/maple/index.js';

export interface Range {
  first: bigint;
  last: bigint;
  entry: Entry;
}

/** The oracle: a sorted list of ranges that do not overlap. */
export class NaiveMap {
  ranges: Range[] = [];

  store(first: bigint, last: bigint, entry: Entry): void {
    const kept: Range[] = [];
    for (const r of this.ranges) {
      if (r.last < first || r.first > last) {
        kept.push(r);
        continue;
      }
      if (r.first < first) kept.push({ ...r, last: first - 1n });
      if (r.last > last) kept.push({ ...r, first: last + 1n });
    }
    if (entry !== 0) kept.push({ first, last, entry });
    this.ranges = kept.sort((a, b) => (a.first < b.first ? -1 : 1));
  }

  at(index: bigint): Range | undefined {
    return this.ranges.find((r) => r.first <= index && index <= r.last);
  }

  erase(index: bigint): Entry {
    const hit = this.at(index);
    this.ranges = this.ranges.filter((r) => r !== hit);
    return hit?.entry ?? 0;
  }

  /** Free ranges within [min, max], in order. */
  free(min: bigint, max: bigint): [bigint, bigint][] {
    const out: [bigint, bigint][] = [];
    let at = min;
    for (const r of this.ranges) {
      if (r.last < at || r.first > max) continue;
      if (r.first > at) out.push([at, r.first - 1n]);
      at = r.last + 1n;
    }
    if (at <= max) out.push([at, max]);
    return out;
  }
}

/** What the tree maps, read through the iterator. */
export function content(mt: MapleTree): Range[] {
  const out: Range[] = [];
  const mas = MA_STATE(mt, 0);
  for (let entry = mas_find(mas, ULONG_MAX); entry !== 0; entry = mas_find(mas, ULONG_MAX)) {
    out.push({ first: BigInt(mas.index), last: BigInt(mas.last), entry });
  }
  return out;
}

/** The broken invariants as text; empty for a valid tree. */
export function broken(mt: MapleTree): string {
  return validate(mt)
    .map((v) => `${v.invariant} at ${v.where}: ${v.detail}`)
    .join('\n');
}

/** As the library wants it: a number while that is exact. */
export function index(v: bigint): Ulong {
  return v <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(v) : v;
}
