import type { Prng } from '../../../src/base/prng.js';
import { once, pick } from '../material.js';

const VALUES: unknown[] = [
  null,
  0,
  1,
  -1,
  2 ** 31,
  1e308,
  '',
  'x',
  '__proto__',
  true,
  [],
  {},
  [[0, 0]],
];

/** Replaces, drops or doubles one member somewhere in the value. */
export function damage(r: Prng, root: unknown): void {
  if (root === null || typeof root !== 'object') return;
  let at = root as Record<string, unknown>;
  for (;;) {
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = pick(r, keys);
    const next = at[key];
    if (next !== null && typeof next === 'object' && !once(r, 6)) {
      at = next as Record<string, unknown>;
      continue;
    }
    const what = r.below(4);
    if (what === 0) delete at[key];
    else if (what === 1) at[key] = structuredClone(pick(r, VALUES));
    else if (what === 2 && typeof next === 'number') at[key] = next + r.below(5) - 2;
    else at[key] = structuredClone(at[pick(r, keys)]);
    return;
  }
}
