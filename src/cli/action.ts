import { appendFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { runStep } from '../github/workflow.js';
import type { Annotation } from '../report/annotations.js';
import { ReviewPool } from './review-pool.js';
import { reviewParts } from './serve.js';

const TIME_LIMIT_MS = 600_000;

/**
 * `forklore action`: the app's review as a step of a GitHub Actions workflow. Exit 0, but 1 when an error was introduced
 * and the token may not write a check run that says so.
 */
export async function runAction(out: { write(text: string): void }): Promise<number> {
  const pool = new ReviewPool();
  try {
    const result = await runStep({
      ...(await reviewParts(pool)),
      env: process.env,
      world: { clock: () => new Date(), sleep: (ms) => wait(ms) },
      timeLimitMs: TIME_LIMIT_MS,
    });
    if (result.kind === 'ignored') out.write(`forklore: nothing to do: ${result.why}\n`);
    if (result.kind === 'posted') out.write(`forklore: ${result.outcome}\n`);
    if (result.kind !== 'read-only') return 0;
    const { page, annotations } = result;
    for (const a of annotations) out.write(commandLine(a));
    const summary = process.env.GITHUB_STEP_SUMMARY;
    if (summary) await appendFile(summary, `${page.summary}\n\n${page.text}\n`);
    out.write(`forklore: ${page.title} (the token may only read: see the summary of this step)\n`);
    return page.conclusion === 'failure' ? 1 : 0;
  } finally {
    await pool.close();
  }
}

const LEVEL = { failure: 'error', warning: 'warning', notice: 'notice' } as const;

/** A workflow command: the runner turns it into an annotation. */
export function commandLine(a: Annotation): string {
  const data = (text: string) =>
    text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const value = (text: string) => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
  const where = `file=${value(a.path)},line=${a.start_line},endLine=${a.end_line}`;
  return `::${LEVEL[a.annotation_level]} ${where},title=${value(a.title)}::${data(a.message)}\n`;
}
