import { describe, expect, it } from 'vitest';
import { RandomSearch } from '../../src/sim/explore/random.js';
import { replay } from '../../src/sim/explore/replay.js';
import { runTrace } from '../../src/sim/explore/trace.js';
import { propertyIndex } from '../../src/sim/property/properties.js';
import { edit, reviewEdit } from './mini.js';

describe('random schedules', () => {
  it('find the lost write, replay, and are the same for the same seed', async () => {
    const { traces } = await reviewEdit((t) => edit(t, '\t\tvma_start_write(vma);\n', ''));
    const { system } = runTrace(traces[0]).system;
    const lost = propertyIndex('lost-write');
    const o = {
      seed: 20_231_027,
      runs: 20_000,
      preemptions: 4,
      properties: new Set([lost]),
      stopAtFirst: true,
      maxSteps: 500,
    };
    const a = new RandomSearch(system, o).run();
    expect(a).toMatchObject({ failing: 1, exhausted: false });
    expect(new RandomSearch(system, o).run()).toEqual(a);
    expect(replay(system, a.failures[0].schedule, o.properties)).toMatchObject({
      refused: null,
      property: lost,
    });
    expect(new RandomSearch(system, { ...o, preemptions: 0, runs: 3000 }).run().failing).toBe(0);
  });
});
