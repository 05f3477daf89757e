import { buildForkSystem, type ForkSystem } from '../../src/sim/explore/fork-system.js';
import { FEATURES_6_12, type Features } from '../../src/sim/kernel/features.js';
import type { PageState, Scenario, ThreadSpec, VmaSpec } from '../../src/sim/scenario.js';
import { lowered, type Version } from './fork-programs.js';

export const RW = ['VM_READ', 'VM_WRITE', 'VM_MAYREAD', 'VM_MAYWRITE'];

/** A private anonymous VMA; it has an anon_vma when its first page is there. */
export const anon = (...pages: PageState[]): VmaSpec => ({
  kind: 'anon',
  flags: RW,
  anonVma: pages[0] !== 'none',
  pages,
});

/** Threads that store, with so many accesses each. */
export const stores = (...accesses: number[]): ThreadSpec[] =>
  accesses.map((n) => ({ accesses: n }));

export const scenario = (
  id: string,
  vmas: VmaSpec[],
  threads: ThreadSpec[] = [],
  more: Partial<Scenario> = {},
): Scenario => ({ id, vmas, threads, failures: 0, signal: false, faultFailures: false, ...more });

/** One or two VMAs, one or two threads, one or two accesses; each also with one failing allocation. */
export const SCENARIOS: Scenario[] = [
  scenario('alone', [anon('writable'), anon('none')]),
  scenario('one page, one store', [anon('writable')], stores(1)),
  scenario('two pages, one thread twice', [anon('writable', 'exclusive-ro')], stores(2)),
  scenario('two VMAs, one store', [anon('writable'), anon('none')], stores(1)),
  scenario('two VMAs, one thread twice', [anon('writable'), anon('writable')], stores(2)),
  scenario('one page, two threads', [anon('writable')], stores(1, 1)),
  scenario('two VMAs, two threads', [anon('writable'), anon('writable')], stores(1, 1)),
];

export const withFailures = (s: Scenario): Scenario => ({
  ...s,
  id: `${s.id}, a failure`,
  failures: 1,
  faultFailures: true,
});

const programs = new Map<Version, ReturnType<typeof lowered>>();

/** The system of a version of dup_mmap() in a scenario. */
export async function forkSystem(
  version: Version,
  s: Scenario,
  o: { features?: Features; checked?: readonly string[] } = {},
): Promise<ForkSystem> {
  let program = programs.get(version);
  if (!program) {
    program = lowered(version.change);
    programs.set(version, program);
  }
  const fs = buildForkSystem({
    program: await program,
    entry: 'dup_mmap',
    scenario: s,
    features: o.features ?? FEATURES_6_12,
    limits: { states: 2_000_000, nodes: 100_000 },
    ...(version.overrides ? { overrides: version.overrides } : {}),
    ...(o.checked ? { checked: new Set(o.checked) } : {}),
  });
  if (!fs) throw new Error('too many private states');
  return fs;
}
