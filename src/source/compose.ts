import { MAX_ATOMS } from '../base/limits.js';
import { align, type Item } from './align.js';
import type { Atom } from './c/atoms.js';
import { calleesOf, declaredNames } from './c/signature.js';
import { eraDistance } from './eras.js';
import type { Side } from './hunks.js';
import {
  type Candidate,
  type Interval,
  intervalsOf,
  isAnchor,
  type NotComposed,
} from './intervals.js';
import { fillLines, type Names, voteNames } from './names.js';
import { braceBalance, type Piece, pieceOf } from './piece.js';
import type { Segment } from './segments.js';
import { allSkeletons, inWordsOf, type Skeleton } from './skeleton.js';
import type { SourceLine } from './types.js';
import { whyIncomplete } from './validate.js';

export type { NotComposed } from './intervals.js';

/** A function on both sides, and the eras that filled it. `fits`: eras that fit the lines shown equally well. */
export interface Composition {
  before: SourceLine[];
  after: SourceLine[];
  eraBefore: string;
  /** Differs from `eraBefore` only for what follows a quote that is cut short. */
  eraAfter: string;
  fits: string[];
}

/** Eras this much worse than the best one are still tried when better ones make no complete function. */
const SCORE_SLACK = 1.5;

/**
 * The whole function from the parts that a patch shows: hunks replace the steps of a skeleton that they align with.
 * `cut`: the patch goes on after the last part; what follows it on the after side is then taken from the era that the
 * lines after the patch fit best.
 */
export function compose(
  segments: readonly Segment[],
  cut: boolean,
  path: string,
  forms?: readonly Skeleton[],
): Composition | NotComposed {
  const used = segments.filter((s) => hasAtoms(s, 'before') || hasAtoms(s, 'after'));
  if (cut && used.length > 1 && saysNothing(used.at(-1)!)) used.pop();
  if (used.length === 0) return { failure: 'the lines shown hold no statement' };
  const before = used.map((segment) => pieceOf(segment, 'before'));
  const after = used.map((segment) => pieceOf(segment, 'after'));
  if ([...before, ...after].some((piece) => piece.atoms.length > MAX_ATOMS)) {
    return { failure: 'a hunk holds more statements than any form of the function has' };
  }
  const lost = lostChange([...before, ...after], cut);
  if (lost !== null) return { failure: lost };
  const skeletons = inWordsOf([...before, ...after], forms ?? allSkeletons());
  let why: string | null = null;
  let found: Composition | null = null;
  // a change of the teardown tells nothing of its age by what it adds: it may as well mend the newest
  const added = forms ? new Set<string>() : addedCalls(before, after);
  for (const candidate of rank(before, skeletons, { added, path })) {
    if (found && candidate.score < candidate.best - 1e-9) break;
    const result = build(candidate, before, after, cut, skeletons);
    if ('failure' in result) why ??= result.failure;
    else if (found) found.fits.push(result.eraBefore);
    else found = result;
  }
  return found ?? { failure: why ?? 'no skeleton fits' };
}

/** Calls that the patch adds, by name. */
function addedCalls(before: readonly Piece[], after: readonly Piece[]): Set<string> {
  const calls = (pieces: readonly Piece[]) => pieces.flatMap((p) => p.atoms.flatMap(calleesOf));
  const old = new Set(calls(before));
  return new Set(
    calls(after)
      .filter((name) => !old.has(name))
      .map(today),
  );
}

/** What the series that brought per-VMA locks called the write lock before it was merged. */
const OLD_NAMES: Record<string, string> = {
  vma_mark_locked: 'vma_start_write',
  vma_write_lock: 'vma_start_write',
};

const today = (name: string): string => OLD_NAMES[name] ?? name;

/** True when the lines of a segment fit a part of some dup_mmap() well, whatever function the hunk names. */
export function looksLikeDupMmap(segment: Segment): boolean {
  return (['before', 'after'] as const).some((side) => {
    const piece = pieceOf(segment, side);
    const { items } = piece;
    if (items.length < 3 || items.length > MAX_ATOMS) return false;
    return inWordsOf([piece], allSkeletons()).some((skeleton) => {
      const { quality, partners } = align(skeleton.items, [items]);
      const calls = partners[0].filter((at, i) => at !== null && hasCall(items[i])).length;
      return quality[0] >= 0.6 && calls >= 2;
    });
  });
}

/** No change and no step by which to place it: the quote ends just after the hunk's first lines. */
function saysNothing(segment: Segment): boolean {
  if (segment.lines.some((line) => line.kind !== ' ')) return false;
  return !pieceOf(segment, 'before').items.some(isAnchor);
}

