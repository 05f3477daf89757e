import type { Scenario } from '../scenario.js';

/** Scenarios that are smaller by one thing than `s`, the most telling first. */
export function* smaller(s: Scenario): Generator<Scenario> {
  for (let t = 0; t < s.threads.length; t++)
    yield { ...s, threads: s.threads.filter((_, k) => k !== t) };
  if (s.vmas.length > 1)
    for (let k = 0; k < s.vmas.length; k++) yield { ...s, vmas: s.vmas.filter((_, n) => n !== k) };
  for (const [t, thread] of s.threads.entries())
    if (thread.accesses > 1)
      yield {
        ...s,
        threads: s.threads.map((x, k) => (k === t ? { ...x, accesses: x.accesses - 1 } : x)),
      };
  for (const [k, vma] of s.vmas.entries())
    if (vma.pages.length > 1)
      yield {
        ...s,
        vmas: s.vmas.map((x, n) => (n === k ? { ...x, pages: x.pages.slice(0, -1) } : x)),
      };
  if (s.failures > 0) yield { ...s, failures: s.failures - 1 };
  if (s.signal) yield { ...s, signal: false };
  if (s.faultFailures) yield { ...s, faultFailures: false };
}

/**
 * The smallest scenario, by single steps down, for which `fails` still says yes: fewest threads first, then VMAs,
 * accesses, pages and failures. Each way of getting smaller is gone through before the next one, all of them again until
 * nothing helps; no scenario is tried twice.
 */
export function shrink(s: Scenario, fails: (candidate: Scenario) => boolean): Scenario {
  const tried = new Map<string, boolean>();
  const asked = (c: Scenario): boolean => {
    const key = JSON.stringify(c);
    const known = tried.get(key);
    if (known !== undefined) return known;
    const answer = fails(c);
    tried.set(key, answer);
    return answer;
  };
  // alone, VMAs are many: whole runs of them are dropped at once
  let best = s.threads.length === 0 ? fewerVmas(s, asked) : s;
  for (let again = true; again; ) {
    again = false;
    for (let k = 0; ; ) {
      const c = [...smaller(best)][k];
      if (!c) break;
      if (asked(c)) {
        best = c;
        again = true;
      } else k++;
    }
  }
  return best;
}

/** VMAs dropped from the first on, as one by one would: more at once while that goes well, fewer where it does not. */
function fewerVmas(s: Scenario, fails: (candidate: Scenario) => boolean): Scenario {
  let best = s;
  let many = s.vmas.length >>> 1;
  for (let k = 0; k < best.vmas.length && best.vmas.length > 1; ) {
    const n = Math.max(1, Math.min(many, best.vmas.length - Math.max(k, 1)));
    const candidate = { ...best, vmas: best.vmas.filter((_, m) => m < k || m >= k + n) };
    if (fails(candidate)) {
      best = candidate;
      many = n * 2;
    } else if (n > 1) many = n >>> 1;
    else k++;
  }
  return best;
}
