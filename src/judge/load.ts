import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ForkloreError } from '../base/errors.js';
import { readdir, readFile } from '../files/index.js';
import { checkedTexts } from './checked.js';
import {
  type RawRule,
  type RawScenarios,
  resolveRule,
  resolveScenarios,
  type Scenarios,
} from './resolve.js';
import type { Rule } from './rule.js';
import type { Yaml } from './yaml.js';

/** Folder of the rules that ship with forklore. */
export function builtInRules(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'rules');
}

/** A text as it was read and checked when forklore was built, or read now. The parser is loaded only where needed. */
async function readText<T>(
  file: string,
  text: string,
  reader: 'readRule' | 'readScenarios',
): Promise<Yaml<T>> {
  const data = checkedTexts().get(text);
  if (data === undefined) return (await import('./parse.js'))[reader](file, text) as Yaml<T>;
  const error = (path: readonly (string | number)[], message: string) =>
    new ForkloreError('input', `${file}: ${path.join('.')}: ${message}`);
  return { data: data as T, error };
}

/** Shared scenarios of a folder of rules; those that ship with forklore can be named everywhere. */
export async function sharedScenarios(folder: string): Promise<Scenarios> {
  const file = join(folder, 'scenarios.yaml');
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    if (e.code === 'ENOENT') return null;
    throw new ForkloreError('input', `${file}: can not be read (${e.code ?? e.message})`);
  });
  const own =
    text === null
      ? new Map()
      : resolveScenarios(await readText<RawScenarios>(file, text, 'readScenarios'));
  if (folder === builtInRules()) return own;
  return new Map([...(await sharedScenarios(builtInRules())), ...own]);
}

/** The rule in one folder. Throws an `input` error when there is none or it is wrong. */
export async function loadRule(folder: string, shared?: Scenarios): Promise<Rule> {
  const file = join(folder, 'rule.yaml');
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    throw new ForkloreError('input', `${file}: can not be read (${e.code ?? e.message})`);
  });
  const raw = await readText<RawRule>(file, text, 'readRule');
  const rule = resolveRule(raw, shared ?? (await sharedScenarios(dirname(folder))));
  if (rule.id !== basename(folder))
    throw new ForkloreError(
      'input',
      `${file}: id is "${rule.id}", but the folder is "${basename(folder)}"`,
    );
  return rule;
}

/** Loads every rule of a folder, by id. */
export async function loadRules(folder: string = builtInRules()): Promise<Rule[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(
    (e: NodeJS.ErrnoException) => {
      throw new ForkloreError('input', `${folder}: no folder of rules (${e.code ?? e.message})`);
    },
  );
  const shared = await sharedScenarios(folder);
  const folders = entries.filter((e) => e.isDirectory() && !e.name.startsWith('.'));
  const rules = await Promise.all(folders.map((e) => loadRule(join(folder, e.name), shared)));
  return rules.sort((a, b) => (a.id < b.id ? -1 : 1));
}
