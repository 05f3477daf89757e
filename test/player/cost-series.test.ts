import { describe, expect, it } from 'vitest';
import { costSeries } from '../../src/player/cost-series.js';

describe('the series of the cost plot', () => {
  it('are the simulated ones of the patch, and all 22 published figures', () => {
    const rows = [
      { vmas: 21, before: 112000, after: 114000 },
      { vmas: 821, before: 20000, after: 28000 },
    ];
    const series = costSeries({ extendedFrom: 821, rows });
    const of = (kind: string) => series.filter((s) => s.kind === kind);
    expect(of('simulated').map((s) => s.points.map((p) => p.forks))).toEqual([
      [112000, 20000],
      [114000, 28000],
    ]);
    expect(of('published').flatMap((s) => s.points)).toHaveLength(22);
    expect(of('published')[0].points[0]).toEqual({ vmas: 21, forks: 112100 });
  });
});
