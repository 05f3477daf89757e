import { describe, expect, it } from 'vitest';
import { countTraces } from '../../src/sim/explore/count.js';
import type { System } from '../../src/sim/explore/system.js';
import { FEATURES_6_8, FEATURES_6_12, type Features } from '../../src/sim/kernel/features.js';
import { PROPERTIES, propertyIndex } from '../../src/sim/property/properties.js';
import type { Scenario } from '../../src/sim/scenario.js';
import { COMBINATIONS, checkReplays, explore, FULL, PLAIN, type Reductions } from './compare.js';
import { VERSIONS, type Version } from './fork-programs.js';
import { anon, forkSystem, SCENARIOS, scenario, stores, withFailures } from './fork-scenarios.js';

const ONE_AT_A_TIME: Reductions[] = (['partialOrder', 'corridors', 'symmetry'] as const).map(
  (name) => ({ ...PLAIN, [name]: true }),
);

/** Properties that some run breaks, each looked for by itself. */
const brokenIn = (sys: System, reductions: Reductions): string[] =>
  PROPERTIES.filter((p) => {
    const k = propertyIndex(p.id);
    const { result } = explore(sys, reductions, [k]);
    expect(result.exhausted).toBe(true);
    for (const f of result.failures.slice(0, 3)) checkReplays(sys, f, [k]);
    return result.failing > 0;
  }).map((p) => p.id);

/** Same ends, same breaches, same number of traces with the reductions as without. */
function compareReductions(sys: System, combinations: readonly Reductions[]): void {
  const plain = explore(sys, PLAIN);
  for (const c of combinations)
    expect(explore(sys, c).terminals, JSON.stringify(c)).toEqual(plain.terminals);
  expect(brokenIn(sys, FULL)).toEqual(brokenIn(sys, PLAIN));
  const full = countTraces(sys);
  const reduced = countTraces(sys, { partialOrder: true });
  expect(reduced.traces).toBe(full.traces);
  if (sys.threads > 1) expect(reduced.pairs).toBeLessThan(full.pairs);
}

/**
 * What each version breaks (KERNEL.md, "What a missing ... lock breaks"), beside the assertion: with no other thread,
 * with one that stores once, with one that stores twice, and with two. A lost write takes two threads, a torn snapshot
 * one with two accesses; without write-protection or flush nobody else is needed. Without write-protection the thread
 * stores to the shared page itself; with two VMAs of a page each, all its stores are seen.
 */
const TORN = 'torn-snapshot';
const LOST = 'lost-write';
const WRITABLE = 'shared-writable';
const EXPECTED: [keyof typeof VERSIONS, string[], string[], string[], string[]][] = [
  ['correct', [], [], [], []],
  ['lockCopy', [], [], [TORN], [LOST]],
  ['lockLate', [], [], [TORN], [LOST]],
  ['lockRemoved', [], [], [TORN], [LOST]],
  ['downgrade', [], ['anon-vma-changed'], [TORN], [LOST]],
  ['noMarker', [], [], [], []],
  ['noProtection', [WRITABLE], [WRITABLE], [TORN, WRITABLE], [WRITABLE]],
  ['noFlush', [WRITABLE], [WRITABLE], [TORN, WRITABLE], [LOST, WRITABLE]],
  ['lateFlush', [WRITABLE], [], [TORN], [LOST]],
];
const UNLOCKED = ['lockCopy', 'lockLate', 'lockRemoved', 'downgrade'];
const by = (id: string): Scenario => SCENARIOS.find((s) => s.id === id)!;