function hasCall(item: Item): boolean {
  return [...item.signature.features.keys()].some((key) => key.startsWith('c:'));
}

function hasAtoms(segment: Segment, side: Side): boolean {
  return pieceOf(segment, side).atoms.length > 0;
}

function lostChange(pieces: readonly Piece[], cut: boolean): string | null {
  const last = pieces.at(-1)?.segment;
  const bad = pieces.find((p) => p.lostChange !== null && !(cut && p.segment === last));
  if (!bad) return null;
  return `hunk ${bad.segment.hunkNumber} changes a statement of which it shows a part only (line ${bad.lostChange} of the input)`;
}

interface Preference {
  /** Calls that the patch adds: an era whose other steps have them already is less likely. */
  added?: ReadonlySet<string>;
  near?: Skeleton;
  /** The file that the patch changes: dup_mmap() moved once. */
  path?: string;
}

/** The eras worth trying, best first; among equals by preference, then the newest. */
function rank(
  pieces: readonly Piece[],
  skeletons: readonly Skeleton[],
  { added, near, path }: Preference,
): Candidate[] {
  const wanted = pieces.map((p) => p.items);
  const all = skeletons.map((skeleton, age) => {
    const alignment = align(skeleton.items, wanted);
    const hits = new Set(alignment.partners.flat());
    const twice = skeleton.atoms.filter(
      (atom, i) => !hits.has(i) && calleesOf(atom).some((name) => added?.has(today(name))),
    ).length;
    const moved = path !== undefined && path !== skeleton.era.path ? 1 : 0;
    const far = near ? eraDistance(near.era, skeleton.era) : 0;
    return {
      skeleton,
      alignment,
      score: alignment.score,
      order: [moved, skeleton.era.between ? 1 : 0, twice, far, -age],
    };
  });
  const best = Math.max(...all.map((c) => c.score));
  const compare = (a: (typeof all)[0], b: (typeof all)[0]) => {
    if (Math.abs(a.score - b.score) > 1e-9) return b.score - a.score;
    const at = a.order.findIndex((value, i) => value !== b.order[i]);
    return at < 0 ? 0 : a.order[at] - b.order[at];
  };
  return all
    .filter((c) => c.score >= best - SCORE_SLACK)
    .sort(compare)
    .map((c) => ({ ...c, best }));
}

function build(
  candidate: Candidate,
  before: readonly Piece[],
  after: readonly Piece[],
  cut: boolean,
  skeletons: readonly Skeleton[],
): Composition | NotComposed {
  const { skeleton } = candidate;
  const intervals = intervalsOf(candidate, before);
  if ('failure' in intervals) return intervals;
  const names = namesFor(candidate, before);
  const known = localNames(names, skeletons);
  const full = [...intervals, { from: skeleton.atoms.length, to: skeleton.atoms.length }];
  const old = assemble({ skeleton, intervals: full, pieces: before, names });
  const trouble = whyIncomplete(texts(old), known);
  if (trouble) return { failure: `before the patch, with skeleton ${skeleton.era.id}, ${trouble}` };
  const eraBefore = skeleton.era.id;
  const result = { before: old, eraBefore, fits: [eraBefore] };
  const plain = assemble({ skeleton, intervals: full, pieces: after, names });
  if (!cut) {
    const fault = whyIncomplete(texts(plain), known);
    if (fault) return { failure: `after the patch, with skeleton ${eraBefore}, ${fault}` };
    return { ...result, after: plain, eraAfter: eraBefore };
  }
  const removed = removedCalls(before.at(-1)!, after.at(-1)!);
  const head = { skeleton, intervals, pieces: after, names, removed };
  const tail = afterTheCut(candidate, head, plain, skeletons);
  return 'failure' in tail ? tail : { ...result, ...tail };
}

/** Calls that the last hunk takes away: the steps after the quote must not start with one of them. */
function removedCalls(before: Piece, after: Piece): string[] {
  const stays = new Set(after.items.map(callText));
  return before.items.map(callText).filter((text) => text !== '' && !stays.has(text));
}

function callText(item: Item): string {
  const { features, locals } = item.signature;
  return hasCall(item) ? [item.kind, ...[...features.keys()].sort(), ...locals].join(' ') : '';
}

interface Assembly {
  skeleton: Skeleton;
  /** One for each piece; a last one that starts at the end fills the rest. */
  intervals: readonly Interval[];
  pieces: readonly Piece[];
  names: Names;
}

