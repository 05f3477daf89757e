import { VERSION } from './base/version.js';
import { listFunctions, lowerProgram } from './cfront/index.js';
import type { FilePatch, Patch, PatchSeries } from './intake/types.js';
import { applies, evaluateRule } from './judge/evaluate.js';
import type { ExploreOptions, Side } from './judge/explore.js';
import { calleesOf, detectFeatures, headerNames } from './judge/features.js';
import type { KeepTrace } from './judge/finding.js';
import { loadRules } from './judge/load.js';
import type { Rule } from './judge/rule.js';
import type { Finding, PatchReview, PatchStatus, Review } from './judge/types.js';
import { isModelled } from './sim/known.js';
import type { Program } from './sim/program.js';
import { rebuild, skeletonHelpers } from './source/index.js';
import type { ContentReader, SourceFile, SourcePair } from './source/types.js';

export interface ReviewOptions {
  /** The tree under review at its base; null: by hunks only. */
  reader: ContentReader | null;
  rules: readonly Rule[];
  keep: KeepTrace;
  explore?: ExploreOptions;
}

/** Reviews every patch of an input: intake > source > cfront > sim > judge. The report is up to the caller. */
export async function reviewSeries(series: PatchSeries, o: ReviewOptions): Promise<Review> {
  const patches: PatchReview[] = [];
  for (const patch of series.patches) patches.push(await reviewPatch(patch, o));
  return {
    schema: 'forklore.review/1',
    tool: { name: 'forklore', version: VERSION },
    patches,
    problems: series.problems.map((p) => ({ input: series.input, message: p.message })),
  };
}

/** Reviews one patch. */
export async function reviewPatch(patch: Patch, o: ReviewOptions): Promise<PatchReview> {
  const head = { subject: patch.subject, messageId: patch.messageId, kind: patch.kind };
  const lost = patch.problems.filter((p) => p.level === 'error').map((p) => p.message);
  if (patch.files.length === 0) {
    const [status, reason]: [PatchStatus, string] = lost.length
      ? ['failed', lost.join('; ')]
      : ['not-applicable', 'no patch in this mail'];
    return { ...head, status, reason, files: [], findings: [] };
  }
  return { ...head, ...(await reviewFiles(patch.files, lost, o)) };
}

type FilesReview = Pick<PatchReview, 'status' | 'reason' | 'files' | 'findings' | 'notes'>;

async function reviewFiles(
  files: FilePatch[],
  lost: string[],
  o: ReviewOptions,
): Promise<FilesReview> {
  const sources = files.filter((f) => /\.[ch]$/.test(f.newPath ?? f.oldPath ?? ''));
  const pairs = await Promise.all(sources.map((f) => rebuild(f, { reader: o.reader })));
  const shown = files.map((f) => fileEntry(f, pairs));
  const entries = [...new Set(o.rules.map((r) => r.applies.entry))];
  const notes = [...lost, ...pairs.flatMap((p) => p.notes)];
  const done = (status: PatchStatus, reason: string, findings: Finding[] = []): FilesReview => ({
    status,
    reason,
    files: shown,
    findings,
    notes,
  });
  const failures = pairs
    .filter((p) => p.failure !== null && touchesFamily(p, sources))
    .map((p) => p.failure!);
  const programs = await lowerBoth(pairs, entries, o.reader);
  if (!programs) {
    if (failures.length) return done('inconclusive', failures.join('; '));
    if (lost.length) return done('failed', lost.join('; '));
    return done(
      'not-applicable',
      `touches nothing that ${entries.map((e) => `${e}()`).join(', ')} runs`,
    );
  }
  notes.push(...failures);
  const findings: Finding[] = [];
  for (const rule of o.rules) {
    const sides = await sidesOf(rule, programs, pairs, o.reader);
    if (!sides || !applies(rule, sides.after)) continue;
    findings.push(
      await evaluateRule({
        rule,
        before: sides.before,
        after: sides.after,
        options: o.explore ?? {},
        keep: o.keep,
      }),
    );
  }
  if (findings.length === 0) return done('not-applicable', 'no rule applies to this tree');
  const open = findings.filter((f) => f.verdict === 'inconclusive');
  return open.length === findings.length
    ? done('inconclusive', open.map((f) => f.message).join(' '), findings)
    : done('reviewed', '', findings);
}

function fileEntry(f: FilePatch, pairs: readonly SourcePair[]): PatchReview['files'][0] {
  const path = f.newPath ?? f.oldPath ?? '';
  const pair = pairs.find((p) => p.path === path);
  const base = pair?.after?.base ?? pair?.before?.base ?? 'none';
  return { path, hunks: f.hunks.length, truncated: f.truncated, base };
}

