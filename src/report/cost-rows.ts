import type { CostEvidence } from '../judge/types.js';

const percent = (x: number | null): string =>
  x === null ? '' : `${x < 0 ? '' : '+'}${x.toFixed(2)} %`;
const line = (cells: string[]): string =>
  `  ${cells.map((c, k) => c.padStart(k ? 11 : 8)).join(' ')}`.trimEnd();

/**
 * Simulated fork() calls in ten seconds before and after a patch, a line for each size; `~` in front of a size that was
 * extended. No lines where nothing changes and nothing is claimed.
 */
export function costRows({ rows, extendedFrom }: CostEvidence): string[] {
  const claims = rows.some((r) => r.claimedPercent !== null);
  if (!claims && rows.every((r) => r.changePercent === 0)) return [];
  const head = ['VMAs', 'before', 'after', 'change', ...(claims ? ['claimed'] : [])];
  return [
    line(head),
    ...rows.map((r) =>
      line([
        `${r.vmas > extendedFrom ? '~' : ''}${r.vmas}`,
        String(r.before),
        String(r.after),
        percent(r.changePercent),
        percent(r.claimedPercent),
      ]),
    ),
  ];
}
