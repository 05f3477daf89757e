import type { FilePatch, Hunk } from '../intake/types.js';
import { tokenize } from './c/tokens.js';
import { type Composition, compose, looksLikeDupMmap, type NotComposed } from './compose.js';
import { dropLoneConditionals } from './conditionals.js';
import { type Side, sidePath, unquoteBlanks } from './hunks.js';
import { fillNotes } from './notes.js';
import { pieceOf } from './piece.js';
import { type Segment, segmentsOf } from './segments.js';
import type { SourceFile, SourceLine, SourcePair } from './types.js';

/**
 * Both versions of a file from its hunks alone: the definitions that hunks show whole, and dup_mmap() filled up from a
 * skeleton. What is shown in part only is left out, and said.
 */
export function byHunks(file: FilePatch, hunks: readonly Hunk[], pair: SourcePair): SourcePair {
  if (!/\.[ch]$/.test(pair.path)) {
    return { ...pair, notes: [...pair.notes, `${pair.path} is not C: not analysed`] };
  }
  const { segments, parts, cut, composed } = composeDupMmap(file, hunks);
  const whole = composed && !('failure' in composed) ? composed : null;

  const side = (which: Side): SourceFile => {
    const lines = segments.flatMap((segment) => {
      if (segment === parts[0]) return whole ? whole[which] : [];
      return parts.includes(segment) ? [] : wholeLines(segment, which);
    });
    const era = which === 'before' || !whole ? (whole?.eraBefore ?? null) : erasOf(whole);
    const path = sidePath(file, which) ?? pair.path;
    return { path, lines: dropLoneConditionals(lines), base: 'hunks-only', skeleton: era };
  };
  const before = side('before');
  const after = side('after');
  const notes = [
    ...pair.notes,
    ...(whole ? fillNotes(whole, cut) : []),
    ...partNotes(segments, parts),
  ];
  const failure = failureOf(pair.path, segments, composed, before, after);
  const nothing = before.lines.length === 0 && after.lines.length === 0 && failure !== null;
  return {
    ...pair,
    before: nothing ? null : before,
    after: nothing ? null : after,
    notes,
    failure,
    partial: [...partialNames(segments, parts), ...(cut ? ['dup_mmap'] : [])],
  };
}

/** dup_mmap() as far as the hunks of a file touch it: `composed` is null when they do not. */
export function composeDupMmap(file: FilePatch, hunks: readonly Hunk[]) {
  const segments = segmentsOf(hunks.map(unquoteBlanks));
  const parts = segments.filter((segment) => isPartOfDupMmap(segment));
  const last = parts.at(-1);
  const cut = last !== undefined && (file.truncated || last.hunk.truncated);
  const path = file.newPath ?? file.oldPath ?? '';
  const composed = parts.length > 0 ? compose(parts, cut, path) : null;
  return { segments, parts, cut, composed };
}

function erasOf({ eraBefore, eraAfter }: Composition): string {
  return eraBefore === eraAfter ? eraBefore : `${eraBefore}, ${eraAfter}`;
}

/** Shown in part, and of dup_mmap(): by its head or section, or, where those name no function, by its steps. */
function isPartOfDupMmap(segment: Segment): boolean {
  if (segment.kind !== 'item' || !(segment.startsInside || segment.endsInside)) return false;
  return segment.name === 'dup_mmap' || (segment.name === null && looksLikeDupMmap(segment));
}

/** The lines of a segment on one side if they make whole definitions, with directives; else none. */
function wholeLines(segment: Segment, side: Side): SourceLine[] {
  if (segment.startsInside || segment.endsInside) return [];
  const piece = pieceOf(segment, side);
  if (segment.kind === 'between') return directivesOnly(piece.lines);
  return piece.balance === 0 && piece.atoms.length > 0 ? piece.lines : [];
}

function directivesOnly(lines: readonly SourceLine[]): SourceLine[] {
  const { directives } = tokenize(lines.map((line) => line.text));
  return directives.flatMap((d) => lines.slice(d.line, d.endLine));
}

function changes(segment: Segment): boolean {
  return segment.lines.some((line) => line.kind !== ' ' && line.text.trim() !== '');
}

/** Definitions that the patch changes and shows in part only. */
function partial(segments: readonly Segment[], parts: readonly Segment[]): string[] {
  const names = segments
    .filter((s) => s.kind === 'item' && (s.startsInside || s.endsInside))
    .filter((s) => !parts.includes(s) && changes(s))
    .map((s) => (s.name ? `${s.name}()` : `hunk ${s.hunkNumber}`));
  return [...new Set(names)];
}

/** Their names, as far as the hunks tell them. */
function partialNames(segments: readonly Segment[], parts: readonly Segment[]): string[] {
  const names = partial(segments, parts).filter((name) => name.endsWith('()'));
  return names.map((name) => name.slice(0, -2));
}

function partNotes(segments: readonly Segment[], parts: readonly Segment[]): string[] {
  const names = partial(segments, parts);
  if (names.length === 0) return [];
  return [`shown in part only, so not rebuilt without a tree: ${names.join(', ')}`];
}

function failureOf(
  path: string,
  segments: readonly Segment[],
  composed: Composition | NotComposed | null,
  before: SourceFile,
  after: SourceFile,
): string | null {
  if (composed && 'failure' in composed) {
    return `dup_mmap() of ${path} can not be rebuilt from the hunks: ${composed.failure}`;
  }
  if (before.lines.length > 0 || after.lines.length > 0) return null;
  if (!segments.some(changes)) return null;
  const names = partial(segments, []);
  const what = names.length > 0 ? ` (${names.join(', ')})` : '';
  return `no definition of ${path} is shown whole${what}; give the tree with --tree`;
}
