import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, or the one that FORKLORE_CHROMIUM names. */
const PROGRAM = process.env.FORKLORE_CHROMIUM ?? '/usr/bin/chromium';

export const hasChromium = existsSync(PROGRAM);

/** What a test without a browser says; on a CI machine it must not come to that. */
export const skipped = hasChromium ? '' : ` (skipped: no Chromium at ${PROGRAM})`;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  context: BrowserContext;
  /** What any page said on its console, or threw. */
  complaints: string[];
  /** Addresses that any page asked for, beside itself. */
  requests: string[];
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

/** A browser with a fresh profile. */
export async function startChromium(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'forklore-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: PROGRAM,
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 1000 },
  });
  const complaints: string[] = [];
  const requests: string[] = [];
  context.on('console', (m) => complaints.push(`${m.type()}: ${m.text()}`));
  context.on('weberror', (e) => complaints.push(`error: ${e.error().message}`));
  context.on('request', (r) => {
    if (!r.isNavigationRequest() && !r.url().startsWith('blob:')) requests.push(r.url());
  });
  return {
    context,
    complaints,
    requests,
    open: async (url) => {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
