import { DEFAULT_LIMITS, type Limits } from '../sim/scenario.js';
import type { Config, Suppression } from './configuration.js';
import { matchesAny } from './glob.js';
import type { Rule } from './rule.js';
import type { Finding } from './types.js';

/** The rules as a repository wants them: those that are on, with its severities and bounds. */
export function configured(rules: readonly Rule[], config: Config): Rule[] {
  return rules
    .filter((r) => config.rules[r.id]?.enable ?? true)
    .map((rule) => {
      const own = Object.hasOwn(config.rules, rule.id) ? config.rules[rule.id] : null;
      const failures = own?.failures ?? config.bounds.failures;
      return {
        ...rule,
        severity: own?.severity ?? rule.severity,
        ...(failures === undefined
          ? {}
          : { scenarios: rule.scenarios.map((s) => ({ ...s, failures })) }),
      };
    });
}

/** Limits of one exploration. */
export const limitsOf = ({ bounds }: Config): Limits => ({
  states: bounds.states ?? DEFAULT_LIMITS.states,
  nodes: bounds.nodes ?? DEFAULT_LIMITS.nodes,
});

/** The configuration wants findings on this file. */
export const isWanted = (path: string, { paths }: Config): boolean =>
  (paths.only.length === 0 || matchesAny(path, paths.only)) && !matchesAny(path, paths.ignore);

/**
 * The findings, those marked that the configuration suppresses: such a one stays, as a note, with the reason.
 * `today`: `YYYY-MM-DD`.
 */
export function suppress(findings: readonly Finding[], config: Config, today: string): Finding[] {
  return findings.map((f) => {
    if (f.verdict !== 'violated') return f;
    const entry = config.suppress.find((s) => fits(s, f) && !isOver(s, today));
    const reason = entry?.reason ?? (isWanted(f.location.path, config) ? null : 'path left out');
    if (reason === null) return f;
    const expires = entry?.expires ?? null;
    return { ...f, severity: 'note', suppressed: { reason, expires } };
  });
}

/** Suppressions that no longer count, one sentence each. */
export const expired = (config: Config, today: string): string[] =>
  config.suppress
    .filter((s) => isOver(s, today))
    .map((s) => `the suppression of ${s.rule} (${s.reason}) has expired on ${s.expires}`);

const isOver = (s: Suppression, today: string): boolean =>
  s.expires !== undefined && s.expires < today;

const fits = (s: Suppression, f: Finding): boolean =>
  s.rule === f.rule &&
  (s.id === undefined || f.id.startsWith(s.id)) &&
  (s.path === undefined || matchesAny(f.location.path, [s.path]));
