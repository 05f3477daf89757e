import { readFileSync } from 'node:fs';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { countWords } from '../../src/player/words.js';
import { reviewSeries } from '../../src/review.js';
import type { Scenario } from '../../src/sim/scenario.js';

/** What a review says of the first scenario of the lock rule after a change of it: `2,444 states to the end, ...`. */
export async function reviewedWith(input: string, change: (s: Scenario) => void): Promise<string> {
  const rules = (await loadRules()).filter((r) => r.id === 'fork-lock-target');
  const scenario = structuredClone(rules[0].scenarios[0]);
  change(scenario);
  const series = await readInput(input, readFileSync(input), { quoted: false });
  const { patches } = await reviewSeries(series, {
    reader: null,
    rules: [{ ...rules[0], scenarios: [scenario] }],
    keep: () => '',
    explore: { mutants: false },
  });
  const [{ states, failing, exhausted }] = patches[0].findings[0].evidence.scenarios!;
  return countWords(states, failing, exhausted);
}
