import { describe, expect, it } from 'vitest';
import { renderText } from '../../src/report/text.js';
import { evidence, finding, patchReview } from './markdown-samples.js';

describe('the text report', () => {
  it('counts no states for a rule that does not explore', () => {
    const cost = finding({
      rule: 'fork-cost',
      evidence: evidence({ states: 0, bound: { vmas: 821 } }),
    });
    const text = renderText({
      schema: 'forklore.review/1',
      tool: { name: 'forklore', version: '0.1.0' },
      patches: [patchReview({ findings: [cost] })],
    });
    expect(text).toContain('fork-cost');
    expect(text).not.toMatch(/undefined|0 states/);
  });
});
