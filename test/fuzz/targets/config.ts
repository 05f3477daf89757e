import { parseConfig } from '../../../src/judge/config.js';
import { DEFAULT_CONFIG } from '../../../src/judge/configuration.js';
import { globToRegExp } from '../../../src/judge/glob.js';
import { isWanted, limitsOf } from '../../../src/judge/settings.js';
import { pick } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { clear, damagedYaml } from './rule.js';

const IDS = ['fork-lock-target', 'fork-unwind'];
const SEEDS = [
  'rules:\n  fork-lock-target: warning\n  fork-unwind: { enable: false }\n',
  "paths: { ignore: ['drivers/**', '**/*.md'] }\nbounds: { failures: 2, seconds: 30 }\n",
  'suppress:\n  - { rule: fork-unwind, id: a90b, reason: seen in review, expires: 2027-01-31 }\n',
  'rules: { fork-unwind: off }\nsuppress:\n  - rule: fork-lock-target\n    reason: "known"\n',
  'bounds:\n  states: 100000\n',
];
const WORDS = [
  ...['- ', ': ', '{', '}', '[', ']', '&a ', '*a', '<<: *a\n', '|\n  x\n', '"', 'null', '~', '\t'],
  ...['!!js/function x', '---\n', '...\n', '%YAML 9.9\n', '__proto__: {}\n', 'constructor: 1\n'],
  ...['rules: {}\n', 'paths: { only: [a/**] }\n', '**/**/**/*', '[!a-', '\\', '2026-99-99', '1e9'],
  ...['fork-unwind: fatal\n', 'fork-unwnid: on\n', 'expires: never\n', 'bounds: { seconds: -1 }\n'],
];
const PATHS = ['kernel/fork.c', 'mm/mmap.c', 'a/'.repeat(60), 'drivers/x.md'];

function run(text: string): Depth {
  return clear('forklore.yml', text, () => {
    const config = parseConfig('forklore.yml', text, IDS);
    for (const path of PATHS) hold(typeof isWanted(path, config) === 'boolean', 'no answer');
    const { states, nodes } = limitsOf(config);
    hold(states > 0 && nodes > 0, 'a bound that bounds nothing');
    for (const id of Object.keys(config.rules)) hold(IDS.includes(id), `an unknown rule: ${id}`);
    hold(
      Object.keys(DEFAULT_CONFIG).every((k) => k in config),
      'a setting is missing',
    );
    hold(({} as { polluted?: unknown }).polluted === undefined, 'a prototype was changed');
    for (const glob of config.paths.ignore ?? []) globToRegExp(glob).test(PATHS[2]);
  });
}

export const config: Target<string> = {
  name: 'config',
  runs: 60_000,
  make: (r) => damagedYaml(r, pick(r, SEEDS), WORDS, pick(r, SEEDS)),
  run,
  bytes: (x) => x,
};
