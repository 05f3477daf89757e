import { Ajv } from 'ajv';
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
import { readYaml, type Yaml } from './yaml.js';

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false });
const isRule = ajv.compile<RawRule>(RULE_SCHEMA);
const isScenarios = ajv.compile<RawScenarios>(SCENARIOS_SCHEMA);

/** Reads one `rule.yaml` as it is written. Throws an `input` error of one line: file, line, column, what is wrong. */
export const readRule = (name: string, text: string): Yaml<RawRule> => readYaml(name, text, isRule);

/** Reads a `scenarios.yaml` as it is written. Throws like `readRule`. */
export const readScenarios = (name: string, text: string): Yaml<RawScenarios> =>
  readYaml(name, text, isScenarios);

/** Parses one `rule.yaml`. Throws like `readRule`. */
export function parseRule(name: string, text: string, shared: Scenarios = new Map()): Rule {
  return resolveRule(readRule(name, text), shared);
}

/** Parses a `scenarios.yaml`. Throws like `readRule`. */
export function parseScenarios(name: string, text: string): Scenarios {
  return resolveScenarios(readScenarios(name, text));
}
