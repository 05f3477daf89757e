import { ForkloreError } from '../../../src/base/errors.js';
import { parseRule } from '../../../src/judge/parse.js';
import { mutate, once, pick, texts } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';

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
export function clear(name: string, read: () => unknown): Depth {
  try {
    read();
    return 'deep';
  } catch (e) {
    if (!(e instanceof ForkloreError) || e.kind !== 'input') throw e;
    hold(new RegExp(`^${name}:\\d+:\\d+: \\S`).test(e.message), `no place: ${e.message}`);
    hold(!e.message.includes('\n'), 'an error of several lines');
    // a document that parsed was refused by the schema, not by YAML
    return /is not|must|unknown|no |not /.test(e.message) ? 'deep' : 'refused';
  }
}

export const rule: Target<string> = {
  name: 'rule',
  runs: 60_000,
  make: (r) => (once(r, 50) ? pick(r, SEEDS) : mutate(r, pick(r, SEEDS), WORDS, pick(r, SEEDS), 4)),
  run: (text) => clear('rule.yaml', () => parseRule('rule.yaml', text)),
  bytes: (x) => x,
};
