import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { ForkloreError } from '../base/errors.js';
import {
  type RawRule,
  type RawScenarios,
  resolveRule,
  resolveScenarios,
  type Scenarios,
} from './resolve.js';
import type { Rule } from './rule.js';
import { RULE_SCHEMA } from './schema.js';
import { SCENARIOS_SCHEMA } from './schema-scenario.js';
import { readYaml } from './yaml.js';

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false });
const isRule = ajv.compile<RawRule>(RULE_SCHEMA);
const isScenarios = ajv.compile<RawScenarios>(SCENARIOS_SCHEMA);

/** Folder of the rules that ship with forklore. */
export function builtInRules(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'rules');
}

/** Parses one `rule.yaml`. Throws an `input` error of one line: file, line, column, what is wrong. */
export function parseRule(name: string, text: string, shared: Scenarios = new Map()): Rule {
  return resolveRule(readYaml(name, text, isRule), shared);
}

/** Parses a `scenarios.yaml`. Throws like `parseRule`. */
export function parseScenarios(name: string, text: string): Scenarios {
  return resolveScenarios(readYaml(name, text, isScenarios));
}

/** Shared scenarios of a folder of rules; those that ship with forklore can be named everywhere. */
async function sharedScenarios(folder: string): Promise<Scenarios> {
  const file = join(folder, 'scenarios.yaml');
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    if (e.code === 'ENOENT') return null;
    throw new ForkloreError('input', `${file}: can not be read (${e.code ?? e.message})`);
  });
  const own = text === null ? new Map() : parseScenarios(file, text);
  if (folder === builtInRules()) return own;
  return new Map([...(await sharedScenarios(builtInRules())), ...own]);
}

/** The rule in one folder. Throws an `input` error when there is none or it is wrong. */
export async function loadRule(folder: string, shared?: Scenarios): Promise<Rule> {
  const file = join(folder, 'rule.yaml');
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    throw new ForkloreError('input', `${file}: can not be read (${e.code ?? e.message})`);
  });
  const rule = parseRule(file, text, shared ?? (await sharedScenarios(dirname(folder))));
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
