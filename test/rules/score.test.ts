import { describe, expect, it } from 'vitest';
import type { Label } from '../../src/cli/rules/labels.js';
import { pairsOf } from '../../src/cli/rules/score.js';
import type { Rule } from '../../src/judge/rule.js';
import type { Change, Finding, PatchReview, Verdict } from '../../src/judge/types.js';

const RULES = [
  { id: 'one', classes: [1] },
  { id: 'two', classes: [2, 3] },
] as Rule[];

const finding = (rule: string, verdict: Verdict, change: Change = 'none') =>
  ({
    rule,
    classes: RULES.find((r) => r.id === rule)!.classes,
    verdict,
    change,
    message: `${rule} ${verdict}`,
  }) as Finding;

const review = (findings: Finding[], status: PatchReview['status'] = 'reviewed') =>
  ({ status, reason: status, findings }) as PatchReview;

/** `class outcome rules` of each pair. */
const pairs = (expect: Label['expect'], classes: number[], r: PatchReview): string[] =>
  pairsOf({ file: 'x', classes, expect }, [r], RULES).map((p) =>
    `${p.class} ${p.outcome} ${p.rules.join(',')}`.trim(),
  );

const broken = (rule: string, change: Change) => finding(rule, 'violated', change);

describe('pairs of a file and a class', () => {
  it('that must be introduced are caught, missed, or nobody knows', () => {
    const r = review([broken('one', 'introduced'), finding('two', 'holds')]);
    expect(pairs('introduced', [1, 2], r)).toEqual(['1 caught one', '2 missed two']);
    expect(pairs('introduced', [9], review([]))).toEqual(['9 missed']);
    for (const verdict of ['inconclusive', 'bounded', 'vacuous'] as const)
      expect(pairs('introduced', [1], review([finding('one', verdict)]))).toEqual([
        '1 inconclusive one',
      ]);
    expect(pairs('introduced', [1], review([], 'failed'))).toEqual(['1 inconclusive one']);
    expect(pairs('introduced', [1], review([broken('one', 'existing')]))).toEqual(['1 missed one']);
    // it fails, and nobody knows whether it did before
    expect(pairs('introduced', [1], review([broken('one', 'none')]))).toEqual([
      '1 inconclusive one',
    ]);
  });

  it('are noise where something else is called introduced', () => {
    const r = review([broken('two', 'introduced')]);
    expect(pairs('introduced', [1], r)).toEqual(['1 missed one', '2 noise two']);
    expect(pairs('introduced', [3], r)).toEqual(['3 caught two']);
    expect(pairs('quiet', [], r)).toEqual(['2 noise two']);
    expect(pairs('fixed', [2], r)).toEqual(['2 missed two', '2 noise two']);
    expect(pairs('any', [2], r)).toEqual([]);
  });

  it('that must be fixed are, or a rule has to come to a verdict', () => {
    const fixed = finding('one', 'holds', 'fixed');
    expect(pairs('fixed', [1], review([fixed]))).toEqual(['1 caught one']);
    expect(pairs('one holds', [], review([finding('one', 'holds')]))).toEqual(['1 caught one']);
    expect(pairs('one holds', [], review([finding('one', 'vacuous')]))).toEqual([
      '1 inconclusive one',
    ]);
    expect(pairs('one holds', [], review([broken('one', 'existing')]))).toEqual(['1 missed one']);
  });

  it('of a quiet file are open where a rule, or the review, came to no end', () => {
    expect(pairs('quiet', [], review([finding('one', 'holds')]))).toEqual([]);
    expect(pairs('quiet', [], review([finding('two', 'bounded')]))).toEqual(['2 inconclusive two']);
    expect(pairs('quiet', [], review([], 'inconclusive'))).toEqual(['0 inconclusive']);
    expect(pairs('quiet', [], review([], 'not-applicable'))).toEqual([]);
  });
});
