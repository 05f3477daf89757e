import type { FilePatch, Hunk } from '../intake/types.js';
import { type Applied, applyHunks, type Compare, reverseHunks, splitLines } from './apply.js';
import { byHunks, composeDupMmap, cutIn } from './by-hunks.js';
import { usableHunks } from './hunks.js';
import { type Preimage, preimagesOf } from './preimage.js';
import type { ContentReader, SourceBase, SourceFile, SourceLine, SourcePair } from './types.js';
import { WALKS } from './walks.js';

export interface RebuildOptions {
  /** The tree that the patch is for, at its base; null: from the hunks alone. */
  reader: ContentReader | null;
  /** What the patch is for knows no failure marker, as some file of it shows. */
  unmarked?: boolean;
}

/**
 * The file before and after the patch. With a tree that holds the file the hunks are applied to it; else, or when they
 * do not apply (`failure` then says which hunk and why), both versions are rebuilt from the hunks and the skeleton.
 */
export async function rebuild(file: FilePatch, opts: RebuildOptions): Promise<SourcePair> {
  const path = file.newPath ?? file.oldPath ?? '';
  const pair: SourcePair = { path, before: null, after: null, notes: [], failure: null };
  if (file.status === 'binary') return { ...pair, failure: `${path} is binary: not analysed` };
  const hunks = usableHunks(file);
  if (file.oldPath === null || file.newPath === null) return wholeFile(file, hunks, pair);

  if (!opts.reader) return byHunks(file, hunks, pair, opts.unmarked);
  const { found, notes } = await preimagesOf(file, opts.reader);
  pair.notes.push(...notes);
  let failure: string | null = null;
  for (const preimage of found) {
    const applied = applyToTree(splitLines(preimage.text), hunks, path, preimage);
    if (!('failure' in applied)) return both(file, hunks, pair, applied);
    failure ??= applied.failure;
  }
  const rest = byHunks(file, hunks, pair, opts.unmarked);
  if (failure === null) return rest;
  return { ...rest, failure: rest.failure ? `${failure}; ${rest.failure}` : failure };
}

function both(file: FilePatch, hunks: Hunk[], pair: SourcePair, applied: TreeResult): SourcePair {
  const after = file.truncated ? continued(file, hunks, applied) : applied.after;
  const { before, base, skeleton } = applied;
  return {
    ...pair,
    before: sourceFile(file.oldPath!, before, base),
    after: { ...sourceFile(file.newPath!, after, base), skeleton },
    notes: [...pair.notes, ...applied.notes],
    ...(file.truncated ? { partial: openAfter(hunks, before) } : {}),
  };
}

/** Functions that a patch which is cut short may change more of: the one it ends in, and those behind it in the file. */
function openAfter(hunks: readonly Hunk[], before: readonly SourceLine[]): string[] {
  const ends = cutIn(hunks);
  const last = Math.max(...hunks.map((h) => h.oldStart));
  const behind = (name: string) =>
    before.some(
      (l) =>
        (l.line ?? 0) >= last && /^\w/.test(l.text) && new RegExp(`\\b${name}\\(`).test(l.text),
    );
  return ['dup_mmap', ...WALKS].filter((name) => ends === null || name === ends || behind(name));
}

/**
 * The after side of a patch that is cut short. Half of a change to dup_mmap() is no function that anybody wrote: what
 * follows the cut is taken from the era that the change leads to, as without a tree.
 */
