import type { VmaLock } from '../sim/kernel/features.js';
import type { Operator } from '../sim/mutate/mutants.js';
import type { Scenario } from '../sim/scenario.js';
import type { Severity } from './types.js';

/** A rule as its `rule.yaml` holds it. */
export interface Rule {
  id: string;
  title: string;
  severity: Severity;
  applies: {
    /** Function that is executed. */
    entry: string;
    /** The rule has nothing to say on such a tree. */
    unless?: { vmaLock?: VmaLock };
  };
  /** Ids of `sim/property`. */
  properties: string[];
  scenarios: Scenario[];
  mutants: {
    steps: string[];
    past: string[];
    operators: Operator[];
    /** Edits that must be caught: else the rule proves nothing and its verdict is `vacuous`. */
    required: { operator: Operator; step: string }[];
    /** The edit whose failing run is kept as the counterfactual. */
    counterfactual: { operator: Operator; step: string };
  };
}
