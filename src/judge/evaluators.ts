import type { Side } from './applies.js';
import { forkCost } from './cost.js';
import type { Kind, Rule } from './rule.js';
import type { Finding } from './types.js';

/** What a rule gets that does not explore. */
export interface Evaluated {
  rule: Rule;
  /** null where the version before could not be rebuilt. */
  before: Side | null;
  after: Side;
  /** Commit message of the patch. */
  message: string;
}

/** Comes to a finding without exploring; null when it has nothing to say of the patch. */
export type Evaluator = (input: Evaluated) => Finding | null;

/** Kinds of rules that do not explore, each in a file of its own. */
const EVALUATORS: Partial<Record<Kind, Evaluator>> = { 'fork-cost': forkCost };

/** The evaluator of a kind of rule; one that is not there says nothing. */
export const evaluatorOf = (kind: Kind): Evaluator => EVALUATORS[kind] ?? (() => null);
