import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forklore, ROOT, tempFolder } from '../support.js';
import { type Browser, hasChromium, skipped, startChromium } from './chromium.js';

const ATTACK = `</script><img src=x onerror="document.title='owned'"><script>document.title='owned'</script><!--`;

function page(): string {
  const folder = tempFolder();
  const mail = readFileSync(join(ROOT, 'fixtures/mails/lock-copy.mbox'), 'utf8')
    .replace(/^Subject: .*$/m, `Subject: [PATCH] fork: ${ATTACK} \u202e`)
    .replace('vma_start_write(copy);', () => `vma_start_write(copy); /* ${ATTACK} \u202e */`);
  writeFileSync(join(folder, 'attack.mbox'), mail);
  const out = join(folder, 'page.html');
  const rule = ['--rule', 'fork-lock-target'];
  forklore('review', join(folder, 'attack.mbox'), ...rule, '--format', 'html', '--output', out);
  return out;
}

describe('a page of a patch that attacks it', () => {
  it('holds the text of the patch as data only', () => {
    const html = readFileSync(page(), 'utf8');
    expect(html.match(/<img/g)).toBeNull();
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toMatch(/<!--/);
    expect(html).toMatch(/<title>forklore: \[PATCH\] fork: &lt;\/script&gt;&lt;img/);
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/,
    );
  });
});

describe.skipIf(!hasChromium)(`the same in Chromium${skipped}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());

  it('shows it as text, runs nothing, asks for nothing', async () => {
    const p = await browser.open(`${pathToFileURL(page()).href}#s=2`);
    await p.waitForSelector('.source li.current');
    await p.getByRole('tab', { name: 'Patch' }).click();
    const marked = await p.locator('.source.diff li.marked').innerText();
    expect(marked).toContain(ATTACK);
    // what turns the direction of text around is made visible
    expect(marked).toContain('\\x202e');
    await expect(p.title()).resolves.not.toBe('owned');
    expect(await p.locator('img').count()).toBe(0);
    expect(browser.complaints).toEqual([]);
    expect(browser.requests).toEqual([]);
  });
});
