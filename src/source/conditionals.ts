import { tokenize } from './c/tokens.js';
import type { SourceLine } from './types.js';

/**
 * The lines without `#if`, `#else`, `#endif` that lack their partners: hunks show parts of conditionals only. Definitions
 * behind a lone `#else` that the patch leaves alone go with it: they are those of the branch that is not taken.
 */
export function dropLoneConditionals(lines: readonly SourceLine[]): SourceLine[] {
  const { directives } = tokenize(lines.map((line) => line.text));
  const lone = new Set<number>();
  const open: number[][] = [];
  let otherwise: number | null = null;
  for (const { word, line } of directives) {
    if (/^if(n?def)?$/.test(word)) open.push([line]);
    else if (/^(else|elif|elifn?def)$/.test(word)) {
      if (open.length === 0) {
        lone.add(line);
        otherwise = line;
      } else open.at(-1)!.push(line);
    } else if (word === 'endif' && !open.pop()) {
      lone.add(line);
      if (otherwise !== null && isOtherBranch(lines.slice(otherwise + 1, line)))
        for (let k = otherwise + 1; k < line; k++) lone.add(k);
      otherwise = null;
    }
  }
  for (const line of open.flat()) lone.add(line);
  return lines.filter((_, i) => !lone.has(i));
}

/** Whole definitions, all as they were. */
function isOtherBranch(lines: readonly SourceLine[]): boolean {
  const text = lines.map((l) => l.text).join('\n');
  const count = (c: string) => text.split(c).length;
  return count('{') === count('}') && /^}/m.test(text) && !lines.some((l) => l.changed);
}
