import { describe, expect, it } from 'vitest';
import * as limits from '../../src/base/limits.js';
import { CODE } from './limits/code.js';
import { GITHUB } from './limits/github.js';
import { INTAKE } from './limits/intake.js';
import { SOURCE } from './limits/source.js';

/** For each limit what crosses it, and what is then said: never a pass. */
const CROSSINGS: Record<string, () => unknown> = { ...INTAKE, ...SOURCE, ...CODE, ...GITHUB };
const NAMES = Object.keys(limits).filter((name) => /^[A-Z_]+$/.test(name));

describe('every limit is crossed', () => {
  it('and there is no limit without a crossing, and no crossing without a limit', () => {
    expect(NAMES.length).toBeGreaterThan(40);
    expect(Object.keys(CROSSINGS).sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES)(
    '%s',
    async (name) => {
      expect.hasAssertions();
      await CROSSINGS[name]();
    },
    120_000,
  );
});
