import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Prng } from '../../src/base/prng.js';
import { projectRoot } from '../bench/root.js';

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Texts of this repository below `folder` whose names end in one of `ends`, in order of their paths. */
export function texts(folder: string, ...ends: string[]): string[] {
  return filesBelow(join(projectRoot(), folder))
    .sort()
    .filter((path) => ends.some((end) => path.endsWith(end)))
    .map((path) => readFileSync(path, 'utf8'));
}

export const pick = <T>(r: Prng, list: readonly T[]): T => list[r.below(list.length)];

/** True once in `n`. */
export const once = (r: Prng, n: number): boolean => r.below(n) === 0;

const NUMBERS = ['0', '1', '-1', '7', '4294967295', '2147483648', '99999999999999999999', '00', ''];

type Edit = (r: Prng, text: string, words: readonly string[], other: string) => string;

function span(r: Prng, length: number, most: number): [number, number] {
  const from = r.below(length + 1);
  return [from, Math.min(length, from + 1 + r.below(most))];
}

const EDITS: readonly Edit[] = [
  (r, text) => {
    const [from, to] = span(r, text.length, 40);
    return text.slice(0, from) + text.slice(to);
  },
  (r, text) => {
    const [from, to] = span(r, text.length, 200);
    const at = r.below(text.length + 1);
    return text.slice(0, at) + text.slice(from, to) + text.slice(at);
  },
  (r, text, words) => {
    const at = r.below(text.length + 1);
    return text.slice(0, at) + pick(r, words) + text.slice(at);
  },
  (r, text, words) => {
    const [from, to] = span(r, text.length, 8);
    return text.slice(0, from) + pick(r, words) + text.slice(to);
  },
  (r, text) => {
    const lines = text.split('\n');
    const k = r.below(lines.length);
    const j = r.below(lines.length);
    [lines[k], lines[j]] = [lines[j], lines[k]];
    return lines.join('\n');
  },
  (r, text) => {
    const lines = text.split('\n');
    lines.splice(r.below(lines.length), 1 + r.below(3));
    return lines.join('\n');
  },
  (r, text) => {
    const lines = text.split('\n');
    const k = r.below(lines.length);
    lines.splice(k, 0, lines[r.below(lines.length)]);
    return lines.join('\n');
  },
  (r, text) => text.slice(0, r.below(text.length + 1)),
  (r, text, _words, other) => {
    const [from, to] = span(r, other.length, 400);
    const at = r.below(text.length + 1);
    return text.slice(0, at) + other.slice(from, to) + text.slice(at);
  },
  (r, text) => {
    const all = [...text.matchAll(/\d+/g)];
    if (all.length === 0) return text;
    const m = pick(r, all);
    return text.slice(0, m.index) + pick(r, NUMBERS) + text.slice(m.index + m[0].length);
  },
  (r, text) => {
    const at = r.below(text.length + 1);
    return (
      text.slice(0, at) +
      String.fromCharCode(r.below(once(r, 4) ? 0x3000 : 128)) +
      text.slice(at + 1)
    );
  },
];

/** `text` with up to `most` edits: cut, doubled, swapped, given words of its format, spliced with `other`. */
export function mutate(
  r: Prng,
  text: string,
  words: readonly string[],
  other: string,
  most = 5,
): string {
  let out = text;
  for (let n = 1 + r.below(most); n > 0; n--) out = pick(r, EDITS)(r, out, words, other);
  return out;
}
