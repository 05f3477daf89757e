// Pictures of the player for the docs, from fixtures of this repository: `npm run screens`. Prints how large each page is
// and when it was first painted.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { DIST, ROOT } from './programs.mjs';

const PAGES = {
  broken: ['fixtures/mails/lock-copy.mbox', '--tree', 'fixtures/mini-6.12'],
  pass: ['fixtures/mails/seed-like.mbox'],
};
const DESKTOP = { width: 1280, height: 920 };
const SHOTS = [
  { name: 'player', page: 'broken', hash: '#s=9', size: DESKTOP, scheme: 'light' },
  { name: 'player-dark', page: 'pass', hash: '#s=2a', size: DESKTOP, scheme: 'dark' },
  {
    ...{ name: 'player-phone', page: 'broken', hash: '#s=10', scheme: 'light' },
    size: { width: 390, height: 844 },
  },
];

const folder = mkdtempSync(join(tmpdir(), 'forklore-screens-'));
const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: process.env.FORKLORE_CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  for (const [name, args] of Object.entries(PAGES)) {
    const out = join(folder, `${name}.html`);
    const options = ['--rule', 'fork-lock-target', '--format', 'html', '--output', out];
    const command = [join(DIST, 'cli/main.js'), 'review', ...args, ...options];
    spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  }
  for (const { name, page: of, hash, size, scheme } of SHOTS) {
    const file = join(folder, `${of}.html`);
    const page = await context.newPage();
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${pathToFileURL(file).href}${hash}`);
    await page.waitForSelector('.screen');
    if (size.width < 600) await page.locator('.now').scrollIntoViewIfNeeded();
    await page.waitForTimeout(500);
    const paint = await page.evaluate(
      'performance.getEntriesByName("first-contentful-paint")[0].startTime',
    );
    await page.screenshot({ path: join(ROOT, 'docs', `${name}.png`) });
    console.log(`${name}: ${statSync(file).size} bytes, first paint after ${Math.round(paint)} ms`);
    await page.close();
  }
} finally {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}
