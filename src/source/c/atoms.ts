import type { Token } from './tokens.js';

export type AtomKind =
  | 'signature'
  | 'open'
  | 'close'
  | 'if'
  | 'else'
  | 'loop'
  | 'switch'
  | 'case'
  | 'do'
  | 'label'
  | 'goto'
  | 'return'
  | 'break'
  | 'continue'
  | 'decl'
  | 'expr'
  | 'empty';

/** The smallest part of a function that a hunk may start or end at: a statement, a head without its body, a brace. */
export interface Atom {
  kind: AtomKind;
  tokens: Token[];
}

/** `cutStart`, `cutEnd`: tokens of a statement that starts before, or ends after, the piece; they are in no atom. */
export interface Atoms {
  atoms: Atom[];
  cutStart: Token[];
  cutEnd: Token[];
}

const TYPE_WORD =
  /^(struct|union|enum|const|volatile|static|unsigned|signed|int|long|short|char|bool|void|size_t|u8|u16|u32|u64|\w+_t)$/;
const DECL_MACRO = /^(LIST_HEAD|VMA_ITERATOR|MA_STATE|UNMAP_STATE|DEFINE_\w+|DECLARE_\w+)$/;
const WORDS: Record<string, AtomKind> = {
  goto: 'goto',
  return: 'return',
  break: 'break',
  continue: 'continue',
};

/** True for a word that can start a declaration. */
export function isTypeWord(text: string): boolean {
  return TYPE_WORD.test(text);
}

/** True for a macro that declares the variable it is given first. */
export function isDeclMacro(text: string): boolean {
  return DECL_MACRO.test(text);
}

/** Cuts a piece of a function, in the order of its text, into atoms. */
export function parseAtoms(tokens: readonly Token[]): Atoms {
  const start = continuationEnd(tokens);
  const atoms: Atom[] = [];
  let at = start;
  while (at < tokens.length) {
    const { kind, end } = nextAtom(tokens, at);
    if (end === null) break;
    atoms.push({ kind, tokens: tokens.slice(at, end) });
    at = end;
  }
  return { atoms, cutStart: tokens.slice(0, start), cutEnd: tokens.slice(at) };
}

/** Where the statement that starts before the piece ends: a bracket closes there that was not opened. */
function continuationEnd(tokens: readonly Token[]): number {
  let depth = 0;
  let end = 0;
  for (let i = 0; i < tokens.length; i++) {
    const text = tokens[i].text;
    if (text === '(' || text === '[') depth++;
    if (text === ')' || text === ']') {
      if (depth > 0) depth--;
      else end = i + 1;
    }
    if (text === ';' && depth === 0 && end === i && end > 0) end = i + 1;
    if ((text === ';' && depth === 0) || text === '{' || text === '}') break;
  }
  return end;
}

interface Found {
  kind: AtomKind;
  /** Index after the last token, null when the piece ends before the atom does. */
  end: number | null;
}

function nextAtom(tokens: readonly Token[], at: number): Found {
  const text = tokens[at].text;
  if (text === '{') return { kind: 'open', end: at + 1 };
  if (text === '}') return { kind: 'close', end: at + 1 };
  if (text === ';') return { kind: 'empty', end: at + 1 };
  if (text === 'else') return { kind: 'else', end: at + 1 };
  if (text === 'do') return { kind: 'do', end: at + 1 };
  if (text === 'if') return { kind: 'if', end: afterParens(tokens, at + 1) };
  if (text === 'while' || text === 'for') return { kind: 'loop', end: afterParens(tokens, at + 1) };
  if (text === 'switch') return { kind: 'switch', end: afterParens(tokens, at + 1) };
  if (text === 'case' || text === 'default') return { kind: 'case', end: after(tokens, at, ':') };
  if (text in WORDS) return { kind: WORDS[text], end: after(tokens, at, ';') };
  if (tokens[at].kind === 'id' && tokens[at + 1]?.text === ':')
    return { kind: 'label', end: at + 2 };
  return loopMacro(tokens, at) ?? statement(tokens, at);
}

/** A macro that heads a block: `for_each_vma(vmi, vma)`, `scoped_guard(mutex, &m) {`. */
function loopMacro(tokens: readonly Token[], at: number): Found | null {
  if (tokens[at].kind !== 'id' || tokens[at + 1]?.text !== '(') return null;
  const end = afterParens(tokens, at + 1);
  const each = tokens[at].text.includes('for_each');
  if (end === null) return each ? { kind: 'loop', end } : null;
  const next = tokens[end]?.text;
  return next === '{' || (each && next !== ';') ? { kind: 'loop', end } : null;
}

function statement(tokens: readonly Token[], at: number): Found {
  const kind =
    isTypeWord(tokens[at].text) || (isDeclMacro(tokens[at].text) && tokens[at + 1]?.text === '(')
      ? 'decl'
      : 'expr';
  let depth = 0;
  for (let i = at; i < tokens.length; i++) {
    const text = tokens[i].text;
    if (text === '{' && depth === 0 && tokens[i - 1].text === ')')
      return { kind: 'signature', end: i };
    if (text === '{' && depth === 0 && tokens[i - 1].text !== '=') return { kind, end: i };
    if (text === '}' && depth === 0) return { kind, end: i };
    if (/^[([{]$/.test(text)) depth++;
    if (/^[)\]}]$/.test(text)) depth--;
    if (text === ';' && depth === 0) return { kind, end: i + 1 };
  }
  return { kind, end: null };
}

function afterParens(tokens: readonly Token[], at: number): number | null {
  if (at >= tokens.length) return null;
  if (tokens[at].text !== '(') return at;
  let depth = 0;
  for (let i = at; i < tokens.length; i++) {
    if (tokens[i].text === '(') depth++;
    if (tokens[i].text === ')' && --depth === 0) return i + 1;
  }
  return null;
}

function after(tokens: readonly Token[], at: number, text: string): number | null {
  const end = tokens.findIndex((token, i) => i > at && token.text === text);
  return end < 0 ? null : end + 1;
}
