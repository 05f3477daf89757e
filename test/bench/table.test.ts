import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArgs } from './args.js';
import { type Case, casesFor } from './cases.js';
import { goals, marks } from './goals.js';
import { hottest } from './profile.js';
import { type Row, wrongVerdicts } from './row.js';
import { median, medians } from './stats.js';
import { goalLines, LEGEND, processorLine, residentLine, tableHead, tableRow } from './table.js';

const SEED = 20240611;

const correct = casesFor({ quick: true, kernel: false })[0];

function row(
  o: {
    wall?: number;
    kept?: number;
    resident?: number;
    total?: number;
    pan?: number;
    c?: Partial<Case>;
  } = {},
): Row {
  const c = { ...correct, ...o.c };
  const ours = { verdict: c.ours, property: c.because[0] ?? null, wall: o.wall ?? 0.4, cpu: 0.5 };
  const counts = { states: 13_000, failing: 0, megabytes: 70, shared: 0, steps: 0 };
  return {
    case: c,
    mode: c.modes[0],
    ours: { ...ours, ...counts } as Row['ours'],
    kept: { ...ours, ...counts, wall: o.kept ?? ours.wall } as Row['kept'],
    fresh: { ...ours, ...counts, wall: 0.3 } as unknown as Row['fresh'],
    resident: { ...ours, ...counts, wall: o.resident ?? 0.1 } as unknown as Row['resident'],
    spin: {
      verdict: c.spin!,
      total: o.total ?? 4,
      pan: o.pan ?? 0.5,
      cpu: 3,
      ...counts,
      states: 601_499,
    },
  };
}

describe('medians', () => {
  it('is the value that half of the others do not exceed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (xs) => {
        const m = median(xs);
        expect(xs.filter((x) => x <= m).length * 2).toBeGreaterThanOrEqual(xs.length);
        expect(xs.filter((x) => x >= m).length * 2).toBeGreaterThanOrEqual(xs.length);
      }),
      { seed: SEED },
    );
    expect(median([])).toBeNaN();
  });

  it('takes each number by itself, also below, and keeps the rest', () => {
    const runs = [3, 1, 2].map((x) => ({ wall: x, verdict: 'holds', at: { done: 10 * x } }));
    expect(medians(runs)).toEqual({ wall: 2, verdict: 'holds', at: { done: 20 } });
  });
});

describe('goals', () => {
  it('are met by a fast run and missed one by one', () => {
    expect(marks(row())).toBe('ok');
    expect(marks(row({ wall: 0.9, pan: 1 }))).toBe('T');
    expect(marks(row({ wall: 0.6 }))).toBe('P');
    expect(marks(row({ wall: 0.6, kept: 0.4 }))).toBe('ok');
    expect(marks(row({ resident: 0.5 }))).toBe('R');
    expect(marks(row({ wall: 0.6, resident: 0.6 }))).toBe('PR');
    expect(marks(row({ wall: 2.5, total: 20, pan: 9, c: { within: 2 } }))).toBe('W');
  });

  it('name the rows that miss them', () => {
    const lines = goalLines(goals([row(), row({ wall: 1 })]));
    expect(lines).toContain("MISS  T  at most 1/5 of SPIN's total (1 of 2)");
    expect(lines).toContain('        2 2x1 correct, all: 0.25');
  });

  it('count processes and what runs already apart against pan alone', () => {
    const lines = goalLines(goals([row({ kept: 0.6 }), row({ kept: 0.7, resident: 0.8 })]));
    expect(lines).toContain(
      'MISS  P  a process with the program kept, less than pan alone (0 of 2)',
    );
    expect(lines).toContain('MISS  R  a process that runs already, less than pan alone (1 of 2)');
    expect(lines).toContain('        2 2x1 correct, all: 0.80 s, pan 0.50 s');
  });

  it('compare the growth of states between the smallest and the largest K', () => {
    const large = row({ c: { vmas: 4 } });
    large.ours.states *= 8;
    large.spin!.states *= 7;
    const miss = goals([row(), large]).find((g) => g.name.startsWith('G'));
    expect(miss?.missed).toEqual(['x8.00 from K=2 to 4, SPIN x7.00']);
  });
});

