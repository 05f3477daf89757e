import type { PatchSeries } from './intake/types.js';
import { entriesOf } from './judge/plan.js';
import { programsOf } from './programs.js';
import type { ReviewOptions } from './review.js';
import { Made, Stack } from './source/index.js';
import { sourceOf, treeConfig } from './sourced.js';
import { worksOf } from './works.js';

/** Stages whose data can be shown. */
export type Stage = 'intake' | 'source' | 'program';

/**
 * The plain data that a stage hands on, as JSON: the mails' patches; for each patch its files before and after it; or
 * the programs before and after it (null where it touches nothing that is run). Whole numbers too large for JSON are
 * `{"$bigint": "..."}`.
 */
export async function dumpStage(
  stage: Stage,
  series: PatchSeries,
  o: Pick<ReviewOptions, 'reader' | 'rules' | 'config'>,
): Promise<string> {
  const data = stage === 'intake' ? series : await patchesAt(stage, series, o);
  const text = JSON.stringify(
    data,
    (_key, x: unknown) =>
      typeof x === 'bigint' ? { $bigint: String(x) } : x instanceof Set ? [...x] : x,
    2,
  );
  return `${text}\n`;
}

async function patchesAt(
  stage: Exclude<Stage, 'intake'>,
  series: PatchSeries,
  o: Pick<ReviewOptions, 'reader' | 'rules' | 'config'>,
): Promise<unknown[]> {
  const out: unknown[] = [];
  const config = o.config ?? (await treeConfig(o.reader));
  const entries = entriesOf(o.rules);
  const made = new Made();
  for (const { patches } of worksOf(series.patches)) {
    const stack = new Stack(patches, o.reader, made);
    for (const patch of patches) {
      const { others, headers, tree, ...sourced } = await sourceOf(stack, patch);
      const { subject } = patch;
      if (stage === 'source') {
        out.push({ subject, ...sourced, others: others.map((f) => f.path) });
      } else {
        const lowered = await programsOf({ ...sourced, others, headers, tree }, entries, config);
        out.push({ subject, ...lowered });
      }
    }
  }
  return out;
}
