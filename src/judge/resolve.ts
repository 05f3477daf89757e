import { nearest } from '../base/nearest.js';
import { KINDS, type VmaForm, vmaSpec } from '../sim/kinds.js';
import { OPERATORS } from '../sim/mutate/mutants.js';
import type { Scenario, VmaSpec } from '../sim/scenario.js';
import { FACT_NAMES, isFact, NO_FACTS } from './facts.js';
import { PLACEHOLDER_NAMES } from './message.js';
import type { Rule } from './rule.js';
import type { Yaml } from './yaml.js';

type RawVma = string | VmaForm;
type RawScenario = Partial<Omit<Scenario, 'vmas'>> & { use?: string; vmas?: RawVma[] };

/** A rule as it is written. */
export type RawRule = Omit<Rule, 'scenarios' | 'mutants' | 'by' | 'thresholds' | 'messages'> & {
  by?: Rule['by'];
  scenarios?: (string | RawScenario)[];
  mutants?: Partial<Rule['mutants']> & Pick<Rule['mutants'], 'steps' | 'required'>;
  thresholds?: Rule['thresholds'];
  messages?: Rule['messages'];
};

export type RawScenarios = Record<string, RawScenario>;
/** Shared scenarios by name, filled in. */
export type Scenarios = ReadonlyMap<string, Scenario>;

/** Fills in the kinds and defaults of shared scenarios. Throws an `input` error that names line and column. */
export function resolveScenarios(yaml: Yaml<RawScenarios>): Map<string, Scenario> {
  return new Map(
    Object.entries(yaml.data).map(([id, raw]) => [
      id,
      filled({ ...bare(raw), id }, raw.vmas!, (rest, message) =>
        yaml.error([id, ...rest], message),
      ),
    ]),
  );
}

/** A rule with everything that it leaves out. Throws an `input` error that names line and column. */
export function resolveRule(yaml: Yaml<RawRule>, shared: Scenarios): Rule {
  const raw = yaml.data;
  const scenarios = (raw.scenarios ?? []).map((s, k) => scenarioOf(s, k, yaml, shared));
  const twice = scenarios.findIndex((s, k) => scenarios.findIndex((o) => o.id === s.id) < k);
  if (twice >= 0)
    throw yaml.error(['scenarios', twice], `a second scenario "${scenarios[twice].id}"`);
  checkMessages(yaml);
  return {
    ...raw,
    by: raw.by ?? 'exploration',
    pass: raw.pass ?? 'brief',
    properties: raw.properties ?? [],
    scenarios,
    mutants: {
      ...(raw.mutants ?? { steps: [], required: [] }),
      operators: raw.mutants?.operators ?? [...OPERATORS],
    },
    thresholds: raw.thresholds ?? {},
    messages: raw.messages ?? {},
    references: raw.references ?? [],
  };
}

/** Conditions and placeholders of messages must be known: a report would hold them as they stand. */
function checkMessages(yaml: Yaml<RawRule>): void {
  for (const [kind, list] of Object.entries(yaml.data.messages ?? {}))
    for (const [k, { when = [], text }] of list.entries()) {
      const at = (place: (string | number)[], message: string) =>
        yaml.error(['messages', kind, k, ...place], message);
      const odd = when.findIndex((name) => isFact(name, NO_FACTS) === undefined);
      if (odd >= 0) throw at(['when', odd], `no fact "${when[odd]}"; known: ${KNOWN_FACTS}`);
      const name = [...text.matchAll(/\{(\w*)\}/g)]
        .map((m) => m[1])
        .find((word) => !PLACEHOLDER_NAMES.includes(word));
      if (name === undefined) continue;
      const near = nearest(name, PLACEHOLDER_NAMES);
      const hint = near ? `did you mean {${near}}?` : `known: ${PLACEHOLDER_NAMES.join(', ')}`;
      throw at(['text'], `no placeholder {${name}}; ${hint}`);
    }
}

const KNOWN_FACTS = [...FACT_NAMES, 'breaks PROPERTY', 'calls FUNCTION'].join(', ');

function scenarioOf(
  raw: string | RawScenario,
  index: number,
  yaml: Yaml<RawRule>,
  shared: Scenarios,
): Scenario {
  const at = (rest: readonly (string | number)[], message: string) =>
    yaml.error(['scenarios', index, ...rest], message);
  const name = typeof raw === 'string' ? raw : raw.use;
  const base = name === undefined ? null : shared.get(name);
  if (base === undefined) {
    const known = [...shared.keys()].join(', ');
    const place = typeof raw === 'string' ? [] : ['use'];
    throw at(place, `no scenario "${name}" in scenarios.yaml${known ? `; known: ${known}` : ''}`);
  }
  if (typeof raw === 'string') return base!;
  const { vmas } = raw;
  const own = bare(raw);
  if (base && vmas === undefined) return { ...base, ...own };
  if (vmas === undefined) throw at([], 'a scenario needs "vmas", or "use"');
  if (!base && own.id === undefined) throw at([], 'a scenario of its own needs an "id"');
  return filled({ ...(base ?? {}), ...own, id: own.id ?? base!.id }, vmas, at);
}

/** What a scenario says besides its VMAs. */
function bare({ use: _u, vmas: _v, ...own }: RawScenario): Omit<Partial<Scenario>, 'vmas'> {
  return own;
}

type At = (rest: readonly (string | number)[], message: string) => Error;

/** With the keys in one order, so that equal scenarios have equal texts. */
function filled(own: Partial<Scenario> & { id: string }, vmas: RawVma[], at: At): Scenario {
  const { id, threads, failures, signal, faultFailures, ...rest } = own;
  return {
    ...rest,
    id,
    vmas: vmas.map((v, k) => vmaOf(v, (message) => at(['vmas', k], message))),
    threads: threads ?? [],
    failures: failures ?? 0,
    signal: signal ?? false,
    faultFailures: faultFailures ?? false,
  };
}

function vmaOf(raw: RawVma, at: (message: string) => Error): VmaSpec {
  const own = typeof raw === 'string' ? { kind: raw } : raw;
  const full = vmaSpec(own);
  if (full) return full;
  const near = nearest(own.kind, Object.keys(KINDS));
  const hint = near ? `did you mean "${near}"?` : `known: ${Object.keys(KINDS).join(', ')}`;
  throw at(
    `no kind of VMA "${own.kind}" (one of your own needs flags, anonVma and pages); ${hint}`,
  );
}
