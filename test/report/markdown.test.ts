import { describe, expect, it } from 'vitest';
import {
  COMMENT_LIMIT,
  inlineComment,
  renderMarkdown,
  shed,
  shortIds,
} from '../../src/report/markdown.js';
import { countSentence } from '../../src/report/markdown-evidence.js';
import { markerLine, readMarker } from '../../src/report/markdown-marker.js';
import { byteLength } from '../../src/report/markdown-text.js';
import { evidence, finding, lockFinding, patchReview } from './markdown-samples.js';

const HEAD = 'ec26c3e57ca3a959ca5aad62de7213c562f8c821';
const options = { head: HEAD, shortId: 'a90b' };

describe('inlineComment', () => {
  it('carries statement, counts, diagram, steps, facts, dismiss line and marker', async () => {
    const text = inlineComment(lockFinding(), options);
    await expect(`${text}\n`).toMatchFileSnapshot('./markdown-comment.golden.md');
    expect(readMarker(text)).toEqual({ finding: 'a90b1122334455ff', head: HEAD });
  });

  it('links the rule page when there is one, and only for a plain rule id', () => {
    const ruleUrl = (rule: string) => `https://example.org/${rule}`;
    expect(inlineComment(lockFinding(), { ...options, ruleUrl })).toContain(
      '[docs](https://example.org/fork-lock-target)',
    );
    const odd = lockFinding({ rule: 'x)[y](https://evil.example' });
    expect(inlineComment(odd, { ...options, ruleUrl })).not.toContain('[docs]');
  });

  it('leaves out the diagram of a run that is too long to read, and keeps the table', () => {
    const base = lockFinding();
    const steps = Array.from({ length: 60 }, () => base.evidence.counterexample!.steps[0]);
    const long = lockFinding({ evidence: evidence({ counterexample: { steps, replay: '' } }) });
    const text = inlineComment(long, options);
    expect(text).not.toContain('```mermaid');
    expect(text).toContain('| 60 |');
  });

  it('stays within the limit, says what it left out and keeps the marker', () => {
    const big = evidence({
      assumptions: Array.from({ length: 4000 }, (_, i) => `assumption ${i} é`),
    });
    const text = inlineComment(lockFinding({ evidence: big }), options);
    expect(byteLength(text)).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toContain('_1 part left out: too long for one comment_');
    expect(readMarker(text)?.finding).toBe('a90b1122334455ff');
  });
});

describe('shed', () => {
  it('cuts a single part that is too long, and never the foot', () => {
    const text = shed(['é`x` '.repeat(500)], ['FOOT'], 300, 'left out');
    expect(byteLength(text)).toBeLessThanOrEqual(300);
    expect(text).toMatch(/_1 part left out_\n\nFOOT$/);
  });

  it('drops from the end', () => {
    expect(shed(['a'.repeat(20), 'b'.repeat(20), 'c'.repeat(60)], ['F'], 70, 'gone')).toBe(
      `${'a'.repeat(20)}\n\n${'b'.repeat(20)}\n\n_1 part gone_\n\nF`,
    );
  });
});

describe('countSentence', () => {
  it('names the unit, the limit, and the state before', () => {
    expect(countSentence(lockFinding())).toBe(
      '2,114 of 640,102 explored states fail; no violation before this change.',
    );
    expect(countSentence(finding())).toBe('612,480 explored states, to the end; none fails.');
    const one = evidence({ executions: 20, failing: 1, exhausted: false });
    expect(countSentence(finding({ verdict: 'violated', change: 'existing', evidence: one }))).toBe(
      '1 of 20 explored schedules fails; the limit was reached before all were explored.',
    );
    const open = evidence({ executions: 1, exhausted: false });
    expect(countSentence(finding({ verdict: 'bounded', evidence: open }))).toBe(
      '1 explored schedule, none fails; the limit was reached before all were explored.',
    );
    expect(countSentence(finding({ evidence: evidence({ states: 0 }) }))).toBe('');
  });
});

describe('shortIds', () => {
  it('takes four digits, more where two findings share them', () => {
    const ids = shortIds([
      finding({ id: 'aaaa1b' }),
      finding({ id: 'aaaa1c' }),
      finding({ id: 'bbbb00' }),
    ]);
    expect([...ids.values()]).toEqual(['aaaa1b', 'aaaa1c', 'bbbb00']);
    expect(shortIds([lockFinding(), lockFinding()]).get(lockFinding().id)).toBe('a90b');
  });
});

describe('marker', () => {
  it('is read at the end of a body only', () => {
    const line = markerLine({ finding: 'a90b', head: HEAD });
    expect(readMarker(`text\n${line}\n`)).toEqual({ finding: 'a90b', head: HEAD });
    expect(readMarker(`${line}\nquoted above`)).toBeNull();
    expect(() => markerLine({ finding: 'x -->', head: HEAD })).toThrow(RangeError);
  });
});

describe('renderMarkdown', () => {
  it('shows every patch with its findings, introduced ones first', async () => {
    const review = {
      schema: 'forklore.review/1' as const,
      tool: { name: 'forklore' as const, version: '0.1.0' },
      patches: [
        patchReview({
          findings: [finding(), lockFinding()],
          notes: ['3 steps come from skeleton 6.12.'],
        }),
        patchReview({
          subject: 'docs: @torvalds <b>',
          status: 'not-applicable',
          reason: 'no file that a rule covers',
          findings: [],
          files: [],
        }),
      ],
      problems: [{ input: 'notes.txt', message: 'neither a mail nor a patch' }],
    };
    await expect(renderMarkdown(review)).toMatchFileSnapshot('./markdown-review.golden.md');
  });
});
