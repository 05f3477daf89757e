import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROPERTIES } from '../../sim/property/properties.js';
import type { Scenario } from '../../sim/scenario.js';
import type { Located } from './folder.js';

/** A table of rules: id, severity, classes, title. */
export function renderList(rules: readonly Located[]): string {
  const width = Math.max(...rules.map((r) => r.rule.id.length));
  return rules
    .map(({ rule }) => {
      const classes = rule.classes.join(' ').padEnd(5);
      return `${rule.id.padEnd(width)}  ${rule.severity.padEnd(7)}  ${classes}  ${rule.title}\n`;
    })
    .join('');
}

/** The properties that a rule may name. */
export function renderProperties(): string {
  const width = Math.max(...PROPERTIES.map((p) => p.id.length));
  return PROPERTIES.map((p) => `${p.id.padEnd(width)}  broken when ${p.breach}\n`).join('');
}

/** One line for a scenario: its VMAs, threads and bounds. */
export function renderScenario(s: Scenario): string {
  const threads = s.threads.map((t) => `${t.kind ?? 'store'} x ${t.accesses}`);
  const parts = [
    s.vmas.map((v) => `${v.kind} (${v.pages.join(' ') || 'no pages'})`).join(', '),
    threads.length ? `threads: ${threads.join(', ')}` : 'no other threads',
    `${s.failures} allocation failures${s.signal ? ', a signal' : ''}`,
  ];
  return `${s.id}: ${parts.join('; ')}`;
}

/** All that a rule says, for a person. */
export async function explain({ rule, folder }: Located): Promise<string> {
  const readme = await readFile(join(folder, rule.id, 'README.md'), 'utf8').catch(() => '');
  const what = PROPERTIES.filter((p) => rule.properties.includes(p.id));
  const list = (title: string, lines: string[]) =>
    lines.length ? [`${title}:`, ...lines.map((l) => `  ${l}`), ''] : [];
  const required = rule.mutants.required.map(
    (r) => `${r.operator} ${[r.step].flat().join(' or ')}`,
  );
  return [
    `${rule.id} (${rule.severity}, class ${rule.classes.join(', ')}): ${rule.title}`,
    '',
    ...(readme ? [readme.trim(), ''] : []),
    ...list(
      'Properties',
      what.map((p) => `${p.id}: broken when ${p.breach}`),
    ),
    ...list('Scenarios', rule.scenarios.map(renderScenario)),
    ...list('Edits that must be caught', required),
    ...list(
      'See also',
      rule.references.map((r) => [r.commit, r.document, r.title].filter(Boolean).join('  ')),
    ),
  ].join('\n');
}
