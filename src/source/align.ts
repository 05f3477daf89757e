import type { Atom, AtomKind } from './c/atoms.js';
import { type Signature, signatureOf } from './c/signature.js';

/** What is aligned: an atom's kind and signature. */
export interface Item {
  kind: AtomKind;
  signature: Signature;
  /** Indentation of its line, in tabs of eight. It decides only between what is equal otherwise. */
  indent: number;
}

/** Items of atoms that were cut from `lines`. */
export function itemsOf(atoms: readonly Atom[], lines: readonly string[]): Item[] {
  return atoms.map((atom) => ({
    kind: atom.kind,
    signature: signatureOf(atom),
    indent: indentOf(lines[atom.tokens[0].line]),
  }));
}

function indentOf(line: string): number {
  let column = 0;
  for (const char of line) {
    if (char === '\t') column += 8 - (column % 8);
    else if (char === ' ') column++;
    else break;
  }
  return Math.floor(column / 8);
}

export interface Alignment {
  score: number;
  /** For each piece, for each of its items: the index of its partner in the skeleton, or null. */
  partners: (number | null)[][];
  /** For each piece: matched score over the score of a perfect match, 0 to 1. */
  quality: number[];
}

const SKIP = 0.5;
const SKIP_BRACE = 0.2;

/**
 * Aligns pieces of a function (hunks, in order) with a skeleton: the best monotone matching over all pieces at once.
 * Between pieces the skeleton may be skipped freely; within one each item left over on either side costs.
 */
export function align(skeleton: readonly Item[], pieces: readonly Item[][]): Alignment {
  const items = pieces.flatMap((piece, p) => piece.map((item, i) => ({ item, p, first: i === 0 })));
  const width = skeleton.length + 1;
  const score = new Float64Array((items.length + 1) * width).fill(Number.NEGATIVE_INFINITY);
  const move = new Uint8Array(score.length);
  score[0] = 0;
  for (let j = 0; j <= items.length; j++) {
    const freeSkip = j === 0 || j === items.length || items[j].first;
    for (let i = 0; i <= skeleton.length; i++) {
      const here = j * width + i;
      const offer = (value: number, kind: number) => {
        if (value > score[here]) {
          score[here] = value;
          move[here] = kind;
        }
      };
      if (i > 0) offer(score[here - 1] - (freeSkip ? 0 : skipCost(skeleton[i - 1])), SKELETON);
      if (j > 0) offer(score[here - width] - skipCost(items[j - 1].item), PIECE);
      if (i > 0 && j > 0) {
        const gain = similarity(skeleton[i - 1], items[j - 1].item);
        if (gain > 0) offer(score[here - width - 1] + gain, MATCH);
      }
    }
  }
  return trace(skeleton, pieces, move, score[score.length - 1]);
}

const SKELETON = 1;
const PIECE = 2;
const MATCH = 3;

function trace(
  skeleton: readonly Item[],
  pieces: readonly Item[][],
  move: Uint8Array,
  score: number,
): Alignment {
  const width = skeleton.length + 1;
  const flat = pieces.flat();
  const partners: (number | null)[] = flat.map(() => null);
  let i = skeleton.length;
  let j = flat.length;
  while (i > 0 || j > 0) {
    const kind = move[j * width + i];
    if (kind === MATCH) partners[--j] = --i;
    else if (kind === PIECE) j--;
    else i--;
  }
  let at = 0;
  const byPiece = pieces.map((piece) => partners.slice(at, (at += piece.length)));
  const quality = pieces.map((piece, p) => {
    const full = piece.reduce((sum, item) => sum + similarity(item, item), 0);
    const got = piece.reduce((sum, item, k) => {
      const partner = byPiece[p][k];
      return partner === null ? sum : sum + similarity(skeleton[partner], item);
    }, 0);
    return full === 0 ? 0 : got / full;
  });
  return { score, partners: byPiece, quality };
}

function skipCost(item: Item): number {
  return item.kind === 'open' || item.kind === 'close' ? SKIP_BRACE : SKIP;
}

/** How alike two atoms are; 0 when they can not be the same step. */
export function similarity(a: Item, b: Item): number {
  const alike = likeness(a, b);
  return alike > 0 && a.indent === b.indent ? alike + 0.1 : alike;
}

function likeness(a: Item, b: Item): number {
  if (a.kind !== b.kind) return 0;
  const brace = a.kind === 'open' || a.kind === 'close';
  // A brace in the first column is the function's own.
  if (brace) return a.kind === 'close' && (a.indent === 0) !== (b.indent === 0) ? 0 : 0.3;
  if (a.kind === 'goto' || a.kind === 'label') {
    return 0.6 + (a.signature.label === b.signature.label ? 0.8 : 0);
  }
  const x = a.signature.features;
  const y = b.signature.features;
  if (a.signature.negated !== b.signature.negated) return 0;
  const names = 0.5 * sharedNames(a.signature.locals, b.signature.locals);
  if (x.size === 0 && y.size === 0) return 0.7 + names;
  let common = 0;
  let only = 0;
  for (const [key, weight] of x) y.has(key) ? (common += weight) : (only += weight);
  for (const [key, weight] of y) if (!x.has(key)) only += weight;
  if (common === 0) return 0;
  return Math.max(0, 0.5 + common - only / 2 + names);
}

function sharedNames(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length === b.length ? 1 : 0;
  const same = a.filter((name, i) => name === b[i]).length;
  return same / Math.max(a.length, b.length);
}
