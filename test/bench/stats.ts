/** Middle value; the mean of the two middle ones of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const s = [...values].sort((a, b) => a - b);
  const k = s.length >> 1;
  return s.length % 2 ? s[k] : s.length ? (s[k - 1] + s[k]) / 2 : NaN;
}

/** Of some runs of the same thing: the last one, with the medians of its numbers. */
export function medians<T extends object>(runs: readonly T[]): T {
  const last = runs[runs.length - 1] as Record<string, unknown>;
  const out: Record<string, unknown> = { ...last };
  for (const key of Object.keys(last)) {
    const all = runs.map((r) => (r as Record<string, unknown>)[key]);
    if (typeof last[key] === 'number') out[key] = median(all as number[]);
    else if (typeof last[key] === 'object' && last[key] !== null)
      out[key] = medians(all as object[]);
  }
  return out as T;
}
