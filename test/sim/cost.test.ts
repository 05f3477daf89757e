import { afterEach, describe, expect, it, vi } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import { publishedPrograms } from '../../src/costs.js';
import { fitPrices } from '../../src/sim/cost/fit.js';
import { areasOf, BASE_AREAS, LAYOUTS } from '../../src/sim/cost/layout.js';
import { PRICES, timeOf } from '../../src/sim/cost/price.js';
import { ALGORITHMS, PUBLISHED } from '../../src/sim/cost/published.js';
import { countFork } from '../../src/sim/cost/run.js';
import { type Candidate, costTable } from '../../src/sim/cost/table.js';
import { isModelled } from '../../src/sim/known.js';
import { skeletonFile, skeletonHelpers } from '../../src/source/index.js';
import { edit } from '../litmus/fork-programs.js';

const count = ({ program, entry }: Candidate, vmas: number, layout: (typeof LAYOUTS)[number]) =>
  countFork({ program, entry, vmas, layout, rcuTrees: true });

async function changed(change: (text: string) => string): Promise<Candidate> {
  const [, duplication] = await publishedPrograms();
  const file = skeletonFile('6.8');
  const text = change(file.lines.map((l) => l.text).join('\n')).split('\n');
  const program = await lowerProgram({
    files: [{ ...file, lines: text.map((t) => ({ ...file.lines[0], text: t })) }],
    entries: ['dup_mmap'],
    isModelled,
    declarations: [skeletonHelpers()],
  });
  return { ...duplication, program };
}

interface Seen {
  time: number;
  counts: readonly [number, number, number];
}

/** What both programs count, and the published times, up to a size. */
async function observe(layout: (typeof LAYOUTS)[number], upTo: number): Promise<Seen[]> {
  const programs = await publishedPrograms();
  return PUBLISHED.filter((p) => p.vmas <= upTo).flatMap((p) =>
    ALGORITHMS.map((a, k) => {
      const c = count(programs[k], p.vmas, layout);
      expect(c.unknown).toEqual([]);
      return { time: 1e10 / p[a], counts: [1, c.work, c.slots] as const };
    }),
  );
}

const largestError = (seen: Seen[], layout: (typeof LAYOUTS)[number]): number =>
  Math.max(
    ...seen.map(({ time, counts: [, work, slots] }) =>
      Math.abs(time / timeOf({ work, slots }, PRICES[layout]) - 1),
    ),
  );

describe('the published figures', () => {
  it('are met with one set of prices, those that the fit gives', async () => {
    const seen = await observe('adjacent', 51221);
    expect(seen).toHaveLength(22);
    expect(largestError(seen, 'adjacent') * 100).toBeLessThan(3.5);
    // after a change of what is counted, put the new prices into price.ts
    const [fork, work, slot] = fitPrices(seen).prices;
    expect({ fork, work, slot }).toEqual({
      fork: expect.closeTo(PRICES.adjacent.fork, 0),
      work: expect.closeTo(PRICES.adjacent.work, 3),
      slot: expect.closeTo(PRICES.adjacent.slot, 2),
    });
  }, 60_000);

  it.each(['gapped', 'mixed'] as const)('are met in another layout: %s', async (layout) => {
    expect(largestError(await observe(layout, 6421), layout) * 100).toBeLessThan(3.5);
  });

  it('are 22, and a size that was not measured has no error', async () => {
    const table = costTable(await publishedPrograms(), [21, 22], 'adjacent');
    expect(table.rows.map((r) => [r.vmas, r.program, r.published !== null])).toEqual([
      [21, 'bulk', true],
      [21, 'duplication', true],
      [22, 'bulk', false],
      [22, 'duplication', false],
    ]);
    expect(table.gains[1].publishedPercent).toBeNull();
    expect(table.maxErrorPercent).toBe(
      Math.max(...table.rows.slice(0, 2).map((r) => Math.abs(r.errorPercent!))),
    );
  });
});

describe('the counts', () => {
  afterEach(() => {
    vi.doUnmock('../../src/sim/maple/layout.js');
    vi.resetModules();
  });

  it('are those of the trees: nodes of bulk mode, and of the tree that is duplicated', async () => {
    const [bulk, duplication] = await publishedPrograms();
    expect(count(bulk, 51221, 'adjacent').nodes).toBe(8236);
    // as many leaves as 821 neighbours in full nodes need, and what is above them
    const { nodes, slots } = count(duplication, 821, 'adjacent');
    expect(nodes).toBeGreaterThan(821 / 16);
    expect(slots).toBeGreaterThan(821 * 2);
    expect(count(duplication, 821, 'gapped').nodes).toBeGreaterThan(1.8 * nodes);
  });

  it('move with one more allocation for each VMA in the program', async () => {
    const [, before] = await publishedPrograms();
    const after = await changed((t) =>
      edit(
        t,
        '\t\tcopy = vm_area_dup(vma);\n',
        '\t\tkmalloc(64, GFP_KERNEL);\n\t\tcopy = vm_area_dup(vma);\n',
      ),
    );
    const [then, now] = [before, after].map((c) => count(c, 821, 'adjacent'));
    expect(now.slots).toBe(then.slots);
    const slower = timeOf(now, PRICES.adjacent) - timeOf(then, PRICES.adjacent);
    expect(slower / 821).toBeGreaterThan(50);
  });

  it('move with the geometry of nodes', async () => {
    const [bulk] = await publishedPrograms();
    const then = count(bulk, 821, 'adjacent');
    vi.resetModules();
    vi.doMock('../../src/sim/maple/layout.js', async (original) => ({
      ...(await original<typeof import('../../src/sim/maple/layout.js')>()),
      minEnd: (type: number) => (type === 3 ? 4 : 3),
    }));
    const again = await import('../../src/sim/cost/run.js');
    const { program, entry } = bulk;
    const now = again.countFork({
      program,
      entry,
      vmas: 821,
      layout: 'adjacent',
      rcuTrees: true,
    });
    expect(now.work).toBe(then.work);
    expect(now.words).not.toBe(then.words);
    expect(now.slots).not.toBe(then.slots);
  });

  it('are not made up where a program does not get through', async () => {
    const rcu = await changed((t) => edit(t, '\t\tif (copy == NULL)\n', '\t\tif (copy != NULL)\n'));
    expect(() => count(rcu, 21, 'adjacent')).toThrow(/dup_mmap\(\) fails although nothing/);
    const loop = await changed((t) =>
      edit(t, '\t\tcopy = vm_area_dup(vma);\n', '\t\tcopy = vm_area_dup(NULL);\n'),
    );
    expect(() => count(loop, 21, 'adjacent')).toThrow(/vm_area_dup\(\) gets no valid pointer/);
  });
});

describe('the VMAs of a layout', () => {
  it.each(LAYOUTS)('are as many as asked for and do not overlap: %s', (layout) => {
    expect(BASE_AREAS).toBe(21);
    for (const n of [1, 20, 21, 22, 500]) {
      const areas = areasOf(n, layout).sort((a, b) => a.first - b.first);
      expect(areas).toHaveLength(n);
      for (const [k, a] of areas.entries())
        if (k) expect(a.first).toBeGreaterThan(areas[k - 1].last);
    }
    const gaps = (n: number) => {
      const areas = areasOf(n, layout).sort((a, b) => a.first - b.first);
      return areas.filter((a, k) => k && a.first > areas[k - 1].last + 1).length;
    };
    const more = gaps(1021) - gaps(21);
    const wanted = { adjacent: 1, gapped: 1000, mixed: 500 }[layout];
    expect(Math.abs(more - wanted)).toBeLessThanOrEqual(1);
  });
});
