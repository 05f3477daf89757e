import type { Alignment, Item } from './align.js';
import type { AtomKind } from './c/atoms.js';
import { braceBalance, type Piece } from './piece.js';
import type { Skeleton } from './skeleton.js';

export interface NotComposed {
  failure: string;
}

/** Of a perfect match, for each hunk. Below this the hunk may be of something else. */
const MIN_QUALITY = 0.5;

/** A skeleton with the place in it that each piece has. */
export interface Candidate {
  skeleton: Skeleton;
  alignment: Alignment;
  score: number;
  best: number;
}

/** A step that stands out: it calls, names a field, a constant or a type, or is a label. */
export function isAnchor({ kind, signature }: Item): boolean {
  return kind === 'label' || signature.features.size > 0;
}

/** The function that a skeleton is of, as `name()`. */
const nameOf = ({ atoms }: Skeleton): string => {
  const at = atoms[0].tokens.findIndex((token) => token.text === '(');
  return `${atoms[0].tokens[at - 1].text}()`;
};

/** The steps of the skeleton that a piece stands for: `from` to `to`, both included. */
export interface Interval {
  from: number;
  to: number;
  /** Braces around a single statement that the patch has and the skeleton has not, before and behind the piece. */
  opens?: number;
  closes?: number;
}

/** The steps that each piece stands for, in order. */
export function intervalsOf(
  candidate: Candidate,
  pieces: readonly Piece[],
): Interval[] | NotComposed {
  const { skeleton, alignment } = candidate;
  const out: Interval[] = [];
  for (const [p, piece] of pieces.entries()) {
    const where = `hunk ${piece.segment.hunkNumber} (input line ${piece.segment.lines[0].inputLine})`;
    const hits = alignment.partners[p].filter((at) => at !== null);
    if (piece.atoms.length === 0) {
      return { failure: `${where} shows no statement around its change` };
    }
    if (hits.length === 0 || alignment.quality[p] < MIN_QUALITY) {
      return { failure: `${where} does not fit the steps of any known ${nameOf(skeleton)}` };
    }
    if (!piece.items.some((item, i) => isAnchor(item) && alignment.partners[p][i] !== null)) {
      return { failure: `${where} shows too little of ${nameOf(skeleton)} to be placed` };
    }
    if (!elsesFit(piece, alignment.partners[p])) {
      return { failure: `${where} branches otherwise than skeleton ${skeleton.era.id}` };
    }
    const interval = { from: hits[0], to: hits.at(-1)! };
    const last = out.at(-1)?.to ?? -1;
    if (!settleBraces(skeleton, piece, interval, last) && !addBraces(skeleton, piece, interval)) {
      return { failure: `${where} does not nest like skeleton ${skeleton.era.id}` };
    }
    out.push(interval);
  }
  return out;
}

/**
 * Each `else` behind a block that starts before the piece is one of the skeleton too: where none stands, the two branches
 * may be the other way round, and filling in the head would run the wrong one.
 */
function elsesFit({ atoms }: Piece, partners: readonly (number | null)[]): boolean {
  let open = 0;
  return atoms.every(({ kind }, i) => {
    const outside = kind === 'close' && open === 0;
    if (kind === 'open') open++;
    if (kind === 'close' && !outside) open--;
    return !outside || atoms[i + 1]?.kind !== 'else' || partners[i + 1] !== null;
  });
}

/** Takes in the braces next to an interval until it opens and closes as many as the piece. */
function settleBraces(skeleton: Skeleton, piece: Piece, at: Interval, last: number): boolean {
  const { atoms } = skeleton;
  const off = () => piece.balance - braceBalance(atoms.slice(at.from, at.to + 1));
  while (off() !== 0) {
    const wanted = off() > 0 ? 'open' : 'close';
    if (atoms[at.to + 1]?.kind === wanted) at.to++;
    else if (at.from - 1 > last && atoms[at.from - 1].kind === wanted) at.from--;
    else return false;
  }
  return true;
}

/**
 * Braces that the author has put around a single statement: where one closes in the piece it opens behind the head that
 * stands before the piece; where it opens there, it closes behind the statement that ends the piece or follows it.
 */
function addBraces({ atoms }: Skeleton, piece: Piece, at: Interval): boolean {
  const off = piece.balance - braceBalance(atoms.slice(at.from, at.to + 1));
  const isHead = (kind: AtomKind | undefined) => kind === 'if' || kind === 'else';
  if (off === -1 && isHead(atoms[at.from - 1]?.kind)) {
    at.opens = 1;
    return true;
  }
  if (off !== 1) return false;
  const simple: (AtomKind | undefined)[] = ['expr', 'goto', 'return', 'continue', 'break'];
  if (isHead(piece.atoms.at(-1)?.kind)) {
    // the statement of that head is not shown: it comes from the skeleton
    if (!isHead(atoms[at.to].kind) || !simple.includes(atoms[at.to + 1]?.kind)) return false;
    at.closes = at.to + 1;
    return true;
  }
  if (!simple.includes(piece.atoms.at(-1)?.kind)) return false;
  at.closes = at.to;
  return true;
}
