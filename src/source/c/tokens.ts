/** A token of C with its place: `line` indexes the array of lines, `[col, end)` is the range within it. */
export interface Token {
  kind: 'id' | 'number' | 'text' | 'punct';
  text: string;
  line: number;
  col: number;
  end: number;
}

/** A preprocessor directive: the half-open range of lines it takes, and its first word. */
export interface Directive {
  word: string;
  line: number;
  endLine: number;
}

export interface Tokens {
  tokens: Token[];
  directives: Directive[];
}

const TOKEN =
  /[A-Za-z_]\w*|\d[\w.]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|->|\+\+|--|<<=|>>=|<<|>>|&&|\|\||[-+*/%&|^=!<>]=|\S/y;

/**
 * Tokens of a piece of C that may start or end anywhere: also within a comment. Comments are dropped, directives are
 * listed apart. Never fails; a stray character is a token of its own.
 */
export function tokenize(lines: readonly string[]): Tokens {
  const tokens: Token[] = [];
  const directives: Directive[] = [];
  let inComment = startsInComment(lines);
  for (let line = 0; line < lines.length; line++) {
    if (!inComment && /^\s*#/.test(lines[line])) {
      const start = line;
      while (lines[line].endsWith('\\') && line + 1 < lines.length) line++;
      const word = /^\s*#\s*(\w*)/.exec(lines[start])![1];
      directives.push({ word, line: start, endLine: line + 1 });
      continue;
    }
    inComment = tokenizeLine(lines[line], line, inComment, tokens);
  }
  return { tokens, directives };
}

/** A comment's end with no start before it, or a first line in the form of a comment's middle. */
function startsInComment(lines: readonly string[]): boolean {
  for (const line of lines) {
    const open = line.indexOf('/*');
    const close = line.indexOf('*/');
    if (close >= 0 && (open < 0 || close < open)) return true;
    if (open >= 0) return false;
  }
  return lines.length > 0 && /^\s*\* /.test(lines[0]) && !/[;{}=]/.test(lines[0]);
}

function tokenizeLine(text: string, line: number, inComment: boolean, out: Token[]): boolean {
  let at = 0;
  while (at < text.length) {
    if (inComment) {
      const close = text.indexOf('*/', at);
      if (close < 0) return true;
      at = close + 2;
      inComment = false;
    } else if (/\s/.test(text[at])) {
      at++;
    } else if (text.startsWith('/*', at)) {
      inComment = true;
      at += 2;
    } else if (text.startsWith('//', at)) {
      return false;
    } else {
      TOKEN.lastIndex = at;
      const found = TOKEN.exec(text)![0];
      out.push({ kind: kindOf(found), text: found, line, col: at, end: at + found.length });
      at += found.length;
    }
  }
  return inComment;
}

function kindOf(text: string): Token['kind'] {
  if (/^[A-Za-z_]/.test(text)) return 'id';
  if (/^\d/.test(text)) return 'number';
  return /^(".*"|'.*')$/s.test(text) ? 'text' : 'punct';
}