describe('verdicts', () => {
  it('must be as expected, for the right reason', () => {
    expect(wrongVerdicts(row())).toEqual([]);
    const bad = casesFor({ quick: true, kernel: false }).find((c) => c.mutant === 3)!;
    expect(wrongVerdicts(row({ c: bad }))).toEqual([]);
    const other = row({ c: bad });
    for (const of of ['ours', 'kept', 'fresh', 'resident'] as const)
      other[of].property = 'deadlock';
    expect(wrongVerdicts(other)).toEqual([
      '2 2x1 3 does not lock, first: violated because of deadlock, expected lost-write',
    ]);
    const silent = row({ c: bad });
    silent.ours.verdict = 'bounded';
    expect(wrongVerdicts(silent)[0]).toContain('forklore says bounded, expected violated');
  });

  it('must not depend on what the process has done before', () => {
    const other = row();
    other.resident.states++;
    other.fresh.verdict = 'violated';
    expect(wrongVerdicts(other)).toEqual([
      '2 2x1 correct, all: fresh says violated, 13000 states, 0 failing, steps 0 of 0, from the sources holds, 13000 states, 0 failing, steps 0 of 0',
      '2 2x1 correct, all: resident says holds, 13001 states, 0 failing, steps 0 of 0, from the sources holds, 13000 states, 0 failing, steps 0 of 0',
    ]);
  });

  it('expect more of forklore than of fork.pml where one thread is enough', () => {
    const better = casesFor({ quick: true, kernel: false }).filter((c) => c.spin !== c.ours);
    expect(better.map((c) => [c.mutant, c.threads])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [9, 1],
    ]);
  });
});

describe('output', () => {
  it('fits into 120 columns', () => {
    const rows = casesFor({ quick: false, kernel: true }).map((c) => tableRow(row({ c })));
    const all = [tableHead(), ...rows, ...LEGEND.split('\n')];
    expect(all.filter((l) => l.length > 120)).toEqual([]);
  });

  it('says what stands behind the columns of processes that run already', () => {
    const rows = [row({ resident: 0.1 }), row({ resident: 0.2 }), row({ resident: 0.04 })];
    expect(residentLine(rows, { before: 26, megabytes: 198.7 })).toBe(
      'processes that run already: median of all rows 0.300 s as the first question, 0.100 s after 26 others or more; 199 MB after all',
    );
  });

  it('sums processor time over the rows that both answered', () => {
    const alone = { ...row(), spin: null };
    expect(processorLine([row(), row(), alone])).toBe(
      'processor time of 2 rows: ours 1.0 s, SPIN 6.0 s, part 0.17',
    );
    expect(processorLine([alone])).toBe('no processor times of SPIN');
  });

  it('reads its arguments and refuses others', () => {
    expect(parseArgs(['--runs', '5', '--quick', '--json', 'x'])).toEqual({
      runs: 5,
      quick: true,
      alone: false,
      profile: false,
      json: 'x',
    });
    expect(() => parseArgs(['--runs', '0'])).toThrow(/whole number/);
    expect(() => parseArgs(['--fast'])).toThrow(/unknown argument --fast/);
  });

  it('adds up a profile by function, without idle time', () => {
    const frame = (functionName: string) => ({ functionName, url: '/x/a/b.js', lineNumber: 9 });
    const profile = {
      nodes: [
        { id: 1, callFrame: frame('f') },
        { id: 2, callFrame: frame('g') },
        { id: 3, callFrame: frame('f') },
        { id: 4, callFrame: { functionName: '(idle)', url: '', lineNumber: -1 } },
      ],
      samples: [1, 2, 3, 4],
      timeDeltas: [1000, 3000, 4000, 90_000],
    };
    expect(hottest(profile, 1)).toEqual([{ name: 'f a/b.js:10', self: 5, part: 5 / 8 }]);
  });
});
