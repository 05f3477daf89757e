import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support.js';
import { Resident } from './asked.js';
import { caseFiles } from './case-files.js';
import { type Case, casesFor } from './cases.js';
import { exploreCase } from './explore-case.js';
import { bothOrders } from './orders.js';

const SEED = 20261126;
const TREE = join(ROOT, 'fixtures', 'mini-6.12');
const one = casesFor({ quick: true, kernel: false }).filter((c) => c.threads === 1);

describe('orders of questions', () => {
  it('hold each question once, and count it where at least half of the others came before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer(), (n, seed) => {
        const items = Array.from({ length: n }, (_, k) => k);
        const orders = bothOrders(items, seed);
        const counted = orders.flatMap((o) => o.filter((t) => t.counts).map((t) => t.item));
        expect(counted.sort((a, b) => a - b)).toEqual(items);
        for (const o of orders) {
          expect(o.map((t) => t.item).sort((a, b) => a - b)).toEqual(items);
          expect(o.slice(0, n >> 1).filter((t) => t.counts)).toEqual([]);
        }
      }),
      { seed: SEED },
    );
  });

  it('are other ones for other seeds', () => {
    const items = Array.from({ length: 20 }, (_, k) => k);
    expect(bothOrders(items, 1)).not.toEqual(bothOrders(items, 2));
    expect(bothOrders(items, 1)).toEqual(bothOrders(items, 1));
  });
});

describe('a process that runs already', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'forklore-resident-'));
  let resident: Resident;
  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, '.build/resident.mjs'), folder], { cwd: ROOT });
    resident = await Resident.start(ROOT, folder);
  });
  afterAll(async () => {
    await resident.end();
    rmSync(folder, { recursive: true });
  });

  it('answers as a process of its own does, whatever it was asked before', async () => {
    for (const c of [...one, ...[...one].reverse()]) {
      const { at: _, ...alone } = await exploreCase(caseFiles(TREE, c), c, 'all');
      expect(await resident.ask(TREE, c, 'all')).toMatchObject(alone);
    }
  });

  it('says why a question can not be answered, and answers the next one', async () => {
    const none: Case = { ...one[0], kernel: true };
    await expect(resident.ask(folder, none, 'all')).rejects.toThrow('resident explorer failed');
    expect((await resident.ask(TREE, one[0], 'all')).verdict).toBe(one[0].ours);
  });
});
