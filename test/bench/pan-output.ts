import type { Verdict } from './cases.js';

/** What pan reports about a search. */
export interface PanResult {
  verdict: Verdict;
  states: number;
  /** Total actual memory usage. */
  megabytes: number;
  /** Length of the longest path. */
  depth: number;
}

const number = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? NaN);

/**
 * Reads pan's report. Throws where the search was cut short (depth, memory) without an error having been found: such a
 * run says nothing.
 */
export function parsePan(output: string): PanResult {
  const errors = number(output, /errors: (\d+)/);
  const result = {
    verdict: errors > 0 ? ('violated' as const) : ('holds' as const),
    states: number(output, /^\s*([\d.e+]+) states, stored/m),
    megabytes: number(output, /^\s*([\d.]+)\s+total actual memory usage/m),
    depth: number(output, /depth reached (\d+)/),
  };
  if (Number.isNaN(errors) || Number.isNaN(result.states))
    throw new Error(`bench: pan gave no result: ${output.slice(-300).trim()}`);
  const cut = /max search depth too small|Search not completed|out of memory/.exec(output);
  if (errors === 0 && cut) throw new Error(`bench: pan's search was cut short: ${cut[0]}`);
  return result;
}
