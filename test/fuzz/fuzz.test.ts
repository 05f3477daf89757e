import { describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.js';
import { TARGETS } from './targets/index.js';

/** `npm run fuzz` goes on from here with other seeds and many more inputs. */
const SEED = 20261125;

describe('generated inputs', () => {
  it.each(TARGETS.map((t) => [t.name, t] as const))(
    '%s',
    async (_name, target) => {
      const runs = Math.ceil(target.runs / 2000);
      let deep = 0;
      for (let k = 0; k < runs; k++)
        if ((await target.run(target.make(new Prng(SEED + k)))) === 'deep') deep++;
      // a fuzzer that never gets past the first stage tests nothing
      expect(deep).toBeGreaterThan(runs / 3);
    },
    60_000,
  );
});
