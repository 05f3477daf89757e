import { parse, parseDocument, stringify } from 'yaml';
import { ForkloreError } from '../../../src/base/errors.js';
import type { Prng } from '../../../src/base/prng.js';
import { parseRule } from '../../../src/judge/parse.js';
import { mutate, once, pick, texts } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { damage } from './damage.js';

const WORDS = [
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '&a ',
  '*a',
  '!!js/function x',
  '!!binary x',
  '<<: *a\n',
  '|\n  x\n',
  '"',
  'severity: fatal\n',
  'scenarois: []\n',
  'threads: [{ accesses: 99999999999 }]\n',
  'id: ../../x\n',
  '__proto__: {}\n',
  'constructor: 1\n',
  'null',
  '~',
  '\t',
  '---\n',
  '...\n',
  '%YAML 9.9\n',
  '# x\n',
];
const SEEDS = texts('rules', '.yaml');

/** Reads a YAML text as what it should be: a value, or one line that names line and column. */
export function clear(name: string, text: string, read: () => unknown): Depth {
  try {
    read();
    return 'deep';
  } catch (e) {
    if (!(e instanceof ForkloreError) || e.kind !== 'input') throw e;
    hold(new RegExp(`^${name}:\\d+:\\d+: \\S`).test(e.message), `no place: ${e.message}`);
    hold(!e.message.includes('\n'), 'an error of several lines');
    // a document that parses was refused by the schema, not by YAML
    return parseDocument(text, { logLevel: 'error' }).errors.length === 0 ? 'deep' : 'refused';
  }
}

/** A YAML text with some of its values replaced, or with its characters changed; seldom as it was. */
export function damagedYaml(
  r: Prng,
  text: string,
  words: readonly string[],
  other: string,
): string {
  if (once(r, 50)) return text;
  if (once(r, 2)) return mutate(r, text, words, other, 3);
  const data: unknown = parse(text, { logLevel: 'error' });
  for (let n = 1 + r.below(3); n > 0; n--) damage(r, data);
  return stringify(data);
}

export const rule: Target<string> = {
  name: 'rule',
  runs: 60_000,
  make: (r) => damagedYaml(r, pick(r, SEEDS), WORDS, pick(r, SEEDS)),
  run: (text) => clear('rule.yaml', text, () => parseRule('rule.yaml', text)),
  bytes: (x) => x,
};
