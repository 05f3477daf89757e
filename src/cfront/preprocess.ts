import { type ConditionWorld, evalCondition } from './condition.js';
import type { ConfigTable } from './config.js';
import { blank } from './text.js';

export interface Macro {
  name: string;
  /** Parameter names; null for an object-like macro. */
  params: string[] | null;
  variadic: boolean;
  body: string;
  /** Offset of the directive. */
  at: number;
}

export interface Preprocessed {
  /** Same length as the input: directives and branches not taken are blank. */
  active: string;
  macros: Map<string, Macro>;
}

interface Branch {
  /** The enclosing text is active. */
  outer: boolean;
  /** Some branch of this #if was taken already. */
  taken: boolean;
  active: boolean;
}

const PREDEFINED = new Set(['__KERNEL__', '__GNUC__', '__x86_64__', '__CHECKER__NOT']);

/**
 * Resolves #if and collects #define. `code` has its comments blanked. Unbalanced #endif and #else (a text cut out of a
 * file) are taken as they come; an #if left open reaches to the end.
 */
export function preprocess(code: string, config?: ConfigTable): Preprocessed {
  const macros = new Map<string, Macro>();
  const world: ConditionWorld = {
    config,
    macro: (name) => (macros.get(name)?.params === null ? macros.get(name)?.body : undefined),
    defined: (name) => macros.has(name) || PREDEFINED.has(name),
  };
  const stack: Branch[] = [];
  const out: string[] = [];
  let active = true;
  let at = 0;
  while (at < code.length) {
    let end = lineEnd(code, at);
    const directive = isDirective(code, at)
      ? /^[ \t]*#[ \t]*(\w*)/.exec(code.slice(at, Math.min(end, at + 80)))
      : null;
    if (directive === null) {
      const line = code.slice(at, end);
      out.push(active ? line : blank(line));
      at = end;
      continue;
    }
    while (/\\\r?\n$/.test(code.slice(Math.max(at, end - 3), end)) && end < code.length) {
      end = lineEnd(code, end);
    }
    const raw = code.slice(at, end);
    const rest = raw.slice(directive[0].length).replace(/\\\r?\n/g, ' ');
    active = step(directive[1], rest, active, stack, world, macros, at);
    out.push(blank(raw));
    at = end;
  }
  return { active: out.join(''), macros };
}

function isDirective(code: string, at: number): boolean {
  let i = at;
  while (code[i] === ' ' || code[i] === '\t') i++;
  return code[i] === '#';
}

function lineEnd(code: string, at: number): number {
  const nl = code.indexOf('\n', at);
  return nl < 0 ? code.length : nl + 1;
}

/** Handles one directive and returns whether the text after it is active. */
function step(
  word: string,
  rest: string,
  active: boolean,
  stack: Branch[],
  world: ConditionWorld,
  macros: Map<string, Macro>,
  at: number,
): boolean {
  const top = stack.at(-1);
  switch (word) {
    case 'if':
    case 'ifdef':
    case 'ifndef': {
      const test =
        word === 'if' ? rest : word === 'ifdef' ? `defined(${rest})` : `!defined(${rest})`;
      const on = active && evalCondition(test, world) !== 0;
      stack.push({ outer: active, taken: on, active: on });
      return on;
    }
    case 'elif':
    case 'else': {
      if (top === undefined) return active;
      top.active = top.outer && !top.taken && (word === 'else' || evalCondition(rest, world) !== 0);
      top.taken ||= top.active;
      return top.active;
    }
    case 'endif':
      return stack.pop()?.outer ?? active;
    case 'define':
      if (active) addMacro(rest, macros, at);
      return active;
    case 'undef':
      if (active) macros.delete(rest.trim());
      return active;
    default:
      return active;
  }
}

function addMacro(rest: string, macros: Map<string, Macro>, at: number): void {
  const m = /^\s*(\w+)(\(([^)]*)\))?([\s\S]*)$/.exec(rest);
  if (m === null) return;
  const params = m[2] === undefined ? null : m[3].split(',').map((p) => p.trim());
  if (params?.length === 1 && params[0] === '') params.pop();
  const last = params?.at(-1);
  const variadic = last?.endsWith('...') ?? false;
  if (variadic && params)
    params[params.length - 1] = last === '...' ? '__VA_ARGS__' : last!.slice(0, -3).trim();
  macros.set(m[1], { name: m[1], params, variadic, body: m[4].trim(), at });
}
