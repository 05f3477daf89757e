import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { readInput } from '../../intake/index.js';
import type { PatchReview } from '../../judge/types.js';
import { reviewSeries } from '../../review.js';
import { openTree } from '../../source/index.js';
import { allRules } from './folder.js';

/** One file to review with all rules, without configuration. */
export interface EvalTask {
  file: string;
  rules: string | undefined;
  tree: string | undefined;
  mutants: boolean;
}

export type EvalAnswer = { reviews: PatchReview[]; seconds: number } | { error: string };

async function work(task: EvalTask): Promise<EvalAnswer> {
  const started = performance.now();
  const reader = task.tree === undefined ? null : await openTree(task.tree);
  try {
    const rules = (await allRules(task.rules)).map((r) => r.rule);
    const bytes = await readFile(task.file);
    const series = await readInput(basename(task.file), bytes, { quoted: false });
    const explore = { mutants: task.mutants };
    const o = { reader, rules, keep: () => '', explore, suggest: false };
    const { patches } = await reviewSeries(series, o);
    return { reviews: patches, seconds: (performance.now() - started) / 1000 };
  } finally {
    reader?.close?.();
  }
}

parentPort?.on('message', (task: EvalTask) => {
  work(task).then(
    (answer) => parentPort!.postMessage(answer),
    (e: unknown) => parentPort!.postMessage({ error: e instanceof Error ? e.message : String(e) }),
  );
});
