import type { Program } from '../program.js';
import type { Layout } from './layout.js';
import { PRICES, type Prices, rateOf, timeOf } from './price.js';
import { type Algorithm, published } from './published.js';
import { countFork, type ForkCounts } from './run.js';

/** A program whose cost is simulated. */
export interface Candidate {
  /** `bulk`, `duplication`, `tree`. */
  name: string;
  /** Where it comes from: `skeleton 6.7`, a folder. */
  source: string;
  program: Program;
  entry: string;
  rcuTrees: boolean;
  /** One of the two that the published figures are about. */
  measured: boolean;
}

export interface CostRow {
  vmas: number;
  program: string;
  algorithm: Algorithm;
  nodes: number;
  words: number;
  slots: number;
  work: number;
  microseconds: number;
  forksPerTenSeconds: number;
  /** null for a number of VMAs that was not measured. */
  published: number | null;
  errorPercent: number | null;
}

/** By how much the second program is faster than the first. */
export interface GainRow {
  vmas: number;
  simulatedPercent: number;
  publishedPercent: number | null;
}

export interface CostTable {
  layout: Layout;
  prices: Prices;
  programs: { name: string; source: string }[];
  rows: CostRow[];
  gains: GainRow[];
  /** Largest error of the published programs against their figures; null when no size was measured. */
  maxErrorPercent: number | null;
  /** Functions taken to do nothing and to succeed. */
  assumed: string[];
}

const percent = (x: number): number => Math.round(x * 10000) / 100;
const digits = (x: number, n: number): number => Math.round(x * 10 ** n) / 10 ** n;

function rowOf(c: Candidate, counts: ForkCounts, prices: Prices): CostRow {
  const time = timeOf(counts, prices);
  const algorithm: Algorithm = counts.duplicated ? 'duplication' : 'bulk';
  const measured = published(counts.vmas, algorithm);
  const { vmas, nodes, words, slots, work } = counts;
  return {
    vmas,
    program: c.name,
    algorithm,
    nodes,
    words,
    slots,
    work,
    microseconds: digits(time / 1000, 3),
    forksPerTenSeconds: digits(rateOf(time), 1),
    published: measured,
    errorPercent: measured === null ? null : percent(rateOf(time) / measured - 1),
  };
}

function gainsOf(rows: readonly CostRow[], sizes: readonly number[]): GainRow[] {
  return sizes.map((vmas) => {
    const [from, to] = rows.filter((r) => r.vmas === vmas);
    const known = from.published !== null && to.published !== null;
    return {
      vmas,
      simulatedPercent: percent(from.microseconds / to.microseconds - 1),
      publishedPercent: known ? percent(to.published! / from.published! - 1) : null,
    };
  });
}

/**
 * Runs every candidate at every size and prices what it counted. `gains` compares the first two.
 * @throws input error when a program does not get through.
 */
export function costTable(
  candidates: readonly Candidate[],
  sizes: readonly number[],
  layout: Layout,
): CostTable {
  const prices = PRICES[layout];
  const assumed = new Set<string>();
  const rows = sizes.flatMap((vmas) =>
    candidates.map((c) => {
      const { program, entry, rcuTrees } = c;
      const counts = countFork({ program, entry, vmas, layout, rcuTrees });
      for (const name of counts.unknown) assumed.add(name);
      return rowOf(c, counts, prices);
    }),
  );
  const measured = new Set(candidates.filter((c) => c.measured).map((c) => c.name));
  const errors = rows.flatMap((r) =>
    r.errorPercent === null || !measured.has(r.program) ? [] : [Math.abs(r.errorPercent)],
  );
  return {
    layout,
    prices,
    programs: candidates.map(({ name, source }) => ({ name, source })),
    rows,
    gains: candidates.length > 1 ? gainsOf(rows, sizes) : [],
    maxErrorPercent: errors.length ? Math.max(...errors) : null,
    assumed: [...assumed],
  };
}
