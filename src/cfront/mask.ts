import { ATTRIBUTE_CALLS, ATTRIBUTES } from './attributes.js';
import type { Chunk, Rewrite } from './chunk.js';
import { type Edit, TokenView } from './mask-edit.js';
import { glueTypeArguments, glueTypeof } from './mask-types.js';

/** What the masker must know about names. */
export interface MaskWorld {
  isType(name: string): boolean;
}

const STATEMENT_WORDS = new Set(
  'if while for switch return sizeof do else goto case default typeof __typeof__ _Generic asm __asm__ offsetof alignof'.split(
    ' ',
  ),
);

/**
 * Rewrites what the grammar does not know into C of the same length: attributes to blanks, loop macros to `while`, casts
 * to a typedef into casts to `int` (or, where that is too long, into `~`, which binds the same), types as arguments and `typeof` into identifiers, case ranges into `||`. What was
 * rewritten is in the chunk's side tables.
 */
export function maskChunk(text: string, base: number, world: MaskWorld): Chunk {
  const edit: Edit = {
    chars: [...splitUnits(text)],
    rewrites: new Map<number, Rewrite>(),
    glued: new Map(),
  };
  const view = new TokenView(text, edit);
  blankAttributes(view);
  glueTypeof(view);
  maskCasts(view, world);
  glueTypeArguments(view);
  maskStatements(view);
  return { base, text, masked: edit.chars.join(''), rewrites: edit.rewrites, glued: edit.glued };
}

function splitUnits(text: string): string[] {
  return text.split('');
}

function blankAttributes(view: TokenView): void {
  for (let i = 0; i < view.tokens.length; i++) {
    const t = view.tokens[i];
    if (t.kind !== 'ident') continue;
    if (t.text === '__free' && view.is(i + 1, '(')) {
      const close = view.close(i + 1);
      view.edit.rewrites.set(t.at, { kind: 'free', name: view.tokens[i + 2]?.text ?? '' });
      view.drop(i, close);
      i--;
    } else if (ATTRIBUTE_CALLS.has(t.text) && view.is(i + 1, '(')) {
      view.drop(i, view.close(i + 1));
      i--;
    } else if (ATTRIBUTES.has(t.text)) {
      view.drop(i, i);
      i--;
    } else if (isStrayAttribute(view, i)) {
      view.drop(i, i);
      i--;
    }
  }
}

const BEFORE_TYPE =
  /^(void|int|char|long|short|unsigned|signed|bool|struct|union|enum|static|inline|extern)$/;
const HEAD_WORD =
  /^(void|int|char|long|short|unsigned|signed|bool|struct|union|enum|static|inline|extern|const|volatile|register|typedef|float|double|typeof|case|goto|return|else|do|auto|__extension__|_Noreturn)$|^__(u|s|le|be)\d+$|^__(kernel|poll|wsum|sum|inline|typeof|auto|asm)/;

/**
 * An attribute that no table has, in the head of a definition: `__word` between a type and the thing declared, or any
 * word before the type or the storage class.
 */
