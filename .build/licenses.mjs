import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name, version and licence text of every package that bundles took files from. */
export function thirdPartyNotices(root, inputs) {
  const folders = new Set();
  for (const path of inputs) {
    const m = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
    if (m) folders.add(m[0]);
  }
  return [...folders]
    .sort()
    .map((f) => notice(join(root, f)))
    .join(`\n${'-'.repeat(78)}\n`);
}

function notice(folder) {
  const p = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((n) => /^(licen[cs]e|copying)(\.|$|-)/i.test(n));
  const text =
    file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
  return `${p.name} ${p.version} (${p.license ?? 'see its text'})\n\n${text.trim()}\n`;
}
