import type { Layout } from './layout.js';
import type { ForkCounts } from './run.js';

/** Prices in ns. */
export interface Prices {
  /** One fork() and what the child does until it is gone, apart from its VMAs. */
  fork: number;
  /** One unit of work (`work.ts`). */
  work: number;
  /** One slot of a maple tree node written. */
  slot: number;
}

/**
 * Prices of the machine that the published figures come from, fitted to all 22 of them by minimax (`fit.ts`; a test
 * does it again). One set for both algorithms and all sizes; how the VMAs lay there is not known, so there is one for
 * each layout.
 */
export const PRICES: Readonly<Record<Layout, Prices>> = {
  adjacent: { fork: 78372.54, work: 3.10271, slot: 44.24549 },
  gapped: { fork: 78814.18, work: 3.129743, slot: 27.97259 },
  mixed: { fork: 79017.89, work: 3.118145, slot: 34.29926 },
};

/** Modelled time of a fork in ns. */
export function timeOf(c: Pick<ForkCounts, 'work' | 'slots'>, p: Prices): number {
  return p.fork + p.work * c.work + p.slot * c.slots;
}

/** fork() calls in ten seconds. */
export const rateOf = (nanoseconds: number): number => 1e10 / nanoseconds;
