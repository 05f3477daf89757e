import { parentPort } from 'node:worker_threads';
import { checkTogether, type FailingRun, shrinkRun } from '../sim/explore/check.js';
import type { ForkSystemInput } from '../sim/explore/fork-system.js';
import type { Scenario } from '../sim/scenario.js';

type Input = Omit<ForkSystemInput, 'expired' | 'overrides' | 'checked'>;

/** What crosses to a worker: input without functions, and when it has to end (milliseconds since the epoch). */
export type Task = { deadline: number | null } & (
  | { do: 'check'; input: Input & { stopAtFirst: boolean }; sets: readonly (readonly string[])[] }
  | { do: 'shrink'; input: Input & { properties: readonly string[] }; run: FailingRun }
);

const scenarios = new Map<string, Scenario>();

/** Equal scenarios as the same object: what user threads do in them is kept with it. */
function same(s: Scenario): Scenario {
  const key = JSON.stringify(s);
  const known = scenarios.get(key);
  if (!known) scenarios.set(key, s);
  return known ?? s;
}

function carryOut(task: Task) {
  const { deadline } = task;
  const here = {
    scenario: same(task.input.scenario),
    ...(deadline === null ? {} : { expired: () => Date.now() > deadline }),
  };
  return task.do === 'check'
    ? checkTogether({ ...task.input, ...here }, task.sets)
    : shrinkRun({ ...task.input, ...here }, task.run);
}

parentPort?.on('message', ({ id, task }: { id: number; task: Task }) => {
  try {
    parentPort!.postMessage({ id, result: carryOut(task) });
  } catch (e) {
    parentPort!.postMessage({ id, error: e instanceof Error ? (e.stack ?? e.message) : String(e) });
  }
});
