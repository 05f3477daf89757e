/** Text helpers that keep offsets: every function here that returns a text returns one of the same length. */

const COMMENT_OR_LITERAL =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/** `text` with everything but newlines replaced by blanks. */
export function blank(text: string): string {
  if (!text.includes('\n')) return ' '.repeat(text.length);
  return text
    .split('\n')
    .map((line) => ' '.repeat(line.length))
    .join('\n');
}

/** The text with comments blanked; strings and newlines stay, so offsets and lines do too. */
export function blankComments(text: string): string {
  return text.replace(COMMENT_OR_LITERAL, (m) => (m[0] === '/' ? blank(m) : m));
}

/** Offset just past the string or character literal that starts at `at`. */
export function skipLiteral(text: string, at: number): number {
  const quote = text[at];
  let i = at + 1;
  while (i < text.length && text[i] !== quote && text[i] !== '\n') i += text[i] === '\\' ? 2 : 1;
  return Math.min(i + 1, text.length);
}

/**
 * Offset just past the bracket that closes the one at `at` (any of `([{`), or -1 when nothing closes it within `limit`
 * characters.
 */
export function matchBracket(text: string, at: number, limit = text.length): number {
  let depth = 0;
  const end = Math.min(text.length, at + limit);
  for (let i = at; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 34 || c === 39) {
      i = skipLiteral(text, i) - 1;
    } else if (c === 40 || c === 91 || c === 123) {
      depth++;
    } else if (c === 41 || c === 93 || c === 125) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

/** A statement on one line: blanks squeezed, the final semicolon off, at most `max` characters. */
export function squeeze(text: string, max = 100): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/;$/, '').trim();
  return line.length <= max ? line : `${line.slice(0, max - 3)}...`;
}
