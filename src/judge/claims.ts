/** What a commit message claims of a change: rates before and after it, by number of VMAs. */
export interface Claim {
  vmas: number;
  before: number;
  after: number;
  /** As the message says, else from the rates. */
  gainPercent: number;
}

/** Cells of a line of a table, without the quoting of a reply; null when there are fewer than two. */
function cells(line: string, cell: RegExp): string[] | null {
  const found = line
    .replace(/^[>\s]+/, '')
    .split(/[\s|]+/)
    .filter((c) => c !== '');
  return found.length >= 2 && found.every((c) => cell.test(c)) ? found : null;
}

const NUMBER = /^\d{1,12}$/;
const PERCENT = /^[+-]?\d{1,6}(\.\d{1,6})?%$/;

/**
 * The first table of the message in the layout of the series that put `__mt_dup()` into fork: a line of ascending
 * numbers of VMAs, a line of rates before and one of rates after the change, and perhaps one of gains in percent. Empty
 * when there is none.
 */
export function claimsIn(message: string): Claim[] {
  const lines = message.split('\n').filter((l) => /[^>\s]/.test(l));
  for (let i = 0; i + 2 < lines.length; i++) {
    const [vmas, before, after] = [0, 1, 2].map((k) => cells(lines[i + k], NUMBER)?.map(Number));
    if (!vmas || !before || !after) continue;
    const alike = before.length === vmas.length && after.length === vmas.length;
    const rises = vmas.every((n, k) => n > 0 && (k === 0 || n > vmas[k - 1]));
    if (!alike || !rises || ![...before, ...after].every((n) => n > 0)) continue;
    const gains = i + 3 < lines.length ? cells(lines[i + 3], PERCENT) : null;
    return vmas.map((n, k) => ({
      vmas: n,
      before: before[k],
      after: after[k],
      gainPercent:
        gains?.length === vmas.length
          ? Number.parseFloat(gains[k])
          : (after[k] / before[k] - 1) * 100,
    }));
  }
  return [];
}
