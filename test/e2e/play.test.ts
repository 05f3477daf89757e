import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forklore, ROOT, tempFolder } from '../support.js';
import { type Browser, hasChromium, skipped, startChromium } from './chromium.js';

let file: string;
let server: ChildProcess;
let url: string;

beforeAll(async () => {
  const traces = tempFolder();
  forklore(
    ...['review', join(ROOT, 'fixtures/mails/lock-copy.mbox')],
    ...['--rule', 'fork-lock-target', '--traces', traces],
  );
  file = join(traces, readdirSync(traces)[0]);
  server = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'play', file]);
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  url = String(line).split(/\s/)[0];
});
afterAll(() => {
  server.kill();
});

/** Status and head of an answer to a request with this Host header. */
const ask = (path: string, host: string): Promise<[number, string]> =>
  new Promise((resolve, reject) => {
    get(new URL(path, url), { headers: { host } }, (r) => {
      r.resume();
      resolve([r.statusCode ?? 0, String(r.headers['content-type'])]);
    }).on('error', reject);
  });

describe('forklore play', () => {
  it('serves one page, on this machine only', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { host } = new URL(url);
    await expect(ask('/', host)).resolves.toEqual([200, 'text/html; charset=utf-8']);
    await expect(ask('/other', host)).resolves.toEqual([404, 'text/plain']);
    // a name that somebody else's server has given to this address
    await expect(ask('/', 'rebound.example')).resolves.toEqual([403, 'text/plain']);
  });

  it('says in one line what is wrong with a file', () => {
    const bad = join(tempFolder(), 'bad.json');
    writeFileSync(bad, '{}');
    const r = forklore('play', bad);
    expect(r.code).toBe(2);
    expect(r.err).toMatch(/^forklore: .*bad\.json: not a forklore trace\n$/);
    const t = JSON.parse(readFileSync(file, 'utf8')) as { schedule: unknown[] };
    t.schedule.pop();
    writeFileSync(bad, JSON.stringify(t));
    expect(forklore('play', bad).err).toMatch(/^forklore: .*bad\.json: does not fail as recorded/);
  });
});

describe.skipIf(!hasChromium)(`a played trace in Chromium${skipped}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());

  it('is stepped to its end, with the source that was kept with it', async () => {
    const page = await browser.open(`${url}#s=3`);
    await page.waitForSelector('.source li.current');
    await page.keyboard.press('End');
    await page.waitForSelector('.now.breaks');
    expect(await page.locator('.source li').count()).toBeGreaterThan(50);
    expect(browser.complaints).toEqual([]);
    expect(browser.requests).toEqual([]);
  });

  it('shows the statements where no source was kept', async () => {
    const { source, ...bare } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(source).toBeDefined();
    const old = join(tempFolder(), 'old.json');
    writeFileSync(old, JSON.stringify(bare));
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'play', old]);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const page = await browser.open(`${String(line).split(/\s/)[0]}#s=5`);
    await expect(page.locator('.source li.current').innerText()).resolves.toMatch(
      /copy_page_range\(/,
    );
    child.kill();
  });
});
