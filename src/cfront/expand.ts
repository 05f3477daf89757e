import { MAX_EXPANSION_TOKENS } from '../base/limits.js';
import type { Macro } from './preprocess.js';
import { joinTokens, type Token, tokenize } from './tokens.js';

/** Finds the macro that a name stands for, or undefined: also for names that must stay as they are. */
export type MacroLookup = (name: string) => Macro | undefined;

/** The text is too long after expansion: a macro that the front end leaves alone. */
export class ExpansionTooLong extends Error {}

/** Expands all macros in `text` as the C preprocessor does (arguments first, then rescanning with painted names). */
export function expandText(text: string, lookup: MacroLookup): string {
  return joinTokens(expand(tokenize(text), lookup, { left: MAX_EXPANSION_TOKENS }));
}

function expand(input: Token[], lookup: MacroLookup, budget: { left: number }): Token[] {
  const out: Token[] = [];
  const work = [...input].reverse();
  while (work.length > 0) {
    if (budget.left-- <= 0) throw new ExpansionTooLong('macro expansion is too long');
    const t = work.pop()!;
    const macro = t.kind === 'ident' && !t.hide?.has(t.text) ? lookup(t.text) : undefined;
    if (macro === undefined) {
      out.push(t);
      continue;
    }
    if (macro.params === null) {
      pushBack(work, paint(tokenize(macro.body), t, macro.name), t);
      continue;
    }
    const args = takeArguments(work, macro);
    if (args === null) {
      out.push(t);
      continue;
    }
    pushBack(work, paint(substitute(macro, args, lookup, budget), t, macro.name), t);
  }
  return out;
}

function pushBack(work: Token[], tokens: Token[], use: Token): void {
  if (tokens.length > 0) tokens[0] = { ...tokens[0], space: use.space || tokens[0].space };
  for (let i = tokens.length - 1; i >= 0; i--) work.push(tokens[i]);
}

function paint(tokens: Token[], use: Token, name: string): Token[] {
  return tokens.map((t) =>
    t.kind === 'ident'
      ? { ...t, hide: new Set([...(t.hide ?? []), ...(use.hide ?? []), name]) }
      : t,
  );
}

/** Takes `( ... )` off the work list, split at top-level commas; null when no parenthesis follows. */
function takeArguments(work: Token[], macro: Macro): Token[][] | null {
  if (work.at(-1)?.text !== '(') return null;
  const saved: Token[] = [];
  const args: Token[][] = [[]];
  let depth = 0;
  while (work.length > 0) {
    const t = work.pop()!;
    saved.push(t);
    if (t.text === '(' || t.text === '[' || t.text === '{') {
      if (depth++ === 0) continue;
    } else if (t.text === ')' || t.text === ']' || t.text === '}') {
      if (--depth === 0) return args;
    } else if (
      t.text === ',' &&
      depth === 1 &&
      !(macro.variadic && args.length >= macro.params!.length)
    ) {
      args.push([]);
      continue;
    }
    args.at(-1)!.push(t);
  }
  while (saved.length > 0) work.push(saved.pop()!);
  return null;
}

function substitute(
  macro: Macro,
  args: Token[][],
  lookup: MacroLookup,
  budget: { left: number },
): Token[] {
  const body = tokenize(macro.body);
  const index = new Map(macro.params!.map((p, i) => [p, i]));
  const raw = (t: Token) =>
    t.kind === 'ident' && index.has(t.text) ? (args[index.get(t.text)!] ?? []) : null;
  const out: Token[] = [];
  for (let i = 0; i < body.length; i++) {
    const t = body[i];
    const next = body[i + 1];
    if (t.text === '#' && next && raw(next) !== null) {
      out.push({
        kind: 'literal',
        text: JSON.stringify(joinTokens(raw(next)!)),
        at: t.at,
        space: t.space,
      });
      i++;
    } else if (t.text === '##') {
      paste(out, next ? (raw(next) ?? [next]) : []);
      i++;
    } else {
      const arg = raw(t);
      const full =
        arg === null ? [t] : next?.text === '##' ? [...arg] : expand(arg, lookup, budget);
      if (full.length > 0) full[0] = { ...full[0], space: t.space };
      out.push(...full);
    }
  }
  return out;
}

function paste(out: Token[], right: Token[]): void {
  const left = out.at(-1);
  if (right.length === 0 || left === undefined) {
    out.push(...right);
    return;
  }
  if (left.text === ',') {
    out.push(...right);
    return;
  }
  const glued = tokenize(left.text + right[0].text);
  out.pop();
  out.push(
    ...glued.map((g, i) => ({ ...g, space: i === 0 ? left.space : g.space })),
    ...right.slice(1),
  );
}
