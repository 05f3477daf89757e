import type { FilePatch, Hunk } from '../intake/types.js';
import { tokenize } from './c/tokens.js';
import { type Composition, compose, looksLikeDupMmap, type NotComposed } from './compose.js';
import { dropLoneConditionals } from './conditionals.js';
import { type Side, sidePath, unquoteBlanks } from './hunks.js';
import { fillNotes } from './notes.js';
import { pieceOf } from './piece.js';
import { type Segment, segmentsOf } from './segments.js';
import type { SourceFile, SourceLine, SourcePair } from './types.js';
import { isUnmarked, pathOfWalk, WALKS, walkSkeletons } from './walks.js';

/** A function of which hunks show parts, as it was rebuilt from them; `cut`: it goes on where the patch ends. */
interface Part {
  name: string;
  segments: readonly Segment[];
  cut: boolean;
  composed: Composition | NotComposed;
}

/**
 * Both versions of a file from its hunks alone: the definitions that hunks show whole, and dup_mmap() and the functions
 * of the teardown, filled up from skeletons. What else is shown in part only is left out, and said. `unmarked`: for a
 * kernel that knows no failure marker before the patch.
 */
export function byHunks(
  file: FilePatch,
  hunks: readonly Hunk[],
  pair: SourcePair,
  unmarked = false,
): SourcePair {
  if (!/\.[ch]$/.test(pair.path)) {
    return { ...pair, notes: [...pair.notes, `${pair.path} is not C: not analysed`] };
  }
  const segments = segmentsOf(hunks.map(unquoteBlanks));
  const fork = partOf('dup_mmap', file, segments);
  const walks = WALKS.map((name) => partOf(name, file, segments, unmarked));
  // of a function that the patch leaves alone the form that goes with dup_mmap() tells more than a few lines of it
  const parts = [fork, ...walks.filter((part) => part?.segments.some(changes))].filter(
    (part) => part !== null && part !== undefined,
  );
  const whole = (part: Part) => ('failure' in part.composed ? null : part.composed);
  const composed = fork && whole(fork);

  const side = (which: Side): SourceFile => {
    const lines = segments.flatMap((segment) => {
      const part = parts.find((p) => p.segments.includes(segment));
      if (!part) return wholeLines(segment, which);
      return segment === part.segments[0] ? (whole(part)?.[which] ?? []) : [];
    });
    const era = which === 'before' || !composed ? (composed?.eraBefore ?? null) : erasOf(composed);
    const path = sidePath(file, which) ?? pair.path;
    return { path, lines: dropLoneConditionals(lines), base: 'hunks-only', skeleton: era };
  };
  const before = side('before');
  const after = side('after');
  const made = parts.filter((part) => whole(part) !== null);
  // dup_mmap() that could not be rebuilt is told as the failure of the file
  const rebuilt = [...made, ...(fork ? [fork] : [])].flatMap((part) => part.segments);
  const notes = [
    ...pair.notes,
    ...made.flatMap((part) => fillNotes(whole(part)!, part.cut, part === fork ? null : part.name)),
    ...partNotes(segments, rebuilt),
  ];
  const unbuilt = parts.flatMap(({ name, composed }) =>
    'failure' in composed ? [{ name, why: composed.failure }] : [],
  );
  const failure = failureOf(pair.path, segments, fork?.composed ?? null, before, after);
  const nothing = before.lines.length === 0 && after.lines.length === 0 && failure !== null;
  return {
    ...pair,
    before: nothing ? null : before,
    after: nothing ? null : after,
    notes,
    failure,
    ...(unbuilt.length ? { unbuilt } : {}),
    partial: [
      ...partialNames(segments, rebuilt),
      ...(fork?.cut ? ['dup_mmap'] : []),
      ...(file.truncated ? unseenWalks(pair.path, segments, rebuilt) : []),
    ],
  };
}

/** A function as far as the hunks of a file touch it without showing it whole; null when they do not. */
function partOf(
  name: 'dup_mmap' | (typeof WALKS)[number],
  file: FilePatch,
  segments: readonly Segment[],
  unmarked = false,
): Part | null {
  const isPart = name === 'dup_mmap' ? isPartOfDupMmap : (s: Segment) => isPartOf(s, name);
  // beside a whole definition what the patch leaves alone is another one: that of a branch which is not compiled
  const whole = segments.some((s) => s.name === name && !s.startsInside && !s.endsInside);
  const own = segments.filter((s) => isPart(s) && (!whole || changes(s)));
  const last = own.at(-1);
  if (!last) return null;
  const cut = last.hunk.truncated || (file.truncated && last === segments.at(-1));
  const path = file.newPath ?? file.oldPath ?? '';
  if (name === 'dup_mmap') {
    const ends = cut || file.truncated;
    return { name, segments: own, cut: ends, composed: compose(own, ends, path) };
  }
  // what a teardown does behind a cut can not be told from what it did before
  const composed = file.truncated
    ? { failure: 'the patch is cut short' }
    : compose(own, false, path, walkSkeletons(name, unmarked));
  return { name, segments: own, cut, composed };
}

/** Functions of a file that is cut short of which it may change more than it shows. */
function unseenWalks(
  path: string,
  segments: readonly Segment[],
  rebuilt: readonly Segment[],
): string[] {
  const seen = segments.filter((s) => !s.endsInside && !s.startsInside).concat(rebuilt);
  return WALKS.filter((name) => pathOfWalk(name) === path && !seen.some((s) => s.name === name));
}

/** Some part of the teardown that the hunks show fits only forms that know no failure marker. */
export function fitsUnmarked(file: FilePatch): boolean {
  const segments = segmentsOf(file.hunks.map(unquoteBlanks));
  return WALKS.some((name) => {
    const part = partOf(name, file, segments);
    if (!part || 'failure' in part.composed) return false;
    return isUnmarked(name, part.composed.fits);
  });
}

/** The function in which a patch that is cut short ends; null where nothing tells. */
export function cutIn(hunks: readonly Hunk[]): string | null {
  const last = segmentsOf(hunks.map(unquoteBlanks)).at(-1);
  if (!last) return null;
  return isPartOfDupMmap(last) ? 'dup_mmap' : last.name;
}

/** dup_mmap() as far as the hunks of a file touch it: null when they do not. */
export function composeDupMmap(file: FilePatch, hunks: readonly Hunk[]) {
  return partOf('dup_mmap', file, segmentsOf(hunks.map(unquoteBlanks)))?.composed ?? null;
}

function erasOf({ eraBefore, eraAfter }: Composition): string {
  return eraBefore === eraAfter ? eraBefore : `${eraBefore}, ${eraAfter}`;
}

/** Shown in part, and of a function that its head or section names. */
const isPartOf = (segment: Segment, name: string): boolean =>
  segment.kind === 'item' && (segment.startsInside || segment.endsInside) && segment.name === name;

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
