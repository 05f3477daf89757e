import { FORKED } from '../sim/actors/fork.js';
import { PROPERTIES } from '../sim/property/properties.js';
import type { Exploration } from './explore.js';
import { type Facts, isFact } from './facts.js';
import type { Rule, Template } from './rule.js';

/** What a placeholder of a message stands for. */
const PLACEHOLDERS: Record<string, (rule: Rule, f: Facts, e: Exploration) => string> = {
  title: (rule) => rule.title,
  breach: (_rule, f) => breachOf(f),
  step: (_rule, f, e) => {
    const text = lastStep(e)?.text ?? '';
    return OVER.includes(text) ? breachOf(f) : text;
  },
  function: (_rule, _f, e) => lastStep(e)?.function || '?',
  variable: (_rule, f) => f.oldLocks[0]?.variable ?? f.copyLocks[0]?.variable ?? 'the VMA',
  duplicate: (_rule, f) => f.duplicates ?? 'nothing',
};

const breachOf = (f: Facts): string =>
  PROPERTIES.find((p) => p.id === f.broken)?.breach ?? 'nothing fails';

/** What fork has done last tells nothing of what is wrong then. */
const OVER: readonly string[] = Object.values(FORKED);

/** Names that may stand in braces in the messages of a rule. */
export const PLACEHOLDER_NAMES = Object.keys(PLACEHOLDERS);

const BROKEN: Template[] = [{ text: 'Not kept: {title}. In the run below {breach}: {step}.' }];
const KEPT: Template[] = [{ text: 'Kept: {title}.' }];

/** What a rule says: of a breach (`introduced`, `existing`), or that there is none (`holds`). */
export function messageOf(
  kind: keyof Rule['messages'],
  rule: Rule,
  facts: Facts,
  e: Exploration,
): string {
  const own = rule.messages;
  const wordings = kind === 'holds' ? (own.holds ?? KEPT) : (own[kind] ?? own.introduced ?? BROKEN);
  const fits = (t: Template) => (t.when ?? []).every((name) => isFact(name, facts));
  const text = (wordings.find(fits) ?? (kind === 'holds' ? KEPT : BROKEN)[0]).text;
  return text.replace(/\{(\w+)\}/g, (_all, name: string) => PLACEHOLDERS[name](rule, facts, e));
}

/**
 * The last thing that is done in the shown run: where threads of the parent run beside fork, what fork does last; else
 * it may be the teardown of the child that shows the breach.
 */
function lastStep(e: Exploration) {
  const run = e.worst?.counterexample;
  const steps = run?.steps ?? [];
  if (run?.scenario.threads.length === 0) return steps.at(-1);
  return steps.findLast((s) => s.thread === 'fork') ?? steps.at(-1);
}
