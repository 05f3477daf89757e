import { parentPort } from 'node:worker_threads';
import { type CheckInput, checkScenario } from '../sim/explore/check.js';
import type { Scenario } from '../sim/scenario.js';

/** What crosses to a worker: a check without functions, and when it has to end (milliseconds since the epoch). */
export interface Task {
  id: number;
  input: Omit<CheckInput, 'expired' | 'overrides' | 'checked'>;
  deadline: number | null;
}

const scenarios = new Map<string, Scenario>();

/** Equal scenarios as the same object: what user threads do in them is kept with it. */
function same(s: Scenario): Scenario {
  const key = JSON.stringify(s);
  const known = scenarios.get(key);
  if (!known) scenarios.set(key, s);
  return known ?? s;
}

parentPort?.on('message', ({ id, input, deadline }: Task) => {
  try {
    const expired = deadline === null ? {} : { expired: () => Date.now() > deadline };
    parentPort!.postMessage({
      id,
      result: checkScenario({ ...input, scenario: same(input.scenario), ...expired }),
    });
  } catch (e) {
    parentPort!.postMessage({ id, error: e instanceof Error ? (e.stack ?? e.message) : String(e) });
  }
});
