import { PUBLISHED } from '../sim/cost/published.js';

/** Simulated fork() calls in ten seconds, before and after a patch. */
export interface CostRows {
  /** Larger sizes were extended from the counts up to this one. */
  extendedFrom: number;
  rows: readonly { vmas: number; before: number; after: number }[];
}

/** One line of the plot of fork costs: `published` figures are drawn as marks, `simulated` ones as lines. */
export interface CostSeries {
  name: string;
  kind: 'published' | 'simulated';
  points: { vmas: number; forks: number }[];
}

/** A patch's simulated costs beside what was published of the two ways to fill the child's tree. */
export function costSeries({ rows }: CostRows): CostSeries[] {
  const simulated = (name: string, of: 'before' | 'after'): CostSeries => ({
    name,
    kind: 'simulated',
    points: rows.map((r) => ({ vmas: r.vmas, forks: r[of] })),
  });
  const published = (name: string, of: 'bulk' | 'duplication'): CostSeries => ({
    name,
    kind: 'published',
    points: PUBLISHED.map((p) => ({ vmas: p.vmas, forks: p[of] })),
  });
  return [
    simulated('before the patch, simulated', 'before'),
    simulated('after the patch, simulated', 'after'),
    published('bulk store, published', 'bulk'),
    published('__mt_dup(), published', 'duplication'),
  ];
}
