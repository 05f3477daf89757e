import { describe, expect, it } from 'vitest';
import { checkPage, type Placement } from '../../src/report/checkrun.js';
import { checkVerdict } from '../../src/report/checkrun-verdict.js';
import { byteLength } from '../../src/report/markdown-text.js';
import { evidence, finding, lockFinding, patchReview } from './markdown-samples.js';

const reviewOf = (...findings: ReturnType<typeof finding>[]) => patchReview({ findings });
const unseen = [{ path: 'mm/big.c', reason: 'too large', matters: true }];

describe('checkVerdict', () => {
  it('is not green while a rule warns', () => {
    const costly = finding({ rule: 'fork-cost', severity: 'warning' });
    expect(checkVerdict({ review: reviewOf(finding(), costly), unseen: [] })).toEqual({
      conclusion: 'neutral',
      title: 'No problem found in 2 rules, 1 warning',
    });
  });

  it('fails for introduced errors only', () => {
    const holds = [finding(), finding({ rule: 'b' })];
    expect(checkVerdict({ review: reviewOf(lockFinding(), ...holds), unseen: [] })).toEqual({
      conclusion: 'failure',
      title: '1 problem introduced, 2 rules hold',
    });
    expect(
      checkVerdict({
        review: reviewOf(lockFinding({ severity: 'warning' }), ...holds),
        unseen: [],
      }),
    ).toEqual({
      conclusion: 'neutral',
      title: '1 problem introduced, 2 rules hold',
    });
  });

  it('is green when everything that changed was settled, and only then', () => {
    const second = finding({ rule: 'b' });
    expect(checkVerdict({ review: reviewOf(finding(), second), unseen: [] })).toEqual({
      conclusion: 'success',
      title: 'No problem found in 2 rules',
    });
    expect(checkVerdict({ review: reviewOf(finding(), second), unseen: unseen })).toEqual({
      conclusion: 'neutral',
      title: 'No problem found in 2 rules; 1 file not seen',
    });
    const existing = lockFinding({ change: 'existing', severity: 'warning' });
    expect(checkVerdict({ review: reviewOf(finding(), existing), unseen: [] })).toEqual({
      conclusion: 'success',
      title: 'No problem introduced, 1 existing, 1 rule holds',
    });
    expect(checkVerdict({ review: reviewOf(finding({ change: 'fixed' })), unseen: [] }).title).toBe(
      'No problem found in 1 rule, 1 fixed',
    );
  });

  it('never takes a limit, a vacuous pass or an unknown state before for a pass', () => {
    for (const verdict of ['bounded', 'vacuous', 'inconclusive'] as const) {
      const open = finding({ rule: 'b', verdict });
      expect(checkVerdict({ review: reviewOf(finding(), open), unseen: [] })).toEqual({
        conclusion: 'neutral',
        title: `Not settled: 1 of 2 rules (1 ${verdict})`,
      });
    }
    const unknown = lockFinding({ change: 'none' });
    expect(checkVerdict({ review: reviewOf(unknown), unseen: [] }).conclusion).toBe('neutral');
    expect(checkVerdict({ review: reviewOf(), unseen: [] })).toEqual({
      conclusion: 'neutral',
      title: 'Not analysed: no rule applies',
    });
  });

  it('is neutral with the reason when the patch was not reviewed', () => {
    const reason = 'dup_mmap() uses foo_guard(), which is not modelled';
    const titles = (['not-applicable', 'inconclusive', 'failed'] as const).map((status) =>
      checkVerdict({ review: patchReview({ status, reason, findings: [] }), unseen: [] }),
    );
    expect(titles).toEqual([
      { conclusion: 'neutral', title: `Not applicable: ${reason}` },
      { conclusion: 'neutral', title: `Not analysed: ${reason}` },
      { conclusion: 'neutral', title: `Review failed: ${reason}` },
    ]);
  });

  it('cuts a title at 255 characters', () => {
    const review = patchReview({ status: 'failed', reason: 'x'.repeat(400), findings: [] });
    const { title } = checkVerdict({ review: review, unseen: [] });
    expect(title).toHaveLength(255);
    expect(title.endsWith('…')).toBe(true);
  });
});

describe('checkPage', () => {
  it('shows what to act on, then what was explored', async () => {
    const outside = lockFinding({
      id: 'ffff000011112222',
      rule: 'fork-unwind',
      location: { path: 'mm/mmap.c', line: 3, side: 'RIGHT' },
    });
    const page = checkPage({
      review: patchReview({
        findings: [finding(), lockFinding(), outside],
        notes: ['Hunk 1 applies 2 lines lower.'],
      }),
      unseen,
      placements: new Map<string, Placement>([
        [lockFinding().id, 'commented'],
        [outside.id, 'outside-diff'],
      ]),
      notes: ['GitHub names no merge base.'],
    });
    const text = `${page.conclusion}: ${page.title}\n\n${page.summary}\n\n---\n\n${page.text}\n`;
    await expect(text).toMatchFileSnapshot('./markdown-checkrun.golden.md');
  });

  it('sheds sections visibly, never the verdict', () => {
    const bulky = Array.from({ length: 60 }, (_, i) =>
      lockFinding({
        id: i.toString(16).padStart(16, '0'),
        rule: `rule-${i}`,
        evidence: evidence({ notModelled: Array.from({ length: 200 }, (_, n) => `thing ${n}`) }),
      }),
    );
    const placements = new Map<string, Placement>(bulky.map((f) => [f.id, 'outside-diff']));
    const page = checkPage({
      review: patchReview({ findings: bulky }),
      unseen: [],
      placements,
      notes: [],
    });
    expect(byteLength(page.summary)).toBeLessThanOrEqual(65_535);
    expect(page.summary).toMatch(/^60 problems introduced\./);
    expect(page.summary).toMatch(/_\d+ parts left out: too long for one check run_/);
    const other = checkPage({
      review: patchReview({ findings: bulky }),
      unseen: [],
      placements: new Map(),
      notes: [],
    });
    expect(byteLength(other.text)).toBeLessThanOrEqual(65_535);
    expect(other.text).toMatch(/_\d+ parts left out/);
  });
});
