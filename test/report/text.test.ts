import { describe, expect, it } from 'vitest';
import { renderText } from '../../src/report/text.js';
import { lockFinding, patchReview } from './markdown-samples.js';

const review = (findings: ReturnType<typeof lockFinding>[]) =>
  renderText({
    schema: 'forklore.review/1',
    tool: { name: 'forklore', version: '1' },
    patches: [patchReview({ findings })],
  });

const pass = (rule: string) => {
  const f = lockFinding({ rule, verdict: 'holds', change: 'none', severity: 'note', brief: true });
  return {
    ...f,
    message: `all is well with ${rule}`,
    evidence: { ...f.evidence, counterexample: null, mutants: { tried: 4, caught: 3 } },
  };
};

describe('a report for the terminal', () => {
  it('starts with what is introduced and gives each pass a line', () => {
    const text = review([pass('fork-a'), lockFinding({}), pass('fork-b')]);
    expect(text.indexOf('VIOLATED')).toBeLessThan(text.indexOf('holds'));
    expect(text).not.toContain('all is well');
    const rows = text.split('\n').filter((l) => l.startsWith('holds'));
    expect(rows.map((l) => l.split(/ +/)[1])).toEqual(['fork-a', 'fork-b']);
    expect(rows.every((l) => l.includes('caught 3/4 mutants') && l.length <= 80)).toBe(true);
  });

  it('goes on with what was mended, then with what was wrong before', () => {
    const old = lockFinding({ rule: 'fork-old', change: 'existing', severity: 'warning' });
    const mended = { ...pass('fork-mended'), change: 'fixed' as const, brief: undefined };
    const text = review([old, mended, lockFinding({ rule: 'fork-new' })]);
    const at = ['fork-new', 'fork-mended', 'fork-old'].map((rule) => text.indexOf(rule));
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  it('says all there is to say of a pass that is asked for, or alone', () => {
    expect(review([pass('fork-a')])).toContain('all is well with fork-a');
    const both = {
      schema: 'forklore.review/1' as const,
      tool: { name: 'forklore' as const, version: '1' },
    };
    const patches = [patchReview({ findings: [pass('fork-a'), pass('fork-b')] })];
    expect(renderText({ ...both, patches }, { verbose: true })).toContain(
      'all is well with fork-b',
    );
  });
});
