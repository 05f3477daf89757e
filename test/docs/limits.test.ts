import { describe, expect, it } from 'vitest';
import * as limits from '../../src/base/limits.js';
import { textOf } from './blocks.js';

describe('docs/limits.md', () => {
  it('names limits with the values that they have', () => {
    const rows = [...textOf('docs/limits.md').matchAll(/\| `([A-Z_]+)` \| ([\d,]+) \|/g)];
    expect(rows.length).toBeGreaterThan(10);
    for (const [, name, value] of rows)
      expect([name, (limits as Record<string, unknown>)[name]]).toEqual([
        name,
        Number(value.replaceAll(',', '')),
      ]);
  });
});
