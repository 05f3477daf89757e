import { writeFile } from 'node:fs/promises';
import { ForkloreError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { loadRules } from '../judge/load.js';
import { Pool } from '../judge/pool.js';
import type { Review, Severity } from '../judge/types.js';
import { renderJson } from '../report/json.js';
import { renderMarkdown } from '../report/markdown.js';
import { renderText } from '../report/text.js';
import { dumpStage, reviewSeries, type Stage } from '../review.js';
import { openTree, repositoryAbove } from '../source/index.js';
import { readInputs } from './inputs.js';
import { traceKeeper } from './traces.js';

export interface ReviewFlags {
  tree?: string;
  /** Revision of the tree that the patches are for. */
  base?: string;
  /** Range of commits to review. */
  git?: string;
  /** Print what this stage hands on, and end. */
  dump?: Stage;
  rule?: string[];
  format: 'text' | 'json' | 'markdown';
  output?: string;
  failOn: 'error' | 'warning' | 'never';
  strict?: boolean;
  timeLimit?: number;
  traces?: string;
  quoted?: boolean;
  quiet?: boolean;
  /** Worker threads. */
  jobs?: number;
}

const RENDER = { text: renderText, json: renderJson, markdown: renderMarkdown };

/**
 * `forklore review`: reads each input, reviews what can be read, prints one report. Returns the exit code: 0, 1
 * (introduced at or above --fail-on), 2 (an input could not be read), 3 (--strict: something was not fully reviewed).
 */
export async function runReview(
  inputs: string[],
  flags: ReviewFlags,
  out: { write(text: string): void; warn(line: string): void; progress?: (rule: string) => void },
): Promise<number> {
  const started = performance.now();
  const rules = await chosenRules(flags.rule);
  const dir = treeOf(inputs, flags);
  const reader = dir === null ? null : await openTree(dir, flags.base);
  const deadline = flags.timeLimit === undefined ? null : Date.now() + flags.timeLimit * 1000;
  const pool = (flags.jobs ?? 1) > 1 ? new Pool(flags.jobs!) : null;
  try {
    const git = flags.git === undefined ? {} : { git: { dir: dir!, range: flags.git } };
    const o = { quoted: flags.quoted ?? false, stdin: process.stdin, ...git };
    const { series, problems, failed } = await readInputs(inputs, o);
    for (const line of failed) out.warn(`forklore: ${line}`);
    if (flags.dump !== undefined) {
      if (series) await emit(await dumpStage(flags.dump, series, { reader, rules }), flags, out);
      return failed.length > 0 ? 2 : 0;
    }
    const keep = traceKeeper(flags.traces ?? null);
    const explore = {
      ...(deadline === null ? {} : { deadline }),
      ...(pool ? { pool } : {}),
      ...(out.progress && !flags.quiet ? { progress: out.progress } : {}),
    };
    const review = series
      ? await reviewSeries(series, { reader, rules, keep, explore })
      : nothing();
    review.problems = [...problems, ...(review.problems ?? [])];
    review.seconds = Math.round(performance.now() - started) / 1000;
    if (review.patches.length || flags.format === 'json')
      await emit(RENDER[flags.format](review), flags, out);
    return exitCode(review, flags, failed.length);
  } finally {
    reader?.close?.();
    await pool?.close();
  }
}

const nothing = (): Review => ({
  schema: 'forklore.review/1',
  tool: { name: 'forklore', version: VERSION },
  patches: [],
});

/** The folder of the tree, null without one. `--git` alone is about the repository that one is in. */
function treeOf(inputs: readonly string[], flags: ReviewFlags): string | null {
  if (inputs.length === 0 && flags.git === undefined)
    throw new ForkloreError('usage', 'nothing to review: name files, "-" or --git RANGE');
  if (flags.tree !== undefined) return flags.tree;
  if (flags.git !== undefined) {
    const above = repositoryAbove('.');
    if (above === null)
      throw new ForkloreError('usage', `--git ${flags.git}: not in a git repository; use --tree`);
    return above;
  }
  if (flags.base !== undefined)
    throw new ForkloreError('usage', `--base ${flags.base}: of which tree? use --tree`);
  return null;
}

async function chosenRules(ids: string[] | undefined) {
  const rules = await loadRules();
  if (!ids?.length) return rules;
  for (const id of ids)
    if (!rules.some((r) => r.id === id))
      throw new ForkloreError(
        'usage',
        `no rule "${id}"; there are: ${rules.map((r) => r.id).join(', ')}`,
      );
  return rules.filter((r) => ids.includes(r.id));
}

async function emit(
  text: string,
  flags: ReviewFlags,
  out: { write(text: string): void },
): Promise<void> {
  if (flags.output === undefined) out.write(text);
  else
    await writeFile(flags.output, text).catch((e: Error) => {
      throw new ForkloreError(
        'usage',
        `--output ${flags.output}: can not be written (${e.message})`,
      );
    });
}

const ORDER: Severity[] = ['note', 'warning', 'error'];

function exitCode(review: Review, flags: ReviewFlags, unreadable: number): number {
  const findings = review.patches.flatMap((p) => p.findings);
  const bar = flags.failOn;
  if (
    bar !== 'never' &&
    findings.some(
      (f) => f.change === 'introduced' && ORDER.indexOf(f.severity) >= ORDER.indexOf(bar),
    )
  )
    return 1;
  if (unreadable > 0) return 2;
  const open =
    review.patches.some((p) => p.status === 'inconclusive' || p.status === 'failed') ||
    findings.some(
      (f) => f.verdict === 'bounded' || f.verdict === 'vacuous' || f.verdict === 'inconclusive',
    );
  return flags.strict && open ? 3 : 0;
}