function continued(file: FilePatch, hunks: Hunk[], applied: TreeResult): SourceLine[] {
  applied.notes.push('the patch is cut short: it is applied as far as it is shown');
  const composed = composeDupMmap(file, hunks);
  if (!composed || 'failure' in composed || composed.eraAfter === composed.eraBefore) {
    return applied.after;
  }
  const last = composed.after.findLastIndex((line) => line.origin === 'hunk');
  const shown = composed.after[last].patchLine;
  const cut = applied.after.findIndex((line) => line.patchLine === shown);
  const end = applied.after.findIndex((line, i) => i > cut && line.text.startsWith('}'));
  if (cut < 0 || end < 0) return applied.after;
  applied.notes.push(`steps after the quote are those of skeleton ${composed.eraAfter}`);
  applied.skeleton = composed.eraAfter;
  return [
    ...applied.after.slice(0, cut + 1),
    ...composed.after.slice(last + 1),
    ...applied.after.slice(end + 1),
  ];
}

function sourceFile(path: string, lines: SourceLine[], base: SourceBase): SourceFile {
  return { path, lines, base, skeleton: null };
}

interface TreeResult {
  before: SourceLine[];
  after: SourceLine[];
  base: SourceBase;
  notes: string[];
  /** Era of the steps that follow a cut, on the after side. */
  skeleton: string | null;
}

/** Exact places come first, so that a patch which the tree holds already is not put in a second time elsewhere. */
function applyToTree(
  text: string[],
  hunks: Hunk[],
  path: string,
  tree: Preimage,
): TreeResult | { failure: string } {
  const { label } = tree;
  const back = reverseHunks(hunks);
  for (const compare of ['strict', 'blanks'] as const) {
    const forward = applyHunks(text, hunks, compare);
    if ('before' in forward && forward.offsets.every((n) => n === 0)) {
      return told(forward, compare, path, tree);
    }
    const reverse = applyHunks(text, back, compare);
    const held = 'before' in reverse && hunks.some((h) => h.lines.some((l) => l.kind !== ' '));
    if (held && (!('before' in forward) || reverse.offsets.every((n) => n === 0))) {
      const result = told(
        { ...reverse, before: reverse.after, after: reverse.before },
        compare,
        path,
        tree,
      );
      result.notes.unshift(
        `${path}: ${label} holds this patch already; the version before is rebuilt`,
      );
      return result;
    }
    if ('before' in forward) return told(forward, compare, path, tree);
  }
  const misfit = applyHunks(text, hunks, 'blanks');
  if ('before' in misfit) return told(misfit, 'blanks', path, tree);
  const where = `line ${misfit.line}: expected "${misfit.expected}"`;
  return { failure: `hunk ${misfit.hunk} of ${path} does not apply to ${label} (${where})` };
}

function told(applied: Applied, compare: Compare, path: string, tree: Preimage): TreeResult {
  const notes = applied.offsets.flatMap((offset, i) =>
    offset === 0 ? [] : [`hunk ${i + 1} of ${path} applies at an offset of ${lineCount(offset)}`],
  );
  if (compare === 'blanks') notes.push(`${path}: the hunks match when blanks are ignored`);
  const base = notes.length === 0 && tree.exact ? 'exact' : 'applied';
  return { ...applied, base, notes: [...tree.doubts, ...notes], skeleton: null };
}

function lineCount(n: number): string {
  return `${n} ${Math.abs(n) === 1 ? 'line' : 'lines'}`;
}

/** An added or a deleted file: the patch shows all of it. */
function wholeFile(file: FilePatch, hunks: Hunk[], pair: SourcePair): SourcePair {
  const side = file.oldPath === null ? 'after' : 'before';
  const lines: SourceLine[] = hunks.flatMap((hunk) =>
    hunk.lines
      .filter((line) => line.kind === (side === 'after' ? '+' : '-'))
      .map((line) => ({
        text: line.text.replace(/\r$/, ''),
        line: side === 'after' ? line.new : line.old,
        patchLine: line.inputLine,
        origin: 'hunk' as const,
        changed: true,
      })),
  );
  const base = file.truncated ? 'hunks-only' : 'exact';
  if (file.truncated) pair.notes.push(`${pair.path} is cut short: only the lines shown are known`);
  return { ...pair, [side]: sourceFile(pair.path, lines, base) };
}
