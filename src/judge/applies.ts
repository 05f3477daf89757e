import type { Listing } from '../sim/explore/trace.js';
import { type Features, hasRcuTrees } from '../sim/kernel/features.js';
import type { Program } from '../sim/program.js';
import { calleesOf } from './features.js';
import type { FeatureCondition, Rule } from './rule.js';

/** One version of the reviewed code, ready to run. */
export interface Side {
  program: Program;
  features: Features;
  /** Its functions as the reader sees them; kept with the traces. */
  source?: Listing[];
  /** Functions that the patch changes by lines that are not all shown: what runs in their place is not what it makes. */
  partial?: readonly string[];
  /** Functions that the patch changes and that could not be rebuilt, so that others run in their place. */
  unbuilt?: readonly string[];
  /** Functions that the patch calls above what is run instead of in it, each with its caller there. */
  moved?: ReadonlyMap<string, string>;
}

/** The rule has something to say about this version. */
export function applies(rule: Rule, side: Side): boolean {
  const { entry, functions, requires, unless } = rule.applies;
  const has = (name: string) => Object.hasOwn(side.program.functions, name);
  // without a body of its own, the tail of dup_mm() is a model around dup_mmap()
  if (!has(entry) && !(entry === 'dup_mm' && has('dup_mmap'))) return false;
  if (functions && !functions.some(has)) return false;
  if (requires && !meets(requires, side)) return false;
  return !unless || !meets(unless, side);
}

function meets(c: FeatureCondition, side: Side): boolean {
  const { features } = side;
  const isOne = <T>(wanted: T | T[] | undefined, value: T) =>
    wanted === undefined || (Array.isArray(wanted) ? wanted.includes(value) : wanted === value);
  if (!isOne(c.vmaLock, features.vmaLock)) return false;
  if (!isOne(c.anonPrepare, features.anonPrepare)) return false;
  if (!isOne(c.assertsWriteLocked, features.assertsWriteLocked)) return false;
  if (!isOne(c.rcuTrees, hasRcuTrees(features))) return false;
  if (!isOne(c.guardsTeardown, features.guardsTeardown)) return false;
  if (!isOne(c.scans, (features.scans ?? []).length > 0)) return false;
  const callees = c.calls ? calleesOf(side.program) : null;
  return !c.calls || c.calls.every((name) => callees!.has(name));
}
