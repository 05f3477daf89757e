import type { Item } from './align.js';
import type { Atom } from './c/atoms.js';
import type { Token } from './c/tokens.js';
import type { SourceLine } from './types.js';

/** A skeleton's name -> the name that the patch uses for the same thing. */
export type Names = Map<string, string>;

/**
 * What the patch calls the skeleton's locals and labels, by a vote of the aligned pairs. Only pairs that agree in
 * everything else vote. A name that the vote gives to something else is moved out of the way.
 */
export function voteNames(pairs: readonly [Item, Item][], known: ReadonlySet<string>): Names {
  const votes = new Map<string, Map<string, number>>();
  const vote = (from: string, to: string) => {
    const row = votes.get(from) ?? new Map<string, number>();
    votes.set(from, row.set(to, (row.get(to) ?? 0) + 1));
  };
  for (const [mine, theirs] of pairs) {
    const a = mine.signature;
    const b = theirs.signature;
    if (a.label !== null && b.label !== null) vote(a.label, b.label);
    if (a.locals.length !== b.locals.length || !sameFeatures(a.features, b.features)) continue;
    a.locals.forEach((name, i) => {
      if (known.has(name)) vote(name, b.locals[i]);
    });
  }
  return settle(votes, known);
}

function sameFeatures(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}

function settle(votes: Map<string, Map<string, number>>, known: ReadonlySet<string>): Names {
  // A stray pair must not rename what other pairs call by its own name: that vote counts double.
  const offers = [...votes].flatMap(([from, row]) =>
    [...row].map(([to, count]) => ({ from, to, count: from === to ? 2 * count : count })),
  );
  offers.sort((a, b) => b.count - a.count || Number(b.from === b.to) - Number(a.from === a.to));
  const names: Names = new Map();
  const taken = new Set<string>();
  for (const { from, to } of offers) {
    if (names.has(from) || taken.has(to)) continue;
    names.set(from, to);
    taken.add(to);
  }
  for (const name of known) {
    if (!names.has(name) && taken.has(name)) names.set(name, `${name}_`);
  }
  return names;
}

/** After these a name is a field's or a type's, never a local's. */
const FIXED_AFTER = /^(->|\.|struct)$/;

/** The text of each token, with locals and labels under other names. */
function renameTokens(tokens: readonly Token[], names: Names): string[] {
  return tokens.map((token, i) => {
    const fixed = FIXED_AFTER.test(tokens[i - 1]?.text ?? '') || tokens[i + 1]?.text === '(';
    return fixed ? token.text : (names.get(token.text) ?? token.text);
  });
}

/** Lines, of which these are the tokens, with locals and labels under other names. */
export function renameLines(
  lines: readonly string[],
  tokens: readonly Token[],
  names: Names,
): string[] {
  const texts = renameTokens(tokens, names);
  const out = [...lines];
  // from the back, so that the columns of what is still to come stay true
  for (let i = tokens.length - 1; i >= 0; i--) {
    const { line, col, end } = tokens[i];
    out[line] = out[line].slice(0, col) + texts[i] + out[line].slice(end);
  }
  return out;
}

/** Skeleton atoms as lines, with the patch's names. */
export function fillLines(
  lines: readonly string[],
  atoms: readonly Atom[],
  names: Names,
  era: string,
): SourceLine[] {
  const out: SourceLine[] = [];
  let current = -1;
  const tokens = atoms.flatMap((atom) => atom.tokens);
  const texts = renameTokens(tokens, names);
  tokens.forEach((token, i) => {
    const text = lines[token.line];
    if (token.line !== current) {
      current = token.line;
      const indent = /^\s*/.exec(text)![0];
      out.push({
        text: indent + texts[i],
        line: null,
        patchLine: null,
        origin: 'skeleton',
        changed: false,
        era,
      });
    } else {
      const spaced = /\s/.test(text[token.col - 1]);
      out.at(-1)!.text += (spaced ? ' ' : '') + texts[i];
    }
  });
  return out;
}
