import { describe, expect, it } from 'vitest';
import { ALL_PROPERTIES, checkScenario } from '../../src/sim/explore/check.js';
import { add } from '../../src/sim/explore/op.js';
import { Search, type SearchOptions } from '../../src/sim/explore/search.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { propertyIndex } from '../../src/sim/property/properties.js';
import { DEFAULT_LIMITS, type Limits, type Scenario } from '../../src/sim/scenario.js';
import { edit, LOCK, lowered, VERSIONS } from './fork-programs.js';
import { anon, forkSystem, scenario, stores, withFailures } from './fork-scenarios.js';
import { act, line, systemOf } from './graphs.js';

/** 101 x 101 states. */
const grid = () =>
  systemOf(
    ['a', 'b'],
    [0, 1].map((x) => line(`t${x}`, ...Array.from({ length: 100 }, () => act(add(x, 1))))),
  );

const search = (o: Partial<SearchOptions>) =>
  new Search(grid(), {
    order: 'breadth',
    partialOrder: false,
    properties: new Set(),
    stopAtFirst: false,
    maxStates: 1_000_000,
    ...o,
  }).run();

const two = scenario('two', [anon('writable'), anon('writable')], stores(1, 1));

async function check(limits: Partial<Limits>, expired?: () => boolean) {
  return checkScenario({
    program: await lowered(),
    entry: 'dup_mmap',
    // a fresh scenario: user threads are kept with it, by limit
    scenario: { ...two },
    features: FEATURES_6_12,
    limits: { ...DEFAULT_LIMITS, ...limits },
    properties: ALL_PROPERTIES,
    stopAtFirst: false,
    ...(expired ? { expired } : {}),
  });
}

describe('a search that ends early says so', () => {
  it('covers everything within its limits', () => {
    expect(search({})).toMatchObject({ states: 10201, exhausted: true, limit: null });
    expect(search({ maxStates: 10201 })).toMatchObject({ exhausted: true, limit: null });
  });

  it.each(['breadth', 'depth'] as const)('with too many states, %s first', (order) => {
    const r = search({ order, maxStates: 500 });
    expect(r).toMatchObject({ exhausted: false, limit: 'states', failing: 0 });
    expect(r.states).toBeGreaterThan(500);
    expect(r.states).toBeLessThan(510);
  });

  it('when time is up, at the start or later', () => {
    expect(search({ expired: () => true })).toMatchObject({ exhausted: false, limit: 'time' });
    let asked = 0;
    const r = search({ expired: () => ++asked > 2 });
    expect(r).toMatchObject({ exhausted: false, limit: 'time' });
    expect(r.states).toBeLessThan(10201);
  });

  it('and a clock that does not expire changes nothing', () => {
    expect(search({ expired: () => false })).toEqual(search({}));
  });
});

describe('a search that has enough failures', () => {
  it('stops, never exhausted, with those that the whole search keeps', async () => {
    const s = withFailures(scenario('enough', [anon('writable'), anon('none')], stores(1, 1)));
    const { merged } = await forkSystem(VERSIONS.noMarker, s);
    const counted = new Set([propertyIndex('parent-vma-left')]);
    const o = { order: 'breadth', properties: counted, stopAtFirst: false } as const;
    const whole = new Search(merged, { ...o, maxStates: 1_000_000 }).run();
    const enough = new Search(merged, { ...o, maxStates: 1_000_000, enough: true }).run();
    expect(whole).toMatchObject({ exhausted: true, limit: null });
    expect(enough).toMatchObject({ exhausted: false, limit: null });
    expect(enough.states).toBeLessThan(whole.states);
    expect(enough.failures).toEqual(whole.failures);
  });

  it('goes on to the end where there are fewer', () => {
    expect(search({ enough: true })).toEqual(search({}));
  });
});

describe('a scenario that was not explored to its end', () => {
  it('is bounded by states', async () => {
    const result = await check({ states: 100 });
    expect(result).toMatchObject({ exhausted: false, limit: 'states', counterexample: null });
  });

  it('is bounded by time', async () => {
    const result = await check({}, () => true);
    expect(result).toMatchObject({ exhausted: false, limit: 'time', counterexample: null });
  });

  it.each([3, 60])('is bounded by private states of a thread (limit %i)', async (nodes) => {
    const result = await check({ nodes });
    expect(result).toMatchObject({ exhausted: false, limit: 'nodes', states: 0, failing: 0 });
  });

  const spinning = (times: number) => async (scene: Scenario, expired: () => boolean) =>
    checkScenario({
      program: await lowered((t) =>
        edit(t, LOCK, `\t\tfor (charged = 0; charged < ${times}; charged++)\n\t\t\t;\n${LOCK}`),
      ),
      entry: 'dup_mmap',
      scenario: scene,
      features: FEATURES_6_12,
      limits: DEFAULT_LIMITS,
      properties: ALL_PROPERTIES,
      stopAtFirst: false,
      expired,
    });
  const many = scenario('many', Array(30).fill(anon('none')), [], { failures: 1 });

  it('for all the steps it takes is not analysed', async () => {
    const { stuck } = await spinning(150_000)(many, () => false);
    expect(stuck.map((s) => s.reason)).toEqual([
      'all runs together take more than 20,000,000 steps',
    ]);
  }, 60_000);

  it('for a loop without end is not analysed', async () => {
    const { stuck } = await spinning(4_000_000_000)(many, () => false);
    expect(stuck.map((s) => s.reason)).toEqual(['dup_mmap() loops without touching shared state']);
  }, 60_000);

  it('while its threads are enumerated is bounded by time', async () => {
    let asked = 0;
    const result = await spinning(1)(many, () => ++asked > 1);
    expect(result).toMatchObject({ exhausted: false, limit: 'time', states: 0, failing: 0 });
  });

  it('is told from one that was', async () => {
    expect(await check({})).toMatchObject({ exhausted: true, limit: null, failing: 0 });
  });
});

describe('the second search, for assertions', () => {
  const relro = { ...anon('exclusive-ro'), flags: ['VM_READ', 'VM_MAYREAD', 'VM_MAYWRITE'] };
  const onlyWritable = (t: string) => edit(t, LOCK, `\t\tif (vma->vm_flags & VM_WRITE)\n\t${LOCK}`);
  const checkRelro = async (expired: () => boolean) =>
    checkScenario({
      program: await lowered(onlyWritable),
      entry: 'dup_mmap',
      scenario: { ...scenario('relro', [relro], []), failures: 1 },
      features: FEATURES_6_12,
      limits: DEFAULT_LIMITS,
      properties: ALL_PROPERTIES,
      stopAtFirst: false,
      expired,
    });

  it('finds the assertion that fails', async () => {
    expect((await checkRelro(() => false)).counterexample?.property).toBe(0);
  });

  it('is not passed over when time runs out in it', async () => {
    let asked = 0;
    const r = await checkRelro(() => ++asked > 1);
    expect(asked).toBeGreaterThan(1);
    expect(r).toMatchObject({ counterexample: null, exhausted: false, limit: 'time' });
  });
});
