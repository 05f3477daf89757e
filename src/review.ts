import { askedFindings } from './asked.js';
import { VERSION } from './base/version.js';
import { type ConfigTable, type KeptPrograms, RecentPrograms } from './cfront/index.js';
import { Earlier } from './earlier.js';
import { parseSubject } from './intake/subject.js';
import type { FilePatch, Patch, PatchSeries } from './intake/types.js';
import type { Side } from './judge/applies.js';
import { type Config, DEFAULT_CONFIG } from './judge/configuration.js';
import { evaluateRules } from './judge/evaluate.js';
import type { ExploreOptions } from './judge/explore.js';
import { calleesOf, detectFeatures, guardsTeardown, linksOf, symbolsOf } from './judge/features.js';
import type { KeepTrace } from './judge/finding.js';
import { entriesOf } from './judge/plan.js';
import type { Rule } from './judge/rule.js';
import { configured, expired, isWanted, limitsOf, suppress } from './judge/settings.js';
import type { Finding, PatchReview, PatchStatus, Review } from './judge/types.js';
import { listingsOf } from './listings.js';
import { notRunNote } from './modelled.js';
import { movedUp } from './moved.js';
import { type Programs, partsShown, programsOf } from './programs.js';
import { KnownSteps } from './sim/machine/known-steps.js';
import type { Limits } from './sim/scenario.js';
import { Made, Stack } from './source/index.js';
import type { ContentReader, SourcePair } from './source/types.js';
import { type Sourced, sourceOf, treeConfig, unbuiltFork, unread } from './sourced.js';
import { suggestFixes } from './suggest.js';
import { type Reviewed, versusOlder } from './versus.js';
import { worksOf } from './works.js';

export { dumpStage, type Stage } from './dump.js';
export { mayBeRun } from './programs.js';
export { Made } from './source/index.js';

export interface ReviewOptions {
  /** The tree under review; null: by hunks only. */
  reader: ContentReader | null;
  rules: readonly Rule[];
  keep: KeepTrace;
  explore?: ExploreOptions;
  /** Options of the tree's `.config`; what it does not answer is left to the built-in table. */
  config?: ConfigTable;
  /** Programs that were lowered before; without it those of this review alone count. */
  kept?: KeptPrograms;
  /** false: no fixes are looked for. */
  suggest?: boolean;
  /** Told of each entry of the report and the patch that it is about, in the report's order. */
  onReview?: (review: PatchReview, patch: Patch) => void;
  /** What the repository wants: rules, bounds, paths, suppressions. */
  settings?: Config;
  /** Day of the review, `YYYY-MM-DD`, for suppressions that expire. */
  today?: string;
  /** Texts that earlier inputs have shown; without it those of this input alone count. */
  made?: Made;
  /** Told of each patch whose programs were run, with what a player needs to run them again. */
  observe?: (o: Observed) => void;
}

/** A reviewed patch with its programs. `before` is null where the version before could not be rebuilt. */
export interface Observed {
  patch: Patch;
  review: PatchReview;
  before: Side | null;
  after: Side;
  /** As they were run: with the settings of the repository. */
  rules: readonly Rule[];
  limits: Limits;
}

/** Reviews every patch of an input: intake > source > cfront > sim > judge. The report is up to the caller. */
export async function reviewSeries(series: PatchSeries, options: ReviewOptions): Promise<Review> {
  const o = { ...options, config: options.config ?? (await treeConfig(options.reader)) };
  const made = o.made ?? new Made();
  const patches: PatchReview[] = [];
  const problems = series.problems.map((p) => p.message);
  for (const { patches: newest, older } of worksOf(series.patches)) {
    const reviewed = await reviewStack(newest, o, made);
    let reviews = reviewed.map((r) => r.review);
    if (older) {
      const then = await reviewStack(older.patches, o, made);
      reviews = versusOlder(reviewed, then, older.version);
      problems.push(olderNote(newest[0], older.version));
    }
    reviews.forEach((review, k) => {
      o.onReview?.(review, reviewed[k].patch);
    });
    patches.push(...reviews);
  }
  return {
    schema: 'forklore.review/1',
    tool: { name: 'forklore', version: VERSION },
    patches,
    problems: problems.map((message) => ({ input: series.input, message })),
  };
}

const olderNote = (newest: Patch, version: number): string =>
  `"${newest.subject}": version ${version} and what came before count for the comparison only`;

/** Patches of one series, each on top of those before it. */
async function reviewStack(
  patches: readonly Patch[],
  o: ReviewOptions,
  made: Made,
): Promise<Reviewed[]> {
  const stack = new Stack(patches, o.reader, made);
  const earlier = new Earlier();
  const out: Reviewed[] = [];
  for (const patch of patches)
    out.push({ patch, review: await reviewOn(stack, patch, o, earlier) });
  return out;
}

/** Reviews one patch on the tree as it is. */
export function reviewPatch(patch: Patch, o: ReviewOptions): Promise<PatchReview> {
  return reviewOn(new Stack([patch], o.reader), patch, o, new Earlier());
}

