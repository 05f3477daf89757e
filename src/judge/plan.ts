import { PROPERTIES } from '../sim/property/properties.js';
import type { Scenario } from '../sim/scenario.js';
import type { Rule } from './rule.js';

/** Rules that explore the same thing: one entry, one scenario. */
export interface Group {
  entry: string;
  scenario: Scenario;
  rules: Rule[];
}

/** What is explored for a list of rules by `groupKey`, each thing once, in the order in which the rules name it. */
export function groupsOf(rules: readonly Rule[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const rule of rules)
    for (const scenario of rule.scenarios) {
      const key = groupKey(rule, scenario);
      const group = groups.get(key);
      if (!group) groups.set(key, { entry: entryOf(rule, scenario), scenario, rules: [rule] });
      else if (!group.rules.includes(rule)) group.rules.push(rule);
    }
  return groups;
}

/** The function that is executed in a scenario of a rule. */
export const entryOf = (rule: Rule, { entry }: Pick<Scenario, 'entry'>): string =>
  entry ?? rule.applies.entry;

/** Every function that is executed for a rule. */
export const entriesOf = (rules: readonly Rule[]): string[] => [
  ...new Set(rules.flatMap((r) => [r.applies.entry, ...r.scenarios.map((s) => entryOf(r, s))])),
];

const contents = new WeakMap<Scenario, string>();

/** Equal for scenarios of rules that explore the same thing: all that a scenario says but its name. */
export function groupKey(rule: Rule, scenario: Scenario): string {
  let text = contents.get(scenario);
  if (text === undefined) {
    const { id: _, entry: __, ...content } = scenario;
    text = JSON.stringify(content, (_k, x: unknown) =>
      x !== null && typeof x === 'object' && !Array.isArray(x)
        ? Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1)))
        : x,
    );
    contents.set(scenario, text);
  }
  return `${entryOf(rule, scenario)} ${text}`;
}

/** Properties of several rules, each once, in the order of the list of all. */
export function union(rules: Iterable<Rule>): string[] {
  const wanted = new Set([...rules].flatMap((r) => r.properties));
  return PROPERTIES.map((p) => p.id).filter((id) => wanted.has(id));
}
