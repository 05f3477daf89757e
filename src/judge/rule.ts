import type { AnonPrepare, VmaLock } from '../sim/kernel/features.js';
import type { Operator } from '../sim/mutate/mutants.js';
import type { Scenario } from '../sim/scenario.js';
import type { Severity } from './types.js';

/** What a tree has or has not. All that is named must be so; of a list, one. */
export interface FeatureCondition {
  vmaLock?: VmaLock | VmaLock[];
  anonPrepare?: AnonPrepare | AnonPrepare[];
  assertsWriteLocked?: boolean;
  /** Trees of mms are in RCU mode (6.3 on, and 6.1-stable). */
  rcuTrees?: boolean;
  /** dup_mm() holds the uprobe section until a failed child is torn down, before the patch or after it. */
  guardsTeardown?: boolean;
  /** Fork tells a scanner of the child, before the patch or after it. */
  scans?: boolean;
  /** Functions that the program calls, each of them. */
  calls?: string[];
}

/** A kind of edit of one kind of step. */
export interface Edit {
  operator: Operator;
  /** One of these functions. */
  step: string | string[];
}

/** An edit that must be caught. */
export interface RequiredEdit extends Edit {
  /** Only where the program has such a step; else its absence proves the rule vacuous. */
  whenCalled?: boolean;
}

/** One wording of a message; the first one whose conditions are all met is used. */
export interface Template {
  /** Names of facts; `not x` for one that must not be so. See docs/rules.md. */
  when?: string[];
  text: string;
}

export interface MutationRules {
  /** Functions whose calls are edited. */
  steps: string[];
  /** Functions past whose calls a step is moved; left out: past every later statement of its block. */
  past?: string[];
  operators: Operator[];
  /** Edits that must be caught: else the rule proves nothing and its verdict is `vacuous`. */
  required: RequiredEdit[];
  /** The edit whose failing run is kept as the counterfactual. */
  counterfactual?: Edit;
}

/** How a rule comes to its verdict: by exploring, or by an evaluator of another kind. */
export type Kind = 'exploration' | 'fork-cost';

/** A rule as its `rule.yaml` holds it, with named scenarios and VMA kinds filled in. */
export interface Rule {
  id: string;
  title: string;
  severity: Severity;
  /** How much a terminal says of a pass beside problems: a line, or all. */
  pass: 'brief' | 'full';
  /** Numbers of the defect classes that it finds (docs/rules.md). */
  classes: number[];
  by: Kind;
  applies: {
    /** Function that is executed. */
    entry: string;
    /** The rule speaks only where the program holds one of these functions. */
    functions?: string[];
    /** The rule speaks only of such a tree. */
    requires?: FeatureCondition;
    /** The rule has nothing to say on such a tree. */
    unless?: FeatureCondition;
    /** A pass counts only where none of these functions is changed by lines that are not all shown. */
    whole?: string[];
  };
  /** Ids of `sim/property`. */
  properties: string[];
  scenarios: Scenario[];
  mutants: MutationRules;
  /** Numbers that an evaluator compares with. */
  thresholds: Record<string, number>;
  messages: { introduced?: Template[]; existing?: Template[]; holds?: Template[] };
  references: { commit?: string; document?: string; title: string }[];
}
