import type { Rewrite } from './chunk.js';
import { type Token, tokenize } from './tokens.js';

/** A text being masked: its characters and the record of what was rewritten. */
export interface Edit {
  chars: string[];
  rewrites: Map<number, Rewrite>;
  glued: Map<string, string>;
}

/** The tokens of a text, edited in place: offsets never move. */
export class TokenView {
  readonly tokens: Token[];
  constructor(
    readonly text: string,
    readonly edit: Edit,
  ) {
    this.tokens = tokenize(text);
  }

  is(i: number, text: string): boolean {
    return this.tokens[i]?.text === text;
  }

  /** Index of the token that closes the bracket at `i`, or the last token. */
  close(i: number): number {
    let depth = 0;
    for (let k = i; k < this.tokens.length; k++) {
      const t = this.tokens[k].text;
      if (t === '(' || t === '[' || t === '{') depth++;
      else if (t === ')' || t === ']' || t === '}') {
        depth--;
        if (depth === 0) return k;
      }
    }
    return this.tokens.length - 1;
  }

  /** Brace depth before token `i`. */
  depthAt(i: number): number {
    const depths = (this.depths ??= braceDepths(this.tokens));
    return depths.get(this.tokens[i]) ?? 0;
  }
  private depths: Map<Token, number> | undefined;

  /** Blanks tokens `[first, last]` and forgets them. */
  drop(first: number, last: number): void {
    const from = this.tokens[first].at;
    const end = this.tokens[last].at + this.tokens[last].text.length;
    this.replace(from, end, '');
    this.tokens.splice(first, last - first + 1);
  }

  /** Writes `text`, padded with blanks, over `[from, end)`; newlines stay when nothing covers them. */
  replace(from: number, end: number, text: string): void {
    for (let i = from; i < end; i++) {
      const c = text[i - from];
      if (c !== undefined) this.edit.chars[i] = c;
      else if (this.edit.chars[i] !== '\n') this.edit.chars[i] = ' ';
    }
  }

  /** Makes tokens `[first, last]` one identifier in their place and records what it stands for. */
  glue(first: number, last: number): void {
    const from = this.tokens[first].at;
    const end = this.tokens[last].at + this.tokens[last].text.length;
    const original = this.text.slice(from, end);
    // of several lines the first holds the name; no line end moves
    const [line] = original.split('\n', 1);
    const short = line.length < original.length;
    let name = line.trimEnd().replace(/\W/g, (c) => (c === '*' ? 'P' : '_'));
    if (short || first === last || /^\d/.test(name)) name = name[0].toUpperCase() + name.slice(1);
    for (let k = 0; this.edit.glued.has(name) && this.edit.glued.get(name) !== original; k++) {
      name = `${name.slice(0, -2)}${k}_`.slice(0, name.length);
    }
    this.edit.glued.set(name, original);
    for (let i = from; i < end; i++)
      this.edit.chars[i] = name[i - from] ?? (this.text[i] === '\n' ? '\n' : ' ');
    this.tokens.splice(first, last - first + 1, {
      kind: 'ident',
      text: name,
      at: from,
      space: this.tokens[first].space,
    });
  }
}

function braceDepths(tokens: Token[]): Map<Token, number> {
  const depths = new Map<Token, number>();
  let depth = 0;
  for (const t of tokens) {
    if (t.text === '}') depth--;
    depths.set(t, depth);
    if (t.text === '{') depth++;
  }
  return depths;
}
