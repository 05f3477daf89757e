import type { PageData } from '../report/html/data.js';

/** The data that the page was made with. */
export function pageData(): PageData {
  const text = document.getElementById('data')?.textContent ?? '';
  return JSON.parse(text, (_k, x: unknown) =>
    x !== null && typeof x === 'object' && '$bigint' in x ? BigInt(String(x.$bigint)) : x,
  ) as PageData;
}
