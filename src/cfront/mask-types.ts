import type { TokenView } from './mask-edit.js';

const TYPEOF = new Set(['typeof', '__typeof__', '__typeof', 'typeof_unqual']);
const BASE_WORDS = new Set(
  'void char short int long signed unsigned bool _Bool float double const volatile struct union enum'.split(
    ' ',
  ),
);
const NOT_CALLS = new Set(
  'if while for switch return sizeof case __alignof__ alignof _Alignof __alignof typeof _Generic'.split(
    ' ',
  ),
);

/** `typeof(x)` becomes one identifier; the grammar has no typeof. */
export function glueTypeof(view: TokenView): void {
  for (let i = 0; i < view.tokens.length; i++) {
    if (TYPEOF.has(view.tokens[i].text) && view.is(i + 1, '(')) view.glue(i, view.close(i + 1));
  }
}

/** Types given as arguments of a call (`container_of(p, struct foo, x)`) become one identifier each. */
export function glueTypeArguments(view: TokenView): void {
  for (let i = 1; i < view.tokens.length; i++) {
    const callee = view.tokens[i - 1];
    if (!view.is(i, '(') || callee.kind !== 'ident' || NOT_CALLS.has(callee.text)) continue;
    if (view.depthAt(i) === 0) continue;
    glueArguments(view, i);
  }
}

function glueArguments(view: TokenView, open: number): void {
  let depth = 0;
  let first = open + 1;
  for (let k = open; k < view.tokens.length; k++) {
    const t = view.tokens[k].text;
    if (t === '(' || t === '[' || t === '{') depth++;
    const ends = depth === 1 && (t === ',' || t === ')');
    if (t === ')' || t === ']' || t === '}') depth--;
    if (!ends) continue;
    if (isType(view, first, k)) {
      view.glue(first, k - 1);
      k = first + 1;
    }
    if (depth === 0) return;
    first = k + 1;
  }
}

/** Tokens `[first, end)` spell a type that can not be an expression. */
function isType(view: TokenView, first: number, end: number): boolean {
  if (end <= first) return false;
  let stars = 0;
  let words = 0;
  let base = false;
  for (let k = first; k < end; k++) {
    const t = view.tokens[k];
    if (t.text === '*') stars++;
    else if (t.kind === 'ident' && stars === 0) {
      words++;
      base ||= BASE_WORDS.has(t.text);
    } else return false;
  }
  if (words === 0) return false;
  return base || (stars > 0 && words === 1);
}
