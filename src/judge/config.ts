import { Ajv } from 'ajv';
import { nearest } from '../base/nearest.js';
import { CONFIG_SCHEMA } from './config-schema.js';
import { type Config, DEFAULT_CONFIG, type RuleSettings } from './configuration.js';
import type { Severity } from './types.js';
import { readYaml, type Yaml } from './yaml.js';

type RawConfig = Partial<Omit<Config, 'rules' | 'paths'>> & {
  rules?: Record<string, string | Partial<RuleSettings>>;
  paths?: Partial<Config['paths']>;
};

const isConfig = new Ajv({
  allErrors: true,
  verbose: true,
  strictTypes: false,
}).compile<RawConfig | null>({ ...CONFIG_SCHEMA, type: ['object', 'null'] });

/**
 * Parses a `forklore.yml`. `ids`: the rules that there are; left out, any id is taken. Throws an `input` error of one
 * line: `NAME:LINE:COLUMN: what is wrong`, with the nearest key that would be right.
 */
export function parseConfig(name: string, text: string, ids?: readonly string[]): Config {
  const yaml = readYaml(name, text, isConfig);
  const raw = yaml.data ?? {};
  if (ids) checkIds(yaml, raw, ids);
  for (const [k, s] of (raw.suppress ?? []).entries())
    if (s.expires && Number.isNaN(Date.parse(s.expires)))
      throw yaml.error(['suppress', k, 'expires'], `"${s.expires}" is no day`);
  return {
    ...DEFAULT_CONFIG,
    ...raw,
    rules: Object.fromEntries(
      Object.entries(raw.rules ?? {}).map(([id, r]) => [id, settingsOf(r)]),
    ),
    paths: { ...DEFAULT_CONFIG.paths, ...raw.paths },
  };
}

function settingsOf(r: string | Partial<RuleSettings>): RuleSettings {
  if (typeof r !== 'string') return { enable: true, ...r };
  if (r === 'on' || r === 'off') return { enable: r === 'on' };
  return { enable: true, severity: r as Severity };
}

function checkIds(yaml: Yaml<unknown>, raw: RawConfig, ids: readonly string[]): void {
  const wrong = (id: string): string | null => {
    if (ids.includes(id)) return null;
    const near = nearest(id, ids);
    return `no rule "${id}"; ${near ? `did you mean "${near}"?` : `there are: ${ids.join(', ')}`}`;
  };
  for (const id of Object.keys(raw.rules ?? {})) {
    const message = wrong(id);
    if (message) throw yaml.error(['rules'], message, id);
  }
  for (const [k, s] of (raw.suppress ?? []).entries()) {
    const message = wrong(s.rule);
    if (message) throw yaml.error(['suppress', k, 'rule'], message);
  }
}
