import { MAX_LINES } from './limits.js';
import type { IntakeProblem } from './types.js';

/** One line of a mail body or diff, already unquoted and decoded. */
export interface InputLine {
  text: string;
  /** 1-based line in the file that was read. */
  line: number;
  /** Other text stood between the previous line and this one (a reply inside a quote). */
  gap?: boolean;
}

export function problem(
  level: IntakeProblem['level'],
  inputLine: number | null,
  message: string,
): IntakeProblem {
  return { level, inputLine, message };
}

/**
 * Splits text into lines. A carriage return is part of the line ending only when every line has
 * one: otherwise it belongs to a file with such endings inside a diff that has none.
 */
export function splitLines(
  text: string,
  lineAt: (index: number) => number,
): { lines: InputLine[]; problems: IntakeProblem[] } {
  const texts = text.split('\n', MAX_LINES + 2);
  if (texts.at(-1) === '') texts.pop();
  const problems: IntakeProblem[] = [];
  if (texts.length > MAX_LINES) {
    texts.length = MAX_LINES;
    problems.push(
      problem('error', lineAt(MAX_LINES), `more than ${MAX_LINES} lines; the rest is not read`),
    );
  }
  const last = text.endsWith('\n') ? texts.length : texts.length - 1;
  const crlf = last > 0 && texts.every((t, i) => i >= last || t.endsWith('\r'));
  const lines = texts.map((t, i) => ({
    text: crlf && t.endsWith('\r') ? t.slice(0, -1) : t,
    line: lineAt(i),
  }));
  return { lines, problems };
}
