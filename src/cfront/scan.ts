import { MAX_GROUP_CHARS } from '../base/limits.js';
import { ATTRIBUTE_CALLS, ATTRIBUTES } from './attributes.js';
import { matchBracket, skipLiteral } from './text.js';

/** A top-level item of a file; offsets into its text, `end` exclusive. */
export interface Item {
  kind: 'function' | 'declaration';
  /** Name of the function; '' for a declaration. */
  name: string;
  /** What a declaration declares. */
  names: string[];
  start: number;
  end: number;
  /** Offset of the `{` of a body or aggregate, -1 without one. */
  brace: number;
  /** SYSCALL_DEFINEn(...): the head needs rewriting before it is C. */
  syscall: boolean;
}

/** The same once an item holds many that nothing closes: that is no C, and need not be read closely. */
const SHORT_GROUP = 200;
const MANY_UNCLOSED = 20;

interface Group {
  name: string;
  nameAt: number;
  open: number;
  close: number;
}

/** Top-level items of a text whose comments and untaken #if branches are blank, in order. */
export function scanItems(code: string): Item[] {
  const items: Item[] = [];
  let at = 0;
  while (at < code.length) {
    const item = nextItem(code, at, items);
    if (item < 0) break;
    at = item;
  }
  return items;
}

/** Reads one item from `from`, adds it and returns the offset after it; -1 at the end. */
function nextItem(code: string, from: number, items: Item[]): number {
  const start = skipBlank(code, from);
  if (start >= code.length) return -1;
  const groups: Group[] = [];
  let assigned = false;
  let brace = -1;
  let unclosed = 0;
  for (let i = nextSpecial(code, start); i >= 0; i = nextSpecial(code, i + 1)) {
    const c = code[i];
    if (c === '"' || c === "'") {
      i = skipLiteral(code, i) - 1;
    } else if (c === '(' || c === '[') {
      const close = matchBracket(code, i, unclosed < MANY_UNCLOSED ? MAX_GROUP_CHARS : SHORT_GROUP);
      if (close < 0) {
        unclosed++;
        continue;
      }
      if (c === '(' && brace < 0) groups.push(groupAt(code, i, close));
      i = close - 1;
    } else if (c === '=') {
      assigned = true;
    } else if (c === ';') {
      items.push(declaration(code, start, i + 1, brace, groups));
      return i + 1;
    } else if (c === '{') {
      const head = assigned || brace >= 0 ? null : functionGroup(code, start, groups, i);
      const close = matchBody(code, i);
      if (brace < 0) brace = i;
      if (head !== null) {
        items.push(definition(code, start, groups, head, i, close));
        return close;
      }
      i = close - 1;
    } else if (c === '}') {
      return i + 1;
    }
  }
  return -1;
}

const SPECIAL = /["'([={};]/g;

function nextSpecial(code: string, from: number): number {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(code)?.index ?? -1;
}

function skipBlank(code: string, at: number): number {
  let i = at;
  while (i < code.length && code.charCodeAt(i) <= 32) i++;
  return i;
}

function groupAt(code: string, open: number, close: number): Group {
  const m = /(\w+)\s*$/.exec(code.slice(Math.max(0, open - 120), open));
  return { name: m?.[1] ?? '', nameAt: m ? open - m[0].length : open, open, close };
}

/** End of a body: its matching brace, else the next brace in the first column (a text with a hole in it). */
function matchBody(code: string, open: number): number {
  const close = matchBracket(code, open);
  if (close >= 0) return close;
  const column = code.indexOf('\n}', open);
  return column < 0 ? code.length : column + 2;
}

/** The parameter list of a function definition whose body opens at `brace`, or null when this is none. */
function functionGroup(code: string, start: number, groups: Group[], brace: number): Group | null {
  const real = groups.filter((g) => g.name !== '' && !ATTRIBUTE_CALLS.has(g.name));
  const group = real.at(-1);
  if (group === undefined) return null;
  const tail = groups
    .filter((g) => g.open > group.close)
    .reduceRight(
      (text, g) => text.slice(0, g.nameAt - group.close) + text.slice(g.close - group.close),
      code.slice(group.close, brace),
    );
  if (!/^[\w\s]*$/.test(tail)) return null;
  const aggregate = /^\s*(typedef\s+)?(struct|union|enum)\b[^(]*$/;
  if (aggregate.test(code.slice(start, group.nameAt)) && /\w/.test(tail) && !/^\s*__/.test(tail))
    return null;
  return group;
}

function definition(
  code: string,
  start: number,
  groups: Group[],
  head: Group,
  brace: number,
  end: number,
): Item {
  const before = groups.filter((g) => g.close <= head.nameAt && !ATTRIBUTE_CALLS.has(g.name));
  const last = before.at(-1);
  const from = last === undefined ? start : skipBlank(code, last.close);
  const syscall = /^(COMPAT_)?SYSCALL_DEFINE\d$/.test(head.name);
  const name = syscall
    ? `sys_${/^\s*(\w+)/.exec(code.slice(head.open + 1, head.close))?.[1] ?? ''}`
    : head.name;
  return { kind: 'function', name, names: [], start: from, end, brace, syscall };
}

function declaration(
  code: string,
  start: number,
  end: number,
  brace: number,
  groups: Group[],
): Item {
  const item: Item = {
    kind: 'declaration',
    name: '',
    names: [],
    start,
    end,
    brace,
    syscall: false,
  };
  const real = groups.filter((g) => g.name !== '' && !ATTRIBUTE_CALLS.has(g.name));
  const macro = real[0];
  if (macro !== undefined && macro.nameAt === start && real.length > 1) {
    const from = skipBlank(code, macro.close);
    if (/^\w/.test(code.slice(from, from + 1))) item.start = from;
  }
  const text = code.slice(item.start, end);
  if (/^(typedef|struct|union|enum)\b/.test(text) && brace >= 0) return item;
  const proto = real.at(-1);
  const eq = topLevelEquals(text);
  if (proto !== undefined && eq < 0) item.names = [proto.name];
  else item.names = variableNames(text.slice(0, eq < 0 ? -1 : eq));
  return item;
}

/** Names that a declaration of variables declares; what follows the first initialiser is not looked at. */
function variableNames(text: string): string[] {
  const bare = text.replace(/\b(\w+)\s*\([^()]*\)/g, (all, name) =>
    ATTRIBUTE_CALLS.has(name) ? '' : all,
  );
  return bare.split(',').flatMap((part) => {
    const words = part.replace(/\[[^\]]*\]|:\s*\w+\s*$/g, ' ').match(/\w+/g) ?? [];
    while (words.length > 1 && (ATTRIBUTES.has(words.at(-1)!) || words.at(-1)!.startsWith('____')))
      words.pop();
    return words.slice(-1);
  });
}

function topLevelEquals(text: string): number {
  const m = /^[^={]*=/.exec(text);
  return m === null ? -1 : m[0].length - 1;
}
