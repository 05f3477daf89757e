import { createHash } from 'node:crypto';
import type { ConfigTable } from './cfront/index.js';
import type { FilePatch, Patch } from './intake/types.js';
import { headerNames, type StableChecks, stableChecksOf } from './judge/features.js';
import { companions, isFamily, mayBeRun } from './programs.js';
import { underOldName } from './renamed.js';
import { fitsUnmarked, isSource, parseKconfig, rebuild, type Stack } from './source/index.js';
import type { ContentReader, SourceFile, SourcePair } from './source/types.js';

/** Stage `source` of one patch, plain data. */
export interface Sourced {
  pairs: SourcePair[];
  /** Files that the patch leaves alone. */
  others: SourceFile[];
  /** Identifiers of the tree's headers on memory management; empty without a tree. */
  headers: ReadonlySet<string>;
  /** What the walkers of the tree look at, before the patch and after it. */
  stable: { before: StableChecks; after: StableChecks };
  /** The others are the tree's, not what other patches have shown. */
  fromTree: boolean;
  /** The tree with the patches before this one; null where it is not the tree that the patch is for. */
  tree: ContentReader | null;
  notes: string[];
  /** Why a file that matters could not be rebuilt. */
  failures: string[];
  /** Why there is no dup_mmap() after the patch; null where there is one, or was none. */
  gone: string | null;
}

/** Rebuilds the files of a patch before and after it, and puts the result on the stack. */
export async function sourceOf(stack: Stack, patch: Patch): Promise<Sourced> {
  const { layer, notes } = await stack.under(patch);
  const files = patch.files.filter(isSource);
  const unmarked = bringsDuplication(files) || files.some(fitsUnmarked);
  const pairs = await Promise.all(files.map((f) => rebuild(f, { reader: layer, unmarked })));
  // A tree that a file of the family does not fit is of another version: nothing else is taken from it.
  const fits = !pairs.some((p) => p.failure !== null && isFamily(p.path));
  const fromTree = fits && !layer.sparse && pairs.some((p) => mayBeRun(p.path));
  const others = fromTree ? await companions(pairs, layer) : [...layer.shown];
  const headers = await headerNames(fromTree ? layer : null);
  const textOf = (side: 'before' | 'after') => async (path: string) => {
    const pair = pairs.find((p) => p.path === path);
    if (pair) return pair[side]?.lines.map((l) => l.text).join('\n') ?? null;
    return fromTree ? layer.read(path) : null;
  };
  const stable = {
    before: await stableChecksOf(textOf('before')),
    after: await stableChecksOf(textOf('after')),
  };
  stack.take(patch, files, pairs);
  const failures = pairs.flatMap((p, i) =>
    p.failure !== null && touchesFamily(files[i]) ? [p.failure] : [],
  );
  const named = underOldName(pairs, others);
  return {
    pairs: named.pairs,
    others,
    headers,
    stable,
    fromTree,
    tree: fromTree ? layer : null,
    notes: [...notes, ...pairs.flatMap((p) => p.notes), ...named.notes],
    failures,
    gone: named.gone,
  };
}

/** Some file gets its first call that duplicates a maple tree. */
function bringsDuplication(files: readonly FilePatch[]): boolean {
  const calls = (kind: '+' | '-') =>
    files.some((f) =>
      f.hunks.some((h) =>
        h.lines.some((l) => l.kind === kind && /\b(?:__mt|mtree)_dup\s*\(/.test(l.text)),
      ),
    );
  return calls('+') && !calls('-');
}

/** The file is one that the reviewed functions live in, so that a failure to rebuild it matters. */
function touchesFamily(file: FilePatch): boolean {
  return file.hunks.some(
    (h) => /\bdup_mmap\b/.test(h.section) || h.lines.some((l) => /\bdup_mmap\b/.test(l.text)),
  );
}

/** Why dup_mmap() as the patch has it is not what would run: one sentence, or none. */
export const unbuiltFork = ({ pairs }: Sourced): string[] =>
  pairs.flatMap((p) =>
    (p.unbuilt ?? [])
      .filter((u) => u.name === 'dup_mmap')
      .map((u) => `dup_mmap() of ${p.path} can not be rebuilt from the hunks: ${u.why}`),
  );

/** Files of the fork of which a hunk could not be read: what runs without it is not what the author wrote. */
export const unread = (patch: Patch): string[] =>
  patch.files
    .filter((f) => f.lost && mayBeRun(f.newPath ?? f.oldPath ?? ''))
    .map(
      (f) => `a hunk of ${f.newPath ?? f.oldPath} can not be read: what it changes is not known`,
    );

/** The options of the tree's `.config`; undefined where there is none. */
export async function treeConfig(reader: ContentReader | null): Promise<ConfigTable | undefined> {
  const text = await reader?.read('.config');
  if (!text) return undefined;
  const id = createHash('sha256').update(text).digest('hex');
  return Object.assign(parseKconfig(text), { id });
}
