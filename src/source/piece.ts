import type { HunkLine } from '../intake/types.js';
import { type Item, itemsOf } from './align.js';
import { type Atom, parseAtoms } from './c/atoms.js';
import { type Token, tokenize } from './c/tokens.js';
import { isChange, type Side } from './hunks.js';
import type { Segment } from './segments.js';
import type { SourceLine } from './types.js';

/** What one side of a hunk shows of a function: whole statements only. */
export interface Piece {
  segment: Segment;
  atoms: Atom[];
  items: Item[];
  /** The lines from the first whole statement to the last, ready to be put in. */
  lines: SourceLine[];
  /** Braces opened minus braces closed. */
  balance: number;
  /** A changed line was left out, because its statement starts or ends outside the hunk. */
  lostChange: number | null;
}

/** Reads one side of a segment. Parts of statements at its ends are left out. */
export function pieceOf(segment: Segment, side: Side): Piece {
  const shown = segment.lines.filter((line) => line.kind !== (side === 'before' ? '+' : '-'));
  const text = shown.map((line) => line.text.replace(/\r$/, ''));
  const { tokens, directives } = tokenize(text);
  const { atoms, cutStart, cutEnd } = parseAtoms(tokens);
  const kept = atoms.flatMap((atom) => atom.tokens);
  const lost = [...cutStart, ...cutEnd].find((token) => isChange(shown[token.line], side));
  return {
    segment,
    atoms,
    items: itemsOf(atoms, text),
    lines: keptLines(shown, text, kept, directives, side),
    balance: braceBalance(atoms),
    lostChange: lost ? shown[lost.line].inputLine : null,
  };
}

/** Braces opened minus braces closed by atoms. */
export function braceBalance(atoms: readonly Atom[]): number {
  return atoms.reduce(
    (sum, { kind }) => sum + (kind === 'open' ? 1 : kind === 'close' ? -1 : 0),
    0,
  );
}

function keptLines(
  shown: readonly HunkLine[],
  text: readonly string[],
  kept: readonly Token[],
  directives: readonly { line: number; endLine: number }[],
  side: Side,
): SourceLine[] {
  if (kept.length === 0 && directives.length === 0) return [];
  const first = kept[0];
  const last = kept.at(-1);
  const from = Math.min(first?.line ?? Infinity, ...directives.map((d) => d.line));
  const to = Math.max(last?.line ?? -1, ...directives.map((d) => d.endLine - 1));
  const lines: SourceLine[] = [];
  for (let i = from; i <= to; i++) {
    let content = text[i];
    if (last && i === last.line) content = content.slice(0, last.end);
    if (first && i === first.line) content = indentTo(content, first.col);
    const outside = (first && i < first.line) || (last && i > last.line) || !first;
    if (outside && !directives.some((d) => i >= d.line && i < d.endLine)) continue;
    lines.push({
      text: content,
      line: side === 'before' ? shown[i].old : shown[i].new,
      patchLine: shown[i].inputLine,
      origin: 'hunk',
      changed: isChange(shown[i], side),
    });
  }
  return lines;
}

/** What stands before the first whole statement of a line is taken off; its indentation stays. */
function indentTo(text: string, col: number): string {
  const indent = /^\s*/.exec(text)![0];
  return indent + text.slice(Math.max(col, indent.length));
}
