import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import type { Side } from '../../src/judge/applies.js';
import { claimsIn } from '../../src/judge/claims.js';
import { forkCost } from '../../src/judge/cost.js';
import { loadRules } from '../../src/judge/load.js';
import { FEATURES_6_8 } from '../../src/sim/kernel/features.js';
import { isModelled } from '../../src/sim/known.js';
import { skeletonFile, skeletonHelpers } from '../../src/source/index.js';
import { edit } from '../litmus/fork-programs.js';
import { SEED } from '../litmus/seed.js';

async function side(era: string, change: (t: string) => string = (t) => t): Promise<Side> {
  const file = skeletonFile(era);
  const text = change(file.lines.map((l) => l.text).join('\n')).split('\n');
  const program = await lowerProgram({
    files: [{ ...file, lines: text.map((t) => ({ ...file.lines[0], text: t })) }],
    entries: ['dup_mmap'],
    isModelled,
    declarations: [skeletonHelpers()],
  });
  return { program, features: FEATURES_6_8 };
}

const rule = async () => (await loadRules()).find((r) => r.id === 'fork-cost')!;
const cost = async (before: Side | null, after: Side, message = '') =>
  forkCost({ rule: await rule(), before, after, message });

const TABLE = `21     221    821    3221
110000 54000  20000  6000
112000 65000  28500  8900
1.8%   20.4%  42.5%  48.3%`;

describe('a claim in a message', () => {
  it('is read from a table, also a quoted one or one with bars', () => {
    const quoted = TABLE.replace(/^/gm, '>> ').replace('110000', '\n>> \n>> 110000');
    const bars = TABLE.replace(/^/gm, '| ').replace(/ +(?=\d)/g, ' | ');
    for (const text of [TABLE, quoted, bars, `Faster.\n\n${TABLE}\n\nMeasured twice.`])
      expect(claimsIn(text)).toEqual([
        { vmas: 21, before: 110000, after: 112000, gainPercent: 1.8 },
        { vmas: 221, before: 54000, after: 65000, gainPercent: 20.4 },
        { vmas: 821, before: 20000, after: 28500, gainPercent: 42.5 },
        { vmas: 3221, before: 6000, after: 8900, gainPercent: 48.3 },
      ]);
  });

  it('is worked out where the message gives no percentages', () => {
    const rows = claimsIn(TABLE.split('\n').slice(0, 3).join('\n'));
    expect(rows[3].gainPercent).toBeCloseTo(48.33, 2);
  });

  it.each([
    ['numbers that do not rise', '821 221\n1 2\n3 4'],
    ['lines of different lengths', '21 221 821\n1 2 3\n4 5'],
    ['text', 'It takes 21 ms and 30 ms.\nThen 4.\nThen 5.'],
    ['a rate of nothing', '21 221\n0 5\n3 4'],
  ])('is not seen in %s', (_what, text) => {
    expect(claimsIn(text)).toEqual([]);
  });

  it('is never found twice, nor with numbers that are not there, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('21', '821', '5%', '|', '>', 'x', '\n', ' ')), (a) => {
        for (const c of claimsIn(a.join(' ')))
          expect([c.vmas, c.before, c.after].every((n) => [21, 821].includes(n))).toBe(true);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('the cost of a patch', () => {
  it('is a gain where the tree is duplicated, and the claim is met', async () => {
    const f = await cost(await side('6.7'), await side('6.8'), TABLE);
    expect(f).toMatchObject({ verdict: 'holds', change: 'none', severity: 'note' });
    expect(f!.message).toMatch(/faster.*claimed 48\.3 %, simulated 4\d\.\d % at 3221 VMAs/);
    const large = f!.evidence.cost!.rows.find((r) => r.vmas === 3221)!;
    expect(large.claimedPercent).toBe(48.3);
    expect(Math.abs(large.changePercent - 48.3)).toBeLessThan(2);
  });

  it('is a warning, never a violation, where fork gets slower', async () => {
    const slow = (t: string) =>
      edit(
        t,
        '\t\tcopy = vm_area_dup(vma);\n',
        '\t\tcopy = vm_area_dup(vma);\n\t\tkmalloc(8, 0);\n',
      );
    const f = await cost(await side('6.8'), await side('6.8', slow));
    expect(f).toMatchObject({ verdict: 'holds', severity: 'warning' });
    expect(f!.message).toMatch(/slower: \d+\.\d % fewer calls at 421 VMAs/);
    expect(await cost(await side('6.8'), await side('6.7'))).toMatchObject({ severity: 'warning' });
  });

  it('is a warning where the message promises what the program does not give', async () => {
    const f = await cost(await side('6.8'), await side('6.8'), TABLE);
    expect(f).toMatchObject({ verdict: 'holds', severity: 'warning' });
    expect(f!.message).toMatch(/not met at 3 of 4 sizes: claimed 48\.3 %, simulated 0\.0 %/);
  });

  it('is not told without a version before, and not counted where a version does not get through', async () => {
    expect(await cost(null, await side('6.8'))).toBeNull();
    const wrong = await side('6.8', (t) =>
      edit(t, '\t\tif (copy == NULL)\n', '\t\tif (copy != NULL)\n'),
    );
    expect(await cost(await side('6.8'), wrong)).toMatchObject({
      verdict: 'inconclusive',
      severity: 'note',
      message: expect.stringMatching(/fails although nothing goes wrong/),
    });
  });
});
