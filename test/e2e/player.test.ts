import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countWords } from '../../src/player/words.js';
import { corpus, forklore, ROOT, tempFolder } from '../support.js';
import { type Browser, hasChromium, skipped, startChromium } from './chromium.js';

const SEED = corpus('seed-reply-hildenbrand.mbox') ?? join(ROOT, 'fixtures/mails/seed-like.mbox');
const LOCK_COPY = join(ROOT, 'fixtures/mails/lock-copy.mbox');
const MINI = join(ROOT, 'fixtures/mini-6.12');

describe.runIf(process.env.CI)('the browser of a CI machine', () => {
  it('is there', () => expect(hasChromium).toBe(true));
});

interface Made {
  file: string;
  /** The command that replays the run that the report is about. */
  trace: string;
}

function made(...args: string[]): Made {
  const folder = tempFolder();
  const file = join(folder, 'page.html');
  const traces = join(folder, 'traces');
  const rule = ['--rule', 'fork-lock-target'];
  const html = forklore('review', ...args, ...rule, '--format', 'html', '--output', file);
  expect(html.err).toBe('');
  const json = forklore('review', ...args, ...rule, '--format', 'json', '--traces', traces);
  const { evidence } = JSON.parse(json.out).patches[0].findings[0];
  const { replay } = evidence.counterexample ?? evidence.counterfactual;
  return { file, trace: /forklore replay (.*)$/.exec(replay)![1] };
}

/** The lock rule with a third VMA in its first scenario. */
function rulesWithMoreVmas(): string {
  const folder = tempFolder();
  const from = (name: string) => join(ROOT, 'rules', name);
  cpSync(from('fork-lock-target'), join(folder, 'fork-lock-target'), { recursive: true });
  const text = readFileSync(from('scenarios.yaml'), 'utf8');
  const changed = text.replace(
    /^(two-writers:\n {2}vmas: )\[anon, anon\]$/m,
    '$1[anon, anon, anon]',
  );
  expect(changed).not.toBe(text);
  writeFileSync(join(folder, 'scenarios.yaml'), changed);
  return folder;
}

/** Steps as `forklore replay` prints them: `1  fork: ...`, joined again. */
function replayed(trace: string): string[] {
  const out = forklore('replay', trace, '--step').out;
  return [...out.matchAll(/^step \d+ of \d+ {2}(.*)$/gm)].map((m) => m[1]);
}

const player = (page: Page) => page.getByRole('region', { name: 'Player' });
const now = (page: Page) => page.locator('.now').innerText();

