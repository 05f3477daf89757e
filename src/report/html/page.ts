import { printable } from '../../base/terminal.js';
import type { PageAssets, PageData } from './data.js';

/**
 * One self-contained page. Its policy allows the player's own code and nothing else: no network, no other script. The
 * simulator compiles its tables with `new Function`, which is what 'unsafe-eval' is for, and runs in a worker made of
 * the same code (blob:).
 */
export function renderPage(data: PageData, assets: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${assets.scriptHash}' 'unsafe-eval'`,
    `style-src 'sha256-${assets.styleHash}'`,
    'worker-src blob:',
    // an icon that is none, so that none is asked for
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(titleOf(data))}</title>`,
    `<style>${assets.style}</style>`,
    '<div id="app"><noscript>This page runs the reviewed code in the browser and needs JavaScript.</noscript></div>',
    `<script type="application/json" id="data">${jsonText(data)}</script>`,
    `<script id="player">${assets.script}</script>`,
    '</html>',
    '',
  ].join('\n');
}

function titleOf({ review }: PageData): string {
  const first = review.patches.find((p) => p.findings.length) ?? review.patches[0];
  return first ? `forklore: ${first.subject}` : 'forklore';
}

const escapeText = (text: string): string =>
  printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** JSON that no parser of HTML takes for markup, control characters in its texts made visible. Integers beyond JSON's are `{"$bigint": "..."}`. */
function jsonText(data: PageData): string {
  const text = JSON.stringify(data, (_key, x: unknown) => {
    if (typeof x === 'string') return printable(x);
    return typeof x === 'bigint' ? { $bigint: String(x) } : x;
  });
  return text.replaceAll('<', '\\u003c');
}
