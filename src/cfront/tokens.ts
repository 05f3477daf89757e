/** A preprocessing token. `space`: blanks stand before it. */
export interface Token {
  kind: 'ident' | 'number' | 'literal' | 'punct';
  text: string;
  at: number;
  space: boolean;
  /** Macros that may not expand this token again (C's "painted" names). */
  hide?: ReadonlySet<string>;
}

const TOKEN =
  /([A-Za-z_$][\w$]*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|((?:L|u8|u|U)?"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^]=|##|[^\s\w])/g;

/** Splits C text (no comments) into tokens. Characters that start none are skipped, not reported. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const m of text.matchAll(TOKEN)) {
    const kind = m[1] ? 'ident' : m[2] ? 'number' : m[3] ? 'literal' : 'punct';
    tokens.push({ kind, text: m[0], at: m.index, space: m.index > end });
    end = m.index + m[0].length;
  }
  return tokens;
}

/** Text of tokens, a blank wherever two of them could otherwise run together. */
export function joinTokens(tokens: Token[]): string {
  let out = '';
  for (const t of tokens) {
    const glue = out !== '' && (t.space || needsBlank(out, t));
    out += glue ? ` ${t.text}` : t.text;
  }
  return out;
}

function needsBlank(out: string, next: Token): boolean {
  const last = out[out.length - 1];
  if (/[\w$]/.test(last)) return next.kind !== 'punct';
  return next.kind === 'punct' && /[-+&|<>=]/.test(last) && last === next.text[0];
}