function isStrayAttribute(view: TokenView, i: number): boolean {
  const t = view.tokens[i];
  const next = view.tokens[i + 1];
  if (next?.kind !== 'ident' || HEAD_WORD.test(t.text) || view.depthAt(i) !== 0) return false;
  const before = view.tokens[i - 1];
  if (before !== undefined && /^(struct|union|enum)$/.test(before.text)) {
    return t.text.startsWith('__') && !/^[({;,=[]$/.test(view.tokens[i + 2]?.text ?? '(');
  }
  if (BEFORE_TYPE.test(next.text)) return true;
  return /^__[a-z]\w*$/.test(t.text) && before?.kind === 'ident';
}

function maskCasts(view: TokenView, world: MaskWorld): void {
  for (let i = 0; i + 3 < view.tokens.length; i++) {
    const name = view.tokens[i + 1];
    if (!view.is(i, '(') || name.kind !== 'ident' || !view.is(i + 2, ')')) continue;
    const before = view.tokens[i - 1];
    const callee = before?.kind === 'ident' && !/^(return|case|else|do)$/.test(before.text);
    if (callee || before?.text === ']' || (before?.text === ')' && !endsCast(view, i - 1)))
      continue;
    const after = view.tokens[i + 3];
    const operand = after.kind !== 'punct' || /^[(\-~!&*+]$|^\+\+$|^--$/.test(after.text);
    const isType = world.isType(name.text) || view.edit.glued.has(name.text);
    if (!operand || !isType) continue;
    const short = name.text.length < 3;
    const at = short ? view.tokens[i].at : name.at;
    view.edit.rewrites.set(at, { kind: 'cast', name: name.text });
    if (short) view.replace(at, view.tokens[i + 2].at + 1, '~');
    else view.replace(at, at + name.text.length, 'int');
  }
}

const TYPE_WORD =
  /^(unsigned|signed|long|int|short|char|bool|void|struct|union|enum|const|volatile)$/;

/** The `)` at `close` ends a cast: one masked before, or one spelt in keywords. */
function endsCast(view: TokenView, close: number): boolean {
  let open = close - 1;
  while (open > 0 && view.tokens[open].text !== '(' && view.tokens[open].text !== ')') open--;
  const first = view.tokens[open + 1];
  if (view.tokens[open]?.text !== '(' || first === undefined) return false;
  if (view.tokens[open - 1]?.text === 'sizeof') return false;
  const masked = [view.tokens[open].at, first.at].some(
    (at) => view.edit.rewrites.get(at)?.kind === 'cast',
  );
  return masked || TYPE_WORD.test(first.text);
}

function maskStatements(view: TokenView): void {
  for (let i = 0; i < view.tokens.length; i++) {
    const t = view.tokens[i];
    if (t.kind === 'ident') {
      if (view.is(i + 1, '(')) maskLoopMacro(view, i);
      if (t.text === 'static' && view.is(i + 2, '(')) {
        if (/^[A-Z_0-9]+$/.test(view.tokens[i + 1].text)) view.drop(i, i);
      }
      if (t.text === 'case') maskRange(view, i);
      if (t.text === 'offsetof' || t.text === '__builtin_offsetof') maskOffsetof(view, i);
    } else if (t.text === ':' && view.is(i + 1, '}')) {
      const gap = view.edit.chars.findIndex((c, k) => k > t.at && c !== '\n');
      if (gap >= 0 && gap < view.tokens[i + 1].at) view.edit.chars[gap] = ';';
    }
  }
}

function maskLoopMacro(view: TokenView, i: number): void {
  const t = view.tokens[i];
  if (STATEMENT_WORDS.has(t.text) || t.text.length < 5 || i === 0) return;
  const before = view.tokens[i - 1];
  const starts = /^[{};:)]$/.test(before.text) || before.text === 'else' || before.text === 'do';
  if (!starts || view.depthAt(i) === 0) return;
  const close = view.close(i + 1);
  const after = view.tokens[close + 1];
  if (after === undefined) return;
  const foot = after.text === ';' && before.text === '}' && opensDo(view, i - 1);
  if (!foot && after.text !== '{' && after.kind !== 'ident') return;
  view.edit.rewrites.set(t.at, { kind: 'loop', name: t.text });
  view.replace(t.at, t.at + t.text.length, 'while');
  if (close === i + 2 && t.text.length > 5) {
    view.replace(t.at, view.tokens[close].at, 'while(0');
  }
}

/** The block that ends at token `close` is that of a `do`: a loop macro after it is the loop's foot. */
function opensDo(view: TokenView, close: number): boolean {
  let depth = 0;
  for (let k = close; k > 0; k--) {
    if (view.tokens[k].text === '}') depth++;
    else if (view.tokens[k].text === '{' && --depth === 0) return view.tokens[k - 1].text === 'do';
  }
  return false;
}

function maskRange(view: TokenView, i: number): void {
  for (let k = i + 1; k < Math.min(i + 40, view.tokens.length); k++) {
    const t = view.tokens[k];
    if (t.text === ':' || t.text === ';' || t.text === '{') return;
    if (t.text === '...') {
      view.edit.rewrites.set(t.at, { kind: 'range' });
      view.replace(t.at, t.at + 3, '||');
      return;
    }
  }
}

function maskOffsetof(view: TokenView, i: number): void {
  const t = view.tokens[i];
  view.edit.rewrites.set(t.at, { kind: 'offsetof' });
  view.replace(t.at, t.at + 1, t.text[0] === 'o' ? 'O' : '_');
}