async function reviewOn(
  stack: Stack,
  patch: Patch,
  o: ReviewOptions,
  earlier: Earlier,
): Promise<PatchReview> {
  const sourced = await sourceOf(stack, patch);
  const lost = patch.problems.filter((p) => p.level === 'error').map((p) => p.message);
  const notes = [...lost, ...sourced.notes];
  const done = (status: PatchStatus, reason: string, findings: Finding[] = []): PatchReview => ({
    subject: patch.subject,
    messageId: patch.messageId,
    kind: patch.kind,
    status,
    reason,
    files: patch.files.map((f) => fileEntry(f, sourced.pairs)),
    findings,
    ...(patch.files.length ? { notes } : {}),
    ...(patch.kind === 'quoted-patch' ? { asked: askedFindings(patch, findings) } : {}),
  });
  // what later patches of the series stand on is not known then, but with a tree
  const missed = (review: PatchReview): PatchReview => {
    if (!sourced.fromTree) earlier.miss(patch.subject);
    return review;
  };
  if (patch.files.length === 0) {
    return lost.length
      ? missed(done('failed', lost.join('; ')))
      : done('not-applicable', whyEmpty(patch));
  }
  if (sourced.gone !== null) return missed(done('inconclusive', sourced.gone));
  const settings = o.settings ?? DEFAULT_CONFIG;
  if (!patch.files.some((f) => isWanted(f.newPath ?? f.oldPath ?? '', settings)))
    return done('not-applicable', 'the configuration leaves all its files out');
  const rules = configured(o.rules, settings);
  const entries = entriesOf(rules);
  const kept = new RecentPrograms(o.kept);
  const lowered = await programsOf(sourced, entries, o.config, kept);
  notes.push(...lowered.notes);
  if (lowered.programs === null) {
    if (sourced.failures.length) return missed(done('inconclusive', sourced.failures.join('; ')));
    if (lost.length) {
      const failed = done('failed', lost.join('; '));
      return unread(patch).length ? missed(failed) : failed;
    }
    if (lowered.refused !== null) return missed(done('inconclusive', lowered.refused));
    const names = entries.map((e) => `${e}()`).join(', ');
    const parts = partsShown(sourced.pairs);
    if (parts !== null) return missed(done('inconclusive', parts));
    const aside = done('not-applicable', `touches nothing that ${names} runs`);
    if (!lowered.notRun?.length) return aside;
    return missed({ ...aside, reason: notRunNote(lowered.notRun), notRun: lowered.notRun });
  }
  const unknown = [...unbuiltFork(sourced), ...unread(patch)];
  if (unknown.length) return missed(done('inconclusive', unknown.join('; ')));
  if (!sourced.fromTree) {
    const { before, after } = lowered.programs;
    const why = earlier.lost(before);
    if (why.length) return missed(done('inconclusive', why.join('; ')));
    earlier.add(before, after, patch.subject);
  }
  notes.push(...sourced.failures);
  const sides = sidesOf(lowered.programs, sourced, o);
  const options = { limits: limitsOf(settings), steps: new KnownSteps(), ...o.explore };
  const { message } = patch;
  const all = await evaluateRules({ ...sides, rules, message, options, keep: o.keep });
  const today = o.today ?? new Date().toISOString().slice(0, 10);
  const found = suppress(all, settings, today);
  const context = { patch, sourced, ...sides, rules, config: o.config, kept, options };
  const findings =
    o.suggest === false ? found : await suggestFixes({ ...context, findings: found });
  notes.push(...expired(settings, today));
  if (findings.length === 0) return done('not-applicable', 'no rule applies to this tree');
  const open = findings.filter((f) => f.verdict === 'inconclusive');
  const review =
    open.length === findings.length
      ? done('inconclusive', open.map((f) => f.message).join(' '), findings)
      : done('reviewed', '', findings);
  o.observe?.({ patch, review, ...sides, rules, limits: options.limits });
  return review;
}

function whyEmpty({ subject }: Patch): string {
  return parseSubject(subject).pullRequest
    ? 'a pull request, skipped: review its range with --git'
    : 'no patch in this mail';
}

function fileEntry(f: FilePatch, pairs: readonly SourcePair[]): PatchReview['files'][0] {
  const path = f.newPath ?? f.oldPath ?? '';
  const pair = pairs.find((p) => p.path === path);
  const base = pair?.after?.base ?? pair?.before?.base ?? 'none';
  return { path, hunks: f.hunks.length, truncated: f.truncated, base };
}

interface Sides {
  before: Side | null;
  after: Side;
}

const versionsOf = (pairs: readonly SourcePair[]) => ({
  before: pairs.map((p) => p.before).filter((f) => f !== null),
  after: pairs.map((p) => p.after).filter((f) => f !== null),
});

/** Both versions with the features of their tree, ready to run. */
function sidesOf(programs: Programs, sourced: Sourced, o: ReviewOptions): Sides {
  const era = (side: 'before' | 'after') =>
    sourced.pairs.map((p) => p[side]?.skeleton ?? null).find((s) => s !== null) ?? null;
  const both = new Set(
    [programs.before, programs.after].flatMap((p) => (p ? [...calleesOf(p)] : [])),
  );
  const versions = [programs.before, programs.after].filter((p) => p !== null);
  const around = {
    guardsTeardown: versions.some(guardsTeardown),
    symbols: new Set(versions.flatMap((p) => [...symbolsOf(p)])),
  };
  const features = (side: 'before' | 'after') =>
    detectFeatures(sourced.headers, both, era(side), {
      ...around,
      stable: sourced.stable[side],
      ...(programs[side] ? { links: linksOf(programs[side]) } : {}),
    });
  const files = [...sourced.pairs.map((p) => p.after), ...sourced.others].filter((f) => f !== null);
  return {
    after: {
      program: programs.after,
      features: features('after'),
      source: listingsOf(programs.after, files, o.config),
      partial: sourced.pairs.flatMap((p) => p.partial ?? []),
      unbuilt: sourced.pairs.flatMap((p) => p.unbuilt ?? []).map((u) => u.name),
      moved: movedUp(programs.before, programs.after, versionsOf(sourced.pairs), o.config),
    },
    before: programs.before && { program: programs.before, features: features('before') },
  };
}
