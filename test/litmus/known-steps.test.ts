import { describe, expect, it } from 'vitest';
import { type CheckInput, checkTogether } from '../../src/sim/explore/check.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { KnownSteps } from '../../src/sim/machine/known-steps.js';
import { mutantsOf, OPERATORS } from '../../src/sim/mutate/mutants.js';
import type { Program } from '../../src/sim/program.js';
import { PROPERTIES } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS, type Scenario } from '../../src/sim/scenario.js';
import { lowered, loweredTail, VERSIONS, type Version } from './fork-programs.js';
import { anon, scenario, stores, withFailures } from './fork-scenarios.js';
import { DEFECTS, ROUTES, visited } from './teardown-programs.js';

const all = PROPERTIES.map((p) => p.id);
const given = { features: FEATURES_6_12, limits: DEFAULT_LIMITS };
type Where = Pick<CheckInput, 'entry' | 'scenario'>;

/** Each program gives, with what the ones before it have shown, all that it gives by itself. */
function compare(programs: readonly Program[], where: Where, stopAtFirst = false): KnownSteps {
  const steps = new KnownSteps();
  for (const [k, program] of programs.entries()) {
    const input = { ...given, ...where, program, stopAtFirst };
    const [alone] = checkTogether(input, [all]);
    const [shared] = checkTogether({ ...input, steps }, [all]);
    expect(shared, `program ${k}`).toEqual(alone);
  }
  return steps;
}

const FORKS: Scenario[] = [
  withFailures(scenario('alone', [anon('writable'), anon('none'), anon('writable')])),
  scenario('one store', [anon('writable'), anon('writable')], stores(1)),
];
const EVERY_KIND = visited('anon', 'dontcopy', 'userfaultfd', 'wipeonfork', 'private-file');
const STEPS = [
  'vma_start_write',
  'vm_area_dup',
  'dup_userfaultfd',
  'anon_vma_fork',
  'vma_iter_bulk_store',
  'copy_page_range',
  'mmap_write_unlock',
  'ksm_fork',
  'mas_store',
  'flush_tlb_mm',
  'dup_userfaultfd_complete',
  'mmput',
];

describe('what is known of other versions of a program', () => {
  it('changes nothing of what a version shows: texts that differ', async () => {
    const programs = await Promise.all(
      Object.values(VERSIONS).map((v: Version) => lowered(v.change)),
    );
    for (const s of FORKS) {
      compare(programs, { entry: 'dup_mmap', scenario: s });
      compare(programs.toReversed(), { entry: 'dup_mmap', scenario: s });
    }
  });

  it('changes nothing of what a version shows: teardown by others', async () => {
    const programs = await Promise.all([
      loweredTail(),
      ...DEFECTS.map((d) => loweredTail(d.change)),
    ]);
    compare(programs, { entry: 'dup_mm', scenario: ROUTES });
  });

  it('changes nothing of what a mutant shows', async () => {
    const program = await loweredTail();
    const plan = { steps: STEPS, operators: OPERATORS, past: STEPS, anywhere: true };
    const mutants = mutantsOf(program, 'dup_mm', plan).map((m) => m.program);
    expect(mutants.length).toBeGreaterThan(60);
    const some = mutants.filter((_, k) => k % 4 === 0);
    compare([program, ...some], { entry: 'dup_mm', scenario: EVERY_KIND });
    compare([program, ...some], { entry: 'dup_mmap', scenario: FORKS[0] }, true);
  });

  it('tells of a version as its text has it: other names, other lines, other registers', async () => {
    const renamed = (text: string) =>
      text
        .replaceAll(/\bretval\b/g, 'outcome')
        .replace(
          /(dup_mmap\(struct mm_struct \*\w+, struct mm_struct \*\w+\)\n\{\n)/,
          '$1\n\tint unused = 3;\n',
        );
    const [one, other] = [await lowered(), await lowered(renamed)];
    for (const s of FORKS) compare([one, other], { entry: 'dup_mmap', scenario: s });
    const steps = compare([one, other], { entry: 'dup_mmap', scenario: FORKS[0] });
    const [a, b] = [one, other].map((p) => steps.version(p));
    expect(b.program.functions.dup_mmap.code.length).toBeGreaterThan(
      a.program.functions.dup_mmap.code.length,
    );
    expect(sharedPlaces(b, a)).toBeGreaterThan(0.9);
  });
});

/** Which part of the base's instructions of dup_mmap() a version has in common with it. */
function sharedPlaces(
  version: ReturnType<KnownSteps['version']>,
  base: ReturnType<KnownSteps['version']>,
): number {
  const places = [...base.places(base.program.functions.dup_mmap)];
  return places.filter((p) => version.covers([p])).length / places.length;
}
