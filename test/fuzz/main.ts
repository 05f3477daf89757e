import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Prng } from '../../src/base/prng.js';
import { thousands } from '../../src/base/terminal.js';
import type { Target } from './target.js';
import { TARGETS } from './targets/index.js';

const HELP = `usage: npm run fuzz -- [--target NAME]... [--runs N] [--seed N] [--only NUMBER] [--keep FILE]

Feeds generated inputs to what reads strangers' data. Without --target all are run; --runs is per target (default: that
of a full run); --only repeats a single input of a run; --keep writes that input to a file. Targets: `;

/** Seed of input number `k` of a run: any single input can be made again. */
const seedOf = (seed: number, k: number): number => (Math.imul(seed, 0x9e3779b1) + k) | 0;

interface Tally {
  inputs: number;
  deep: number;
  seconds: number;
}

async function fuzz(
  target: Target,
  runs: number,
  seed: number,
  only: number | null,
): Promise<Tally> {
  const started = performance.now();
  let deep = 0;
  let inputs = 0;
  for (let k = only ?? 0; k < (only === null ? runs : only + 1); k++) {
    try {
      if ((await target.run(target.make(new Prng(seedOf(seed, k))))) === 'deep') deep++;
    } catch (e) {
      const again = `npm run fuzz -- --target ${target.name} --seed ${seed} --only ${k}`;
      throw new Error(`${target.name}: input ${k} of seed ${seed}; again: ${again}`, { cause: e });
    }
    inputs++;
  }
  return { inputs, deep, seconds: (performance.now() - started) / 1000 };
}

async function main(): Promise<number> {
  const { values: o } = parseArgs({
    options: {
      target: { type: 'string', multiple: true },
      runs: { type: 'string' },
      seed: { type: 'string', default: String((Date.now() / 1000) | 0) },
      only: { type: 'string' },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const names = TARGETS.map((t) => t.name);
  const chosen = TARGETS.filter((t) => !o.target || o.target.includes(t.name));
  if (o.help || chosen.length < (o.target?.length ?? 1)) {
    process.stdout.write(`${HELP}${names.join(', ')}\n`);
    return o.help ? 0 : 2;
  }
  const seed = Number(o.seed);
  const only = o.only === undefined ? null : Number(o.only);
  if (o.keep !== undefined && only !== null) {
    const t = chosen[0];
    writeFileSync(o.keep, t.bytes(t.make(new Prng(seedOf(seed, only)))));
  }
  process.stdout.write(`seed ${seed}\n`);
  let [inputs, broken] = [0, 0];
  for (const target of chosen) {
    try {
      const t = await fuzz(target, o.runs === undefined ? target.runs : Number(o.runs), seed, only);
      inputs += t.inputs;
      const part = Math.round((100 * t.deep) / Math.max(1, t.inputs));
      process.stdout.write(
        `${target.name.padEnd(10)} ${thousands(t.inputs).padStart(9)} inputs, ${part} % past the first stage, ${t.seconds.toFixed(0)} s\n`,
      );
    } catch (e) {
      broken++;
      const cause = (e as Error).cause;
      process.stdout.write(`${(e as Error).message}\n${(cause as Error)?.stack ?? cause}\n`);
    }
  }
  process.stdout.write(
    `${thousands(inputs)} inputs, ${broken} of ${chosen.length} targets broken\n`,
  );
  return broken ? 1 : 0;
}

process.exitCode = await main();
