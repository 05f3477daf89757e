import { MAX_BAD_STATEMENTS } from '../base/limits.js';
import type { Chunk } from './chunk.js';
import type { Node } from './parser.js';
import { squeeze } from './text.js';

/** A statement that did not parse is replaced by this name (short, and none that the kernel could use). */
export const BAD_STATEMENT = '$bad';

/**
 * Parses; when that fails, replaces the simple statement around each error by a marker and parses again, so that one
 * odd statement does not take its function with it. Gives the last parse when errors remain.
 */
export function isolateErrors(chunk: Chunk, parse: (chunk: Chunk) => Node): Node {
  let node = parse(chunk);
  for (let i = 0; i < MAX_BAD_STATEMENTS && node.broken; i++) {
    const error = firstError(node);
    const range = error === null ? null : statementAround(chunk.masked, error);
    if (range === null) return node;
    const [start, end] = range;
    if (end - start < BAD_STATEMENT.length + 1) return node;
    const cut = chunk.masked.slice(start, end - 1).replace(/[^\n]/g, ' ');
    const marker = BAD_STATEMENT + cut.slice(BAD_STATEMENT.length);
    chunk.masked = `${chunk.masked.slice(0, start)}${marker};${chunk.masked.slice(end)}`;
    node = parse(chunk);
  }
  return node;
}

/** The source text that the marker `node` stands for. */
export function badStatement(node: Node): string {
  return squeeze(node.chunk.text.slice(node.start, node.chunk.masked.indexOf(';', node.start)), 60);
}

function firstError(node: Node): number | null {
  if (!node.broken) return null;
  for (const c of node.children) {
    const hit = firstError(c);
    if (hit !== null) return hit;
  }
  return node.start;
}

/** The text from the last `;`, `{` or `}` to the next `;`, when it holds no brace and its parentheses match. */
function statementAround(text: string, at: number): [number, number] | null {
  let start = at;
  while (start > 0 && !/[;{}]/.test(text[start - 1])) start--;
  let end = at;
  while (end < text.length && text[end] !== ';') end++;
  while (start < end && /\s/.test(text[start])) start++;
  const body = text.slice(start, end);
  if (end >= text.length || /[{}]/.test(body) || start === 0 || body.trim() === '') return null;
  if (/\b(if|while|for|switch|else|do|case|default)\b/.test(body)) return null;
  return [start, end + 1];
}
