import { readFile, stat, writeFile } from 'node:fs/promises';
import { ForkloreError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { readInput } from '../intake/index.js';
import { loadRules } from '../judge/load.js';
import { Pool } from '../judge/pool.js';
import type { Review, Severity } from '../judge/types.js';
import { renderJson } from '../report/json.js';
import { renderMarkdown } from '../report/markdown.js';
import { renderText } from '../report/text.js';
import { reviewSeries } from '../review.js';
import { folderReader } from '../source/index.js';
import { traceKeeper } from './traces.js';

export interface ReviewFlags {
  tree?: string;
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
  const reader = flags.tree === undefined ? null : await treeReader(flags.tree);
  const deadline = flags.timeLimit === undefined ? null : Date.now() + flags.timeLimit * 1000;
  const pool = (flags.jobs ?? 1) > 1 ? new Pool(flags.jobs!) : null;
  const keep = traceKeeper(flags.traces ?? null);
  const total: Review = {
    schema: 'forklore.review/1',
    tool: { name: 'forklore', version: VERSION },
    patches: [],
    problems: [],
  };
  let unreadable = 0;
  for (const input of inputs) {
    try {
      const series = await readInput(input, await bytesOf(input), {
        quoted: flags.quoted ?? false,
      });
      const explore = {
        ...(deadline === null ? {} : { deadline }),
        ...(pool ? { pool } : {}),
        ...(out.progress && !flags.quiet ? { progress: out.progress } : {}),
      };
      const review = await reviewSeries(series, { reader, rules, keep, explore });
      total.patches.push(...review.patches);
      total.problems!.push(...(review.problems ?? []));
    } catch (e) {
      if (!(e instanceof ForkloreError) || e.kind === 'bug') throw e;
      unreadable++;
      out.warn(`forklore: ${e.message}`);
    }
  }
  await pool?.close();
  total.seconds = Math.round(performance.now() - started) / 1000;
  if (total.patches.length || flags.format === 'json')
    await emit(RENDER[flags.format](total), flags, out);
  return exitCode(total, flags, unreadable);
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

async function treeReader(dir: string) {
  const s = await stat(dir).catch(() => null);
  if (!s?.isDirectory()) throw new ForkloreError('usage', `--tree ${dir}: no such folder`);
  return folderReader(dir);
}

async function bytesOf(input: string): Promise<Uint8Array> {
  if (input === '-') {
    const parts: Buffer[] = [];
    for await (const chunk of process.stdin) parts.push(chunk as Buffer);
    return Buffer.concat(parts);
  }
  try {
    return await readFile(input);
  } catch (e) {
    const code = (e as NodeJS.ErrnoException).code;
    throw new ForkloreError(
      'input',
      `${input}: ${code === 'ENOENT' ? 'no such file' : `can not be read (${code})`}`,
    );
  }
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
