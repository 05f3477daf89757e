import { afterEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/judge/types.js';
import { finding } from '../report/markdown-samples.js';
import { ADDED_LINE, introducedAt } from './fake-review.js';
import { Story } from './story.js';

let story: Story;

afterEach(async () => {
  await story.end();
  expect(story.hub.refused).toEqual([]);
});

const HOLDS = finding();
const LOCK = introducedAt(ADDED_LINE, { evidence: short() });
const LOCK_ID = LOCK.id.slice(0, 4);
/** The same rule, broken by another statement. */
const OTHER = introducedAt(15, {
  subject: 'vma_start_write(prev)',
  message: "Locks the VMA before, not the one that is copied. The parent's VMA stays open.",
  evidence: short(),
});

/** Evidence of a few steps, as the server has it: without a file to replay. */
function short() {
  const { evidence } = introducedAt(1);
  const { steps } = evidence.counterexample!;
  return { ...evidence, counterexample: { replay: '', steps: steps.slice(0, 4) } };
}

const fixed = (f: Finding): Finding => ({
  ...f,
  verdict: 'holds',
  change: 'none',
  severity: 'note',
  message: "Locks the parent's VMA.",
  evidence: HOLDS.evidence,
});

describe('the life of a review', () => {
  it('from the first push to a dismissal and back', async () => {
    story = await Story.begin();
    const step = async (name: string) => {
      const file = `golden/${name}.golden.md`;
      await expect(story.news(), name).toMatchFileSnapshot(file);
    };
    story.findings = [LOCK, HOLDS];
    await story.event('opened');
    await step('1-opened');
    await story.push('1', [fixed(LOCK), HOLDS]);
    await step('2-fixed');
    await story.push('2', [OTHER, HOLDS]);
    await step('3-another-defect');
    await story.push('3', [OTHER, HOLDS]);
    await step('4-force-push');
    await story.rerun();
    await step('5-re-run');
    await story.say(`/forklore dismiss ${LOCK_ID} prev is the parent's, see <b>@torvalds</b>`);
    await step('6-dismiss');
    await story.say(`/forklore undismiss ${LOCK_ID}`);
    await step('7-undismiss');
    expect(story.hub.comments).toHaveLength(2);
    expect(story.hub.reviews).toHaveLength(2);
  });
});
