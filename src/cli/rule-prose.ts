import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtInRules, loadRules } from '../judge/load.js';

/** The README of a built-in rule as markdown, null when there is none of that name; and the names of all rules. */
export async function explainRule(rule: string): Promise<{ text: string | null; known: string[] }> {
  const known = (await loadRules()).map(({ id }) => id);
  if (!known.includes(rule)) return { text: null, known };
  const text = await readFile(join(builtInRules(), rule, 'README.md'), 'utf8').catch(() => null);
  return { text: text?.trim() ?? null, known };
}