/** The pieces' lines with the skeleton's steps between them. */
function assemble({ skeleton, intervals, pieces, names }: Assembly): SourceLine[] {
  const lines: SourceLine[] = [];
  const shown = declarations(skeleton, intervals, pieces);
  let at = 0;
  for (const [p, interval] of intervals.entries()) {
    lines.push(...fill(skeleton, at, interval.from, names, shown));
    if (interval.opens) lines.push(brace('{', skeleton));
    if (p < pieces.length) lines.push(...pieces[p].lines);
    at = interval.to + 1;
    if (interval.closes === undefined) continue;
    lines.push(...fill(skeleton, at, interval.closes + 1, names, shown), brace('}', skeleton));
    at = interval.closes + 1;
  }
  return lines;
}

const brace = (text: string, { era }: Skeleton): SourceLine => ({
  text: `\t\t${text}`,
  line: null,
  patchLine: null,
  origin: 'skeleton',
  changed: false,
  era: era.id,
});

/** `name@depth` of each variable that the hunks declare. */
function declarations(
  skeleton: Skeleton,
  intervals: readonly Interval[],
  pieces: readonly Piece[],
): Set<string> {
  const out = new Set<string>();
  pieces.forEach((piece, p) => {
    let depth = braceBalance(skeleton.atoms.slice(0, intervals[p].from));
    for (const atom of piece.atoms) {
      depth += braceBalance([atom]);
      for (const name of declaredNames(atom)) out.add(`${name}@${depth}`);
    }
  });
  return out;
}

function fill(
  skeleton: Skeleton,
  from: number,
  to: number,
  names: Names,
  shown: ReadonlySet<string>,
): SourceLine[] {
  let depth = braceBalance(skeleton.atoms.slice(0, from));
  const atoms: Atom[] = skeleton.atoms.slice(from, to).filter((atom) => {
    depth += braceBalance([atom]);
    const declared = atom.kind === 'decl' ? declaredNames(atom) : [];
    return !declared.some((name) => shown.has(`${names.get(name) ?? name}@${depth}`));
  });
  return fillLines(skeleton.lines, atoms, names, skeleton.era.id);
}

/** The after side of a quote: up to the cut as before the patch, then the era that the lines after it fit best. */
function afterTheCut(
  candidate: Candidate,
  head: Assembly & { removed: readonly string[] },
  plain: SourceLine[],
  skeletons: readonly Skeleton[],
): Pick<Composition, 'after' | 'eraAfter'> | NotComposed {
  let why: string | null = null;
  for (const next of rank(head.pieces, skeletons, { near: candidate.skeleton })) {
    const same = next.skeleton === candidate.skeleton;
    const known = localNames(head.names, skeletons);
    const after = same ? plain : continueWith(next, head);
    const trouble = typeof after === 'string' ? after : whyIncomplete(texts(after), known);
    if (typeof after !== 'string' && !trouble) return { after, eraAfter: next.skeleton.era.id };
    why ??= `the quote ends too early: with the rest from skeleton ${next.skeleton.era.id}, ${trouble}`;
  }
  return { failure: why ?? 'no skeleton fits the lines after the patch' };
}

function continueWith(
  next: Candidate,
  head: Assembly & { removed: readonly string[] },
): SourceLine[] | string {
  const hits = next.alignment.partners.flat().filter((at) => at !== null);
  const { skeleton } = next;
  const from = (hits.at(-1) ?? -1) + 1;
  const lines = assemble(head);
  const last = head.intervals.length - 1;
  const depth =
    braceBalance(head.skeleton.atoms.slice(0, head.intervals[last].from)) +
    head.pieces[last].balance +
    (head.intervals[last].opens ?? 0);
  if (depth !== braceBalance(skeleton.atoms.slice(0, from))) return 'its braces do not pair up';
  const following = skeleton.items[from];
  if (following && head.removed.includes(callText(following))) {
    return 'a step that the patch takes away comes back';
  }
  const names = new Map([...head.names, ...namesFor(next, head.pieces)]);
  const shown = declarations(head.skeleton, head.intervals, head.pieces);
  return [...lines, ...fill(skeleton, from, skeleton.atoms.length, names, shown)];
}

function namesFor({ skeleton, alignment }: Candidate, pieces: readonly Piece[]): Names {
  const pairs = pieces.flatMap((piece, p) =>
    piece.items.flatMap((item, i): [Item, Item][] => {
      const at = alignment.partners[p][i];
      return at === null ? [] : [[skeleton.items[at], item]];
    }),
  );
  return voteNames(pairs, new Set(skeleton.atoms.flatMap(declaredNames)));
}

/** Names that are locals of the function in any era, under the patch's names too. */
function localNames(names: Names, skeletons: readonly Skeleton[]): Set<string> {
  const own = skeletons.flatMap((s) => s.atoms.flatMap(declaredNames));
  return new Set(own.map((name) => names.get(name) ?? name));
}

function texts(lines: readonly SourceLine[]): string[] {
  return lines.map((line) => line.text);
}
