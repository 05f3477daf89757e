import { ForkloreError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { Archive } from '../intake/index.js';
import { loadRules } from '../judge/load.js';
import { Pool } from '../judge/pool.js';
import type { Rule } from '../judge/rule.js';
import type { Review, Severity } from '../judge/types.js';
import type { Answered } from '../report/mail/index.js';
import { nipaResult } from '../report/nipa.js';
import { dumpStage, Made, reviewSeries, type Stage } from '../review.js';
import { openTree, repositoryAbove } from '../source/index.js';
import { archiveOptions, reviewArchive, withArchives } from './archive.js';
import { findConfig } from './config.js';
import type { Format } from './format-names.js';
import { ALWAYS, type Reported, render, repliesOf, unanswered } from './formats.js';
import { type InputOptions, readInputs } from './inputs.js';
import { keptPrograms } from './kept-programs.js';
import { describe } from './nipa.js';
import { PageCollector } from './page.js';
import { gitUser, sendReplies } from './send.js';
import { traceKeeper } from './traces.js';
import { writeWhole } from './write-whole.js';

export interface ReviewFlags {
  tree?: string;
  /** Revision of the tree that the patches are for. */
  base?: string;
  /** Range of commits to review. */
  git?: string;
  /** Print what this stage hands on, and end. */
  dump?: Stage;
  rule?: string[];
  format: Format;
  /** Hand the replies to `git send-email`. */
  send?: boolean;
  /** Configuration file; false: none, not even one that is there. */
  config?: string | false;
  /** Folder of rules besides those that ship with forklore. */
  rules?: string;
  output?: string;
  failOn: 'error' | 'warning' | 'never';
  strict?: boolean;
  timeLimit?: number;
  traces?: string;
  quoted?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  mutants?: boolean;
  /** false: nothing is kept between runs, and nothing that was kept is used. */
  cache?: boolean;
  /** Worker threads. */
  jobs?: number;
}

interface Output {
  write(text: string): void;
  warn(line: string): void;
  progress?: (rule: string) => void;
  /** Told while a large mbox is read: bytes so far, and in all where that is known. */
  reading?: (name: string, bytes: number, size: number | null) => void;
}

/**
 * `forklore review`: reads each input, reviews what can be read, prints one report. Returns the exit code: 0, 1
 * (introduced at or above --fail-on), 2 (an input could not be read), 3 (--strict: something was not fully reviewed).
 */
export async function runReview(
  inputs: string[],
  flags: ReviewFlags,
  out: Output,
): Promise<number> {
  const started = performance.now();
  if (flags.send && flags.format !== 'mail')
    throw new ForkloreError('usage', '--send: what is sent are replies; add --format mail');
  const all = await knownRules(flags.rules);
  const rules = chosenRules(all, flags.rule);
  const dir = treeOf(inputs, flags);
  const ids = all.map((r) => r.id);
  const { config: settings, file } = await findConfig(flags.config, dir ?? '.', ids);
  if (file !== null && !flags.quiet) out.warn(`configuration: ${file}`);
  const reader = dir === null ? null : await openTree(dir, flags.base);
  const seconds = flags.timeLimit ?? settings.bounds.seconds;
  const deadline = seconds === undefined ? null : Date.now() + seconds * 1000;
  const pool = (flags.jobs ?? 1) > 1 ? new Pool(flags.jobs!) : null;
  let archives: Archive[] = [];
  try {
    const git = flags.git === undefined ? {} : { git: { dir: dir!, range: flags.git } };
    const read = await readInputs(inputs, { ...inputOptions(flags, out), ...git });
    const { series, problems, failed } = read;
    archives = read.archives;
    for (const line of failed) out.warn(`forklore: ${line}`);
    if (flags.dump !== undefined) {
      const all = await withArchives(series, archives);
      if (all) await emit(await dumpStage(flags.dump, all, { reader, rules }), flags, out);
      return failed.length > 0 ? 2 : 0;
    }
    const page = flags.format === 'html' ? new PageCollector() : null;
    const kept = traceKeeper(flags.traces ?? null);
    const keep = page ? page.keeping(kept) : kept;
    const explore = {
      ...(deadline === null ? {} : { deadline }),
      ...(pool ? { pool } : {}),
      ...(out.progress && !flags.quiet ? { progress: out.progress } : {}),
      ...(page ? { tried: page.onTried } : {}),
      ...(flags.mutants === false ? { mutants: false } : {}),
    };
    const answered: Answered[] = [];
    const onReview = (review: Answered['review'], patch: Answered['patch']) =>
      answered.push({ review, patch });
    const options = {
      ...{ reader, rules, keep, explore, settings, onReview, made: new Made() },
      ...(flags.cache === false ? {} : { kept: keptPrograms(process.env) }),
      ...(page ? { observe: page.onPatch } : {}),
    };
    const review = series ? await reviewSeries(series, options) : nothing();
    for (const archive of archives) await reviewArchive(archive, options, review);
    review.problems = [...problems, ...(review.problems ?? []), ...unproved(flags)];
    review.seconds = Math.round(performance.now() - started) / 1000;
    const from = flags.format === 'mail' ? await gitUser() : null;
    const reported = {
      review,
      answered,
      from,
      page: (await page?.made(review)) ?? null,
      verbose: flags.verbose ?? false,
    };
    if (review.patches.length || review.skipped || ALWAYS.includes(flags.format))
      await emit(render(flags.format, reported), flags, out);
    if (flags.format === 'mail') await mailed(reported, flags, out);
    if (flags.format === 'nipa' && failed.length === 0) return describe(nipaResult(review), out);
    return exitCode(review, flags, failed.length);
  } finally {
    reader?.close?.();
    for (const archive of archives) await archive.close();
    await pool?.close();
  }
}

function inputOptions({ quoted, verbose, quiet }: ReviewFlags, out: Output): InputOptions {
  return {
    ...{ quoted: quoted ?? false, stdin: process.stdin },
    archive: archiveOptions(quoted ?? false, verbose ?? false),
    ...(out.reading && !quiet ? { reading: out.reading } : {}),
  };
}

/** Sends the replies where that was asked for, and says of which patches there is none and why. */
async function mailed(
  reported: Reported,
  flags: ReviewFlags,
  out: { warn(line: string): void },
): Promise<void> {
  if (!flags.quiet) for (const line of unanswered(reported)) out.warn(`forklore: ${line}`);
  if (flags.send) await sendReplies(repliesOf(reported));
}

/** A pass that no mutant was held against may be vacuous, and says so. */
const unproved = ({ mutants }: ReviewFlags): { input: string; message: string }[] =>
  mutants === false
    ? [
        {
          input: '--no-mutants',
          message: 'a pass may be vacuous: nothing was edited to see it caught',
        },
      ]
    : [];

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

/** The rules that ship with forklore, and those of a folder; of two with the same id the folder's counts. */
export async function knownRules(folder?: string): Promise<Rule[]> {
  const own = folder === undefined ? [] : await loadRules(folder);
  const shipped = (await loadRules()).filter((r) => !own.some((o) => o.id === r.id));
  return [...shipped, ...own];
}

/** Those of the rules that were named; all without names. */
export function chosenRules(rules: Rule[], ids: string[] | undefined): Rule[] {
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
    try {
      writeWhole(flags.output, text);
    } catch (e) {
      const why = (e as Error).message;
      throw new ForkloreError('usage', `--output ${flags.output}: can not be written (${why})`);
    }
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
  const unproven = flags.mutants === false && findings.some((f) => f.verdict === 'holds');
  const open =
    unproven ||
    review.patches.some(
      (p) => p.status === 'inconclusive' || p.status === 'failed' || p.notRun !== undefined,
    ) ||
    findings.some(
      (f) => f.verdict === 'bounded' || f.verdict === 'vacuous' || f.verdict === 'inconclusive',
    );
  return flags.strict && open ? 3 : 0;
}
