import { describe, expect, it } from 'vitest';
import type { Finding, Review } from '../../src/judge/types.js';
import { renderText } from '../../src/report/text.js';

const finding = (
  severity: 'note' | 'warning',
  rows: [number, number, number | null][],
): Finding => ({
  id: '0123456789abcdef',
  rule: 'fork-cost',
  verdict: 'holds',
  change: 'none',
  severity,
  location: { path: 'kernel/fork.c', line: 7, side: 'RIGHT' },
  subject: 'flush_tlb_mm(parent)',
  message: 'fork() is slower.',
  evidence: {
    model: '6.12',
    scenario: { layout: 'adjacent' },
    executions: 0,
    states: 0,
    failing: 0,
    exhausted: true,
    bound: { vmas: 821 },
    mutants: { tried: 0, caught: 0 },
    assumptions: [],
    notModelled: [],
    counterfactual: null,
    counterexample: null,
    cost: {
      layout: 'adjacent',
      extendedFrom: 821,
      rows: rows.map(([vmas, changePercent, claimedPercent]) => ({
        vmas,
        before: 1000,
        after: 900,
        changePercent,
        claimedPercent,
      })),
    },
  },
});

const textOf = (f: Finding): string => {
  const review: Review = {
    schema: 'forklore.review/1',
    tool: { name: 'forklore', version: '0' },
    patches: [
      {
        subject: 'fork: x',
        messageId: null,
        kind: 'patch',
        status: 'reviewed',
        reason: '',
        files: [],
        findings: [f],
      },
    ],
  };
  return renderText(review);
};

describe('the cost of a patch, for the terminal', () => {
  it('is a warning with its rows, and never says violated', () => {
    const text = textOf(
      finding('warning', [
        [21, -1, 5],
        [6421, -10, null],
      ]),
    );
    expect(text).toMatch(/^warning +fork-cost +kernel\/fork\.c:7/m);
    expect(text).toMatch(/^ +VMAs +before +after +change +claimed$/m);
    expect(text).toMatch(/^ +21 +1000 +900 +-1\.00 % +\+5\.00 %$/m);
    expect(text).toMatch(/^ +~6421 +1000 +900 +-10\.00 %$/m);
    expect(text).not.toMatch(/VIOLATED|states|undefined/);
  });

  it('has no rows where nothing changes and nothing is claimed', () => {
    const text = textOf(finding('note', [[21, 0, null]]));
    expect(text).toMatch(/^holds +fork-cost/m);
    expect(text).not.toMatch(/VMAs|states|undefined/);
  });
});
