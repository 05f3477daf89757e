import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prng } from '../../src/base/prng.js';
import { calleesOf, detectFeatures, headerNames } from '../../src/judge/features.js';
import type { Features } from '../../src/sim/kernel/features.js';
import type { Primitive } from '../../src/sim/machine/primitive.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { folderReader } from '../../src/source/index.js';
import { Compiled, hasGcc, loggedResults } from './gcc.js';
import { CLEAR_MAY_FAIL, Log } from './log.js';
import { SequentialRun } from './machine-run.js';
import { type Lowered, lowerForkAndExit } from './program.js';
import { alone, asInput, randomParent } from './scenarios.js';
import { kernelTree } from './tree.js';

const RUNS = 600;
const SEED = Number(process.env.FORKLORE_SEED ?? 1);

interface Case {
  scenario: Scenario;
  failing: number[];
  signalAt: number;
}

describe.each(['6.12', '6.1'] as const)('dup_mmap() and exit_mmap() of Linux %s', (version) => {
  const { root, skipped } = kernelTree(version);
  const why = skipped || (hasGcc() ? '' : ' (skipped: no gcc)');
  let lowered: Lowered;
  let features: Features;
  let compiled: Compiled | undefined;
  const results = loggedResults();

  beforeAll(async () => {
    if (why) return;
    lowered = await lowerForkAndExit(root!);
    const headers = await headerNames(folderReader(root!));
    features = detectFeatures(headers, calleesOf(lowered.program), null);
    compiled = new Compiled(lowered.program, lowered.files, lowered.headers);
  });
  afterAll(() => compiled?.remove());

  /** The log of our own execution, and the ordinals of the calls that could have failed. */
  function simulate(
    c: Case,
    planted: Record<string, Primitive> = {},
  ): { log: Log; asked: number[]; calls: number; value: unknown } {
    const run = new SequentialRun({
      program: lowered.program,
      features,
      ...c,
      overrides: { ...CLEAR_MAY_FAIL, ...planted },
      called: (site) => log.call(site),
    });
    const log: Log = new Log(run.start(), results);
    const forked = run.dupMmap();
    const calls = log.lines.length;
    log.returned(forked.value, forked.world);
    log.state(forked.world);
    log.state(run.exitMmap(forked).world);
    return { log, asked: run.asked, calls, value: forked.value };
  }

  function randomCase(rng: Prng): Case {
    const scenario = alone(randomParent(rng));
    const { asked, calls } = simulate({ scenario, failing: [], signalAt: -1 });
    const pick = rng.below(10);
    const failing = pick < 6 ? [asked[rng.below(asked.length)]] : [];
    const signalAt = pick === 6 || pick === 7 ? rng.below(calls) : -1;
    return { scenario, failing, signalAt };
  }

  it.skipIf(why)(
    `do in the simulator what gcc's code does, in ${RUNS} random runs that cover all of it, seed ${SEED}${why}`,
    () => {
      const rng = new Prng(SEED);
      const cases = Array.from({ length: RUNS }, () => randomCase(rng));
      const logs = compiled!.run(cases.map((c) => asInput(c.scenario, c.failing, c.signalAt)));
      expect(logs).toHaveLength(RUNS);
      const returned = new Map<unknown, number>();
      cases.forEach((c, k) => {
        const { log, value } = simulate(c);
        returned.set(value, (returned.get(value) ?? 0) + 1);
        expect(log.lines.join('\n'), `run ${k} of seed ${SEED}: ${JSON.stringify(c)}`).toBe(
          logs[k],
        );
      });
      expect([...returned.keys()].sort()).toEqual([-12, -4, 0]);
      expect(Math.min(...returned.values())).toBeGreaterThan(RUNS / 50);

      // every line, and both sides of each branch
      const { lines, branches, uncovered } = compiled!.coverage(['dup_mmap', 'exit_mmap']);
      expect(uncovered).toEqual([]);
      expect(lines).toBeGreaterThan(80);
      expect(branches).toBeGreaterThan(40);
    },
  );

  it.skipIf(why)(`differ as soon as a model differs, and one run covers little${why}`, () => {
    const c: Case = {
      scenario: alone([
        { kind: 'a', flags: ['VM_READ', 'VM_ACCOUNT'], anonVma: true, pages: ['writable'] },
      ]),
      failing: [],
      signalAt: -1,
    };
    const other = new Compiled(lowered.program, lowered.files, lowered.headers);
    try {
      const [log] = other.run([asInput(c.scenario, [], -1)]);
      expect(simulate(c).log.lines.join('\n')).toBe(log);
      const planted = { vma_pages: () => 2 };
      expect(simulate(c, planted).log.lines.join('\n')).not.toBe(log);
      expect(other.coverage(['dup_mmap', 'exit_mmap']).uncovered.length).toBeGreaterThan(20);
    } finally {
      other.remove();
    }
  });
});