describe('dup_mmap() breaks, by kind of defect and number of threads,', () => {
  it.each(EXPECTED)('%s', async (key, alone, once, twice, two) => {
    const assertion = UNLOCKED.includes(key) ? ['assertion'] : [];
    const found = async (id: string) =>
      brokenIn((await forkSystem(VERSIONS[key], by(id))).system, FULL);
    expect(await found('alone')).toEqual([...assertion, ...alone]);
    expect(await found('two VMAs, one store')).toEqual([...assertion, ...once]);
    expect(await found('two pages, one thread twice')).toEqual([...assertion, ...twice]);
    expect(await found('two VMAs, two threads')).toEqual([...assertion, ...two]);
  });

  it('never needs a third cause: one thread with one store loses and tears nothing', async () => {
    for (const version of Object.values(VERSIONS)) {
      const { system } = await forkSystem(version, withFailures(by('one page, one store')));
      expect(brokenIn(system, FULL)).not.toContain(LOST);
      expect(brokenIn(system, FULL)).not.toContain(TORN);
    }
  });
});

describe.each(Object.values(VERSIONS).map((x): [string, Version] => [x.name, x]))(
  'the reductions change nothing for: %s',
  (_name, version) => {
    it.each(SCENARIOS)('$id', async (s) => {
      const { system, notes } = await forkSystem(version, s);
      expect([...notes.stuck.keys()]).toEqual([]);
      compareReductions(system, system.threads < 3 ? COMBINATIONS : [...ONE_AT_A_TIME, FULL]);
    });

    it('with a failing allocation, for one thread and for two', async () => {
      for (const id of ['two VMAs, one thread twice', 'one page, two threads']) {
        const { system } = await forkSystem(version, withFailures(by(id)));
        compareReductions(system, [...ONE_AT_A_TIME, FULL]);
      }
    });
  },
);

const OTHER_THREADS: Scenario[] = [
  scenario(
    'a store and a madvise',
    [anon('writable'), anon('none')],
    [{ accesses: 1 }, { kind: 'madvise', accesses: 1 }],
  ),
  scenario(
    'a store and a load',
    [anon('writable'), anon('none')],
    [{ accesses: 1 }, { kind: 'load', accesses: 1 }],
  ),
  scenario(
    'a store and a writer of the mmap lock',
    [anon('writable'), anon('none')],
    [{ accesses: 1 }, { kind: 'mmap-writer', accesses: 1 }],
  ),
];

describe('the reductions change nothing with other kinds of threads:', () => {
  it.each(OTHER_THREADS)('$id', async (s) => {
    for (const key of ['correct', 'lockRemoved'] as const) {
      const { system } = await forkSystem(VERSIONS[key], s);
      compareReductions(system, [...ONE_AT_A_TIME, FULL]);
      expect(brokenIn(system, FULL)).toEqual(key === 'correct' ? [] : ['assertion']);
    }
  });
});

const ERAS: [string, Features][] = [
  ['6.8', FEATURES_6_8],
  ['a reference count', { ...FEATURES_6_12, model: 'newest', vmaLock: 'refcount' }],
  ['no VMA lock', { ...FEATURES_6_8, model: '6.1', vmaLock: 'none', assertsWriteLocked: false }],
];

describe('the reductions change nothing, and fork is right, with the locks of', () => {
  it.each(ERAS)('%s', async (_name, features) => {
    for (const s of [by('two pages, one thread twice'), by('one page, two threads')]) {
      const right = await forkSystem(VERSIONS.correct, s, { features });
      compareReductions(right.system, [...ONE_AT_A_TIME, FULL]);
      expect(brokenIn(right.system, FULL)).toEqual([]);
      const wrong = await forkSystem(VERSIONS.lockRemoved, s, { features });
      compareReductions(wrong.system, [...ONE_AT_A_TIME, FULL]);
      // without VMA locks faults wait for the mmap lock: nothing to lock
      const breaks = s.threads.length === 2 ? LOST : TORN;
      const expected = features.vmaLock === 'none' ? [] : ['assertion', breaks];
      expect(brokenIn(wrong.system, FULL)).toEqual(expected);
    }
  });

  it('two runs give the same result, schedules too', async () => {
    const s = scenario('again', [anon('writable')], stores(1, 1));
    const run = async () => {
      const { system } = await forkSystem({ ...VERSIONS.lockRemoved }, { ...s });
      return explore(system, FULL, [propertyIndex(LOST)]);
    };
    expect(await run()).toEqual(await run());
  });
});
