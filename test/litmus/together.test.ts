import { describe, expect, it } from 'vitest';
import { type CheckInput, checkScenario, checkTogether } from '../../src/sim/explore/check.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { PROPERTIES } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS } from '../../src/sim/scenario.js';
import { lowered, loweredTail, VERSIONS } from './fork-programs.js';
import { anon, scenario, stores, withFailures } from './fork-scenarios.js';
import { DEFECTS, ROUTES } from './teardown-programs.js';

const all = PROPERTIES.map((p) => p.id);
/** Nothing, each property by itself, and those that are left when some are taken out. */
const SETS = [
  [],
  ...all.map((id) => [id]),
  ...[2, 3, 5].map((n) => all.filter((_, k) => k % n !== 0)),
  all,
];

type Given = Omit<CheckInput, 'properties' | 'stopAtFirst'>;

/** Each set gives what it gives by itself; returns in how many of them something fails. */
function compare(given: Given, sets: readonly string[][]): number {
  const input = { ...given, stopAtFirst: false };
  const together = checkTogether(input, sets);
  for (const [k, properties] of sets.entries()) {
    const { bytes: _, ...alone } = checkScenario({ ...input, properties, shrink: false });
    expect(together[k], properties.join()).toMatchObject(alone);
  }
  return together.filter((r) => r.failing > 0).length;
}

describe('properties that are checked in one exploration', () => {
  const given = { features: FEATURES_6_12, limits: DEFAULT_LIMITS };

  it.each(DEFECTS.filter((_, k) => k % 3 === 0))(
    'are answered as each by itself: $property, $name',
    async ({ change }) => {
      const program = await loweredTail(change);
      const failing = compare({ ...given, program, entry: 'dup_mm', scenario: ROUTES }, SETS);
      expect(failing).toBeGreaterThan(1);
      expect(failing).toBeLessThan(SETS.length);
    },
  );

  it('are so where other threads run', async () => {
    const program = await lowered(VERSIONS.lockRemoved.change);
    const two = withFailures(scenario('two', [anon('writable'), anon('writable')], stores(1)));
    const sets = [all, ['deadlock'], ['shared-writable', 'assertion'], ['lock-state'], ['leak']];
    const known = sets.map((s) => s.filter((id) => all.includes(id)));
    const failing = compare({ ...given, program, entry: 'dup_mmap', scenario: two }, known);
    expect(failing).toBeGreaterThan(1);
  });
});