/** The file is one that the reviewed functions live in, so that a failure to rebuild it matters. */
function touchesFamily(pair: SourcePair, files: readonly FilePatch[]): boolean {
  const file = files.find((f) => (f.newPath ?? f.oldPath) === pair.path);
  return (
    file?.hunks.some(
      (h) => /\bdup_mmap\b/.test(h.section) || h.lines.some((l) => /\bdup_mmap\b/.test(l.text)),
    ) ?? false
  );
}

interface Programs {
  before: Program | null;
  after: Program;
}

/** Programs before and after; null when the patch changes no line of what the entries run. */
async function lowerBoth(
  pairs: readonly SourcePair[],
  entries: readonly string[],
  reader: ContentReader | null,
): Promise<Programs | null> {
  const [before, after] = [versions(pairs, 'before'), versions(pairs, 'after')];
  const extra = await untouched(pairs, reader);
  const defines = (files: SourceFile[]) =>
    files.some((f) => listFunctions(f).some((x) => entries.includes(x.name)));
  if (!defines([...after, ...extra])) return null;
  const lower = (files: SourceFile[]) =>
    lowerProgram({
      files: [...files, ...extra],
      entries: [...entries],
      isModelled,
      declarations: [skeletonHelpers()],
    });
  const programs = {
    before: defines([...before, ...extra]) ? await lower(before) : null,
    after: await lower(after),
  };
  const touched =
    changes(after, programs.after) ||
    (programs.before !== null && changes(before, programs.before));
  return touched ? programs : null;
}

const versions = (pairs: readonly SourcePair[], side: 'before' | 'after'): SourceFile[] =>
  pairs.map((p) => p[side]).filter((f): f is SourceFile => f !== null);

/** Files that the entries may need and that the patch leaves alone. */
const COMPANIONS = [
  'kernel/fork.c',
  'mm/mmap.c',
  'include/linux/mm.h',
  'include/linux/maple_tree.h',
  'mm/internal.h',
];
const FAMILY =
  /^(kernel\/fork\.c|mm\/.*|include\/linux\/(mm|mm_types|mm_inline|maple_tree|rmap|mmap_lock)\.h)$/;

async function untouched(
  pairs: readonly SourcePair[],
  reader: ContentReader | null,
): Promise<SourceFile[]> {
  if (!reader || !pairs.some((p) => FAMILY.test(p.path))) return [];
  const out: SourceFile[] = [];
  for (const path of COMPANIONS) {
    if (pairs.some((p) => p.path === path && p.after?.base !== 'hunks-only')) continue;
    const text = await reader.read(path);
    if (text === null) continue;
    const lines = text.split('\n').map((t, k) => ({
      text: t,
      line: k + 1,
      patchLine: null,
      origin: 'file' as const,
      changed: false,
    }));
    out.push({ path, lines, base: 'exact', skeleton: null });
  }
  return out;
}

/** Some changed line lies in a function of the program. */
function changes(files: readonly SourceFile[], program: Program): boolean {
  return files.some((file) =>
    listFunctions(file).some(
      (f) =>
        Object.hasOwn(program.functions, f.name) &&
        file.lines.slice(f.startLine, f.endLine + 1).some((l) => l.changed),
    ),
  );
}

async function sidesOf(
  rule: Rule,
  programs: Programs,
  pairs: readonly SourcePair[],
  reader: ContentReader | null,
): Promise<{ before: Side | null; after: Side } | null> {
  if (!Object.hasOwn(programs.after.functions, rule.applies.entry)) return null;
  const headers = await headerNames(reader);
  const era = (side: 'before' | 'after') =>
    pairs.map((p) => p[side]?.skeleton ?? null).find((s) => s !== null) ?? null;
  const names = (p: Program | null) => (p ? calleesOf(p) : new Set<string>());
  const both = new Set([...names(programs.before), ...names(programs.after)]);
  const features = (side: 'before' | 'after') => detectFeatures(headers, both, era(side));
  return {
    before: programs.before ? { program: programs.before, features: features('before') } : null,
    after: { program: programs.after, features: features('after') },
  };
}

/** Reviews the files of a pull request on the built-in rules. */
export function pullRequestReviewer(
  keep: KeepTrace,
): (input: { files: FilePatch[]; reader: ContentReader; title: string }) => Promise<PatchReview> {
  return async ({ files, reader, title }) => {
    const rules = await loadRules();
    const head = { subject: title, messageId: null, kind: 'patch' as const };
    return { ...head, ...(await reviewFiles(files, [], { reader, rules, keep })) };
  };
}