describe.skipIf(!hasChromium)(`a page in Chromium${skipped}`, () => {
  let browser: Browser;
  let seed: Made;
  let broken: Made;

  beforeAll(async () => {
    browser = await startChromium();
    seed = made(SEED);
    broken = made(LOCK_COPY, '--tree', MINI);
  });
  afterAll(async () => {
    await browser.close();
    expect(browser.complaints).toEqual([]);
    expect(browser.requests).toEqual([]);
  });

  const open = async (file: string, hash = ''): Promise<Page> => {
    const page = await browser.open(`${pathToFileURL(file).href}${hash}`);
    await page.waitForSelector('.screen');
    return page;
  };

  it('is one small file', () => {
    for (const { file } of [seed, broken]) expect(statSync(file).size).toBeLessThan(2_000_000);
  });

  it("steps the seed's counterfactual to its end, by keyboard", async () => {
    const page = await open(seed.file);
    await expect(now(page)).resolves.toMatch(/^Before the first step/);
    const seen: string[] = [];
    for (let k = 0; k < 200; k++) {
      await page.keyboard.press('ArrowRight');
      const text = await now(page);
      const [label] = /^\d+[a-z]?/.exec(text)!;
      if (/^\d+$/.test(label)) seen.push(text.replace(/^\d+\s+/, ''));
      if (text.includes('✕ breaks')) break;
    }
    const steps = replayed(seed.trace);
    expect(seen).toHaveLength(steps.length);
    seen.forEach((text, k) => {
      expect(text.startsWith(steps[k]), `${text} is no ${steps[k]}`).toBe(true);
    });
    expect(await player(page).locator('tr.breaks.current').count()).toBe(1);
    await expect(page.locator('.told.edit').innerText()).resolves.toMatch(
      /Not what the patch does/,
    );
    await page.close();
  });

  it('draws the child tree before and after a slot is replaced', async () => {
    const page = await open(seed.file, '#s=2');
    const slots = async () => {
      const tree = page.locator('figure', { hasText: "Child's tree" });
      const held = tree.locator('.slot.old, .slot.new, .slot.marker');
      return (await held.allInnerTexts()).map((t) => t.split(/\s/)[0]);
    };
    await expect(slots()).resolves.toEqual(['V1', 'V2']);
    await page.keyboard.press('ArrowRight');
    expect(page.url()).toMatch(/s=2a$/);
    await expect(now(page)).resolves.toMatch(/V1 -> V1' in the child's tree/);
    const after = await slots();
    expect(after.map((t) => t.replace('●', ''))).toEqual(["V1'", 'V2']);
    expect(await page.locator('.slot.changed').count()).toBe(1);
    await page.close();
  });

  it('marks the source line of each step, and where fork stands while others run', async () => {
    const page = await open(broken.file, '#s=5');
    const current = page.locator('.source li.current');
    await expect(current.innerText()).resolves.toMatch(/copy_page_range\(/);
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.source li.paused').innerText()).resolves.toMatch(
      /copy_page_range\(/,
    );
    await page.getByRole('tab', { name: 'Patch' }).click();
    await expect(page.locator('.source.diff li.marked').innerText()).resolves.toMatch(
      /vma_start_write\(copy\)/,
    );
    await page.close();
  });

  it('goes to the step that an address names, and back', async () => {
    const page = await open(broken.file, '#s=6');
    await expect(now(page)).resolves.toMatch(/^6\s+thread A: write fault/);
    await page.keyboard.press('Home');
    await expect(now(page)).resolves.toMatch(/^Before/);
    await page.keyboard.press('End');
    await expect(now(page)).resolves.toMatch(/✕ breaks/);
    await page.keyboard.press('ArrowLeft');
    expect(page.url()).toMatch(/s=9$/);
    await page.close();
  });

  it('plays every mutant that was caught', async () => {
    const page = await open(seed.file);
    const rows = page.getByRole('region', { name: 'Mutants' }).locator('tbody tr');
    const count = await rows.count();
    expect(count).toBeGreaterThan(3);
    for (let k = 0; k < count; k++) {
      const row = rows.nth(k);
      if ((await row.innerText()).includes('not caught')) continue;
      await row.getByRole('button').click();
      await page.waitForURL(/&r=m\d+$/);
      await page.locator('.now', { hasText: 'Before the first step' }).waitFor();
      await page.keyboard.press('End');
      await page.waitForSelector('.now.breaks');
      expect(await page.locator('[role=alert]').count()).toBe(0);
    }
    await page.close();
  });

  it('explores again to the counts of the review, and with another bound to those of the command line', async () => {
    const page = await open(seed.file);
    const outcome = page.locator('.outcome');
    await page.getByRole('button', { name: 'Explore' }).click();
    await outcome.getByText('The same counts as in the review.').waitFor();
    const [before] = /[\d,]+/.exec(await outcome.innerText())!;
    await page.getByLabel('VMAs').fill('3');
    await page.getByRole('button', { name: 'Explore' }).click();
    await outcome.getByText('The same counts as in the review.').waitFor({ state: 'detached' });
    await outcome.getByText(/states to the end/).waitFor();
    const text = await outcome.innerText();
    const rules = ['--rules', rulesWithMoreVmas(), '--rule', 'fork-lock-target'];
    const r = forklore('review', SEED, ...rules, '--format', 'json');
    const { findings } = JSON.parse(r.out).patches[0];
    const { evidence } = findings.find((f: { rule: string }) => f.rule === 'fork-lock-target');
    const [first] = evidence.scenarios;
    expect(text).toContain(countWords(first.states, first.failing, first.exhausted));
    expect(first.states).not.toBe(Number(before.replace(/,/g, '')));
    await page.close();
  });

  it('ends an exploration that is cancelled, and finds a failing run of an edit', async () => {
    const page = await open(seed.file);
    await page.getByLabel('VMAs').fill('5');
    await page.getByRole('button', { name: 'Explore' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: "Back to the rule's bounds" }).click();
    await page.locator('select[name=version]').selectOption({ index: 2 });
    await page.getByRole('button', { name: 'Explore' }).click();
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.locator('.now', { hasText: 'Before the first step' }).waitFor();
    await page.keyboard.press('End');
    await page.waitForSelector('.now.breaks');
    await page.close();
  });

  it.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('has no fault that axe finds, %s at %i pixels', async (scheme, width) => {
    for (const { file } of [seed, broken]) {
      const page = await open(file, '#s=6');
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(axe.source);
      const faults = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
        const { violations } = await axe.run();
        return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
      });
      expect(faults).toEqual([]);
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      expect(wide).toBe(width);
      await page.close();
    }
  });
});
