import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../src/player/route.js';

describe('the address of a step', () => {
  it('is what was asked for in links', () => {
    expect(formatRoute({ finding: '7c1e', run: 'm1', step: '3a' })).toBe('#f=7c1e&r=m1&s=3a');
    expect(parseRoute('#f=7c1e&s=3')).toEqual({ finding: '7c1e', run: null, step: '3' });
    expect(parseRoute('')).toEqual({ finding: null, run: null, step: null });
  });

  it('leads back to itself, whatever is in it', () => {
    const part = fc.option(fc.string({ minLength: 1, maxLength: 64 }));
    fc.assert(
      fc.property(fc.record({ finding: part, run: part, step: part }), (r) => {
        expect(parseRoute(formatRoute(r))).toEqual(r);
      }),
    );
  });

  it('may be anything without doing harm', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        const r = parseRoute(hash);
        for (const x of Object.values(r)) expect(x === null || x.length <= 64).toBe(true);
      }),
    );
  });
});
