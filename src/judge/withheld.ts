import type { Side } from './applies.js';
import type { Exploration } from './explore.js';
import { entriesOf } from './plan.js';
import type { Rule } from './rule.js';
import type { Unseen } from './unanalysed.js';

/** dup_mmap() is cut short: what runs behind the cut is that of a skeleton. */
export const isCut = (side: Side): boolean => side.partial?.includes('dup_mmap') ?? false;

/** What is taken for granted of a dup_mmap() that is cut short; null where it is not. */
export function assumedRest(side: Side): string | null {
  if (!isCut(side)) return null;
  const era = side.features.model.split(', ').at(-1);
  return `the rest of dup_mmap(), which is not shown, is that of skeleton ${era}`;
}

/** Not decided, for a reason that is no place in the program. */
function undecided(e: Exploration, reason: string): Exploration {
  const [first, ...rest] = e.results;
  const stuck = [...first.stuck, { reason, path: '', line: null }];
  return { ...e, verdict: 'inconclusive', worst: null, results: [{ ...first, stuck }, ...rest] };
}

/**
 * Nothing is claimed where the rule looks at functions that the patch changes and does not show, neither a pass nor a
 * breach: what runs in their place is not the author's.
 */
export function withheld(rule: Rule, side: Side, e: Exploration): Exploration {
  const around = entriesOf([rule]).includes('dup_mm') ? (side.unbuilt ?? []) : [];
  const whole = (rule.applies.whole ?? []).filter((name) => side.partial?.includes(name));
  const lost = [...new Set([...whole, ...around])];
  if (lost.length === 0 || (e.verdict !== 'holds' && e.verdict !== 'violated')) return e;
  return undecided(
    e,
    `the patch shows only a part of ${lost.map((name) => `${name}()`).join(', ')}`,
  );
}

/** A step that the patch moves into a caller of what is run is not missing; what it does there is not known. */
export function movedAway(
  rule: Rule,
  e: Exploration,
  before: Exploration | null,
  side: Side,
): Exploration {
  if (e.verdict !== 'violated' || before?.verdict === 'violated') return e;
  const name = [...(side.moved?.keys() ?? [])].find((n) => rule.mutants.steps.includes(n));
  if (name === undefined) return e;
  return undecided(
    e,
    `the patch moves ${name}() into ${side.moved!.get(name)}(), which is not run`,
  );
}

/** No step of the fork or of its teardown is shown: the patch is about a function that these call. */
const isFilled = ({ program }: Side): boolean =>
  ['dup_mm', 'dup_mmap', 'mmput', '__mmput', 'exit_mmap', 'unmap_vmas', 'free_pgtables'].every(
    (name) => program.functions[name]?.refs.every((r) => r.path.startsWith('skeleton:')) ?? true,
  );

/**
 * Where dup_mmap() is cut short, or nothing of a fork is shown at all, what fails before and after in steps that nobody
 * has shown is nobody's fault.
 */
export function unseen(e: Exploration, before: Exploration | null, side: Side): Exploration {
  if (
    !(isCut(side) || isFilled(side)) ||
    e.verdict !== 'violated' ||
    before?.verdict !== 'violated'
  )
    return e;
  const last = e.worst?.counterexample?.steps.at(-1);
  if (!last || last.line !== null) return e;
  return undecided(
    e,
    'what fails before the patch and after it are steps that are not shown, but filled in',
  );
}

/** What a patch changes and no model has an eye for is no pass of any rule, and stands beside what is found. */
export function notAnalysed(e: Exploration, blind: readonly Unseen[]): Exploration {
  if (blind.length === 0) return e;
  const [first, ...rest] = e.results;
  const results = [{ ...first, stuck: [...first.stuck, ...blind] }, ...rest];
  return { ...e, results, verdict: e.verdict === 'holds' ? 'inconclusive' : e.verdict };
}

/**
 * Runs that end at a breach which another rule reports were looked at up to there: that is a limit, named by the rule
 * that reports it, and not something that the model lacks.
 */
export function behindOthers(e: Exploration, all: readonly [Rule, Exploration][]): Exploration {
  const stuck = e.results.flatMap((r) => r.stuck);
  if (e.verdict !== 'inconclusive' || stuck.length === 0) return e;
  const reporting = stuck.map(({ property }) =>
    all.find(([r, x]) => property && x.verdict === 'violated' && r.properties.includes(property)),
  );
  if (reporting.some((found) => found === undefined)) return e;
  const results = e.results.map((r) => ({ ...r, stuck: [], exhausted: false }));
  return { ...e, verdict: 'bounded', results, behind: reporting.map((found) => found![0].id) };
}
