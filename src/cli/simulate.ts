import { programOfTree, publishedPrograms } from '../costs.js';
import { costCsv, costJson, costText } from '../report/cost.js';
import type { Layout } from '../sim/cost/layout.js';
import { PUBLISHED } from '../sim/cost/published.js';
import { costTable } from '../sim/cost/table.js';

export interface SimulateFlags {
  vmas?: number[];
  layout: Layout;
  format: 'text' | 'json' | 'csv';
  /** Kernel tree whose own dup_mmap() is simulated beside the two of the skeletons. */
  tree?: string;
}

const FORMATS = { text: costText, json: costJson, csv: costCsv } as const;

/** `forklore simulate fork`: what a fork costs, counted by running dup_mmap() over maple trees. Returns exit code 0. */
export async function runSimulateFork(
  flags: SimulateFlags,
  out: { write(text: string): void },
): Promise<number> {
  const candidates = await publishedPrograms();
  if (flags.tree !== undefined) candidates.push(await programOfTree(flags.tree));
  const sizes = flags.vmas ?? PUBLISHED.map((p) => p.vmas);
  out.write(FORMATS[flags.format](costTable(candidates, sizes, flags.layout)));
  return 0;
}
