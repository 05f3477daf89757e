import { tokenize } from './c/tokens.js';
import type { SourceLine } from './types.js';

/** The lines without `#if`, `#else`, `#endif` that lack their partners: hunks show parts of conditionals only. */
export function dropLoneConditionals(lines: readonly SourceLine[]): SourceLine[] {
  const { directives } = tokenize(lines.map((line) => line.text));
  const lone = new Set<number>();
  const open: number[][] = [];
  for (const { word, line } of directives) {
    if (/^if(n?def)?$/.test(word)) open.push([line]);
    else if (/^(else|elif|elifn?def)$/.test(word)) {
      if (open.length === 0) lone.add(line);
      else open.at(-1)!.push(line);
    } else if (word === 'endif' && !open.pop()) lone.add(line);
  }
  for (const line of open.flat()) lone.add(line);
  return lines.filter((_, i) => !lone.has(i));
}
