import { fail, TAU } from '../../explore/op.js';
import type { Features } from '../../kernel/features.js';
import { addUsers, hasUsers } from '../../kernel/primitives/mm.js';
import { CHILD, KERNEL } from '../../kernel/primitives/support.js';
import type { Interrupt } from '../../machine/hooks.js';
import { symbol } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { propertyIndex } from '../../property/properties.js';
import type { Scenario, VisitorKind } from '../../scenario.js';
import { truncate, uprobe } from './file.js';
import { khugepaged, ksmd } from './scanners.js';
import { swapoff } from './swapoff.js';
import type { Visitor } from './types.js';
import { userfaultfd } from './userfaultfd.js';

/** Walkers by the name that a scenario gives them. */
export const VISITORS: Readonly<Record<Exclude<VisitorKind, 'mm-holder'>, Visitor>> = {
  swapoff,
  uprobe,
  ksmd,
  khugepaged,
  userfaultfd,
  truncate,
};

/** Walkers that hold a reference to the mm while they are at it. */
const HOLDERS = [swapoff, uprobe];

const NONE: Interrupt[] = [];

/** Field of the kernel: name of the walker that holds a reference to the child. */
export const HELD_BY = '__held_by';

/**
 * What the walkers of a scenario may do at a point of the run. A walk changes nothing, so only one that meets what it
 * must not meet is a step; it breaks its property, and the run goes on. A walker that keeps its reference (`mm-holder`)
 * is a step of its own: fork's mmput() is then not the last.
 */
export function visitsOf(scenario: Scenario, features: Features): (w: World) => Interrupt[] {
  const kinds = scenario.visitors;
  if (!kinds?.length) return () => NONE;
  // most calls write nothing that a walker looks at: the answer to the one before is still true
  let of: { w: World; writes: number; outermost: string; out: Interrupt[] } | null = null;
  return (w) => {
    const outermost = w.frames[0].func.name;
    if (of?.w !== w || of.writes !== w.writes || of.outermost !== outermost)
      of = { w, writes: w.writes, outermost, out: visits(w, outermost, kinds, features) };
    return of.out;
  };
}

function visits(
  w: World,
  outermost: string,
  kinds: readonly VisitorKind[],
  features: Features,
): Interrupt[] {
  const out: Interrupt[] = [];
  // a child that exits later is complete, and every walk of it harmless
  if (outermost === 'mmput' && w.get(KERNEL, HELD_BY) === undefined) return out;
  for (const kind of kinds) {
    if (kind === 'mm-holder') {
      const by = holder(w);
      if (by) out.push(hold(by));
      continue;
    }
    const visitor = VISITORS[kind];
    const sight = visitor.open(w) ? visitor.look(w, features) : null;
    if (sight)
      out.push({
        op: { guard: [], effect: [fail(propertyIndex(sight.property))] },
        text: sight.text,
        thread: visitor.thread,
        function: visitor.function,
      });
  }
  return out;
}

function holder(w: World): Visitor | null {
  if (w.get(KERNEL, HELD_BY) !== undefined || !hasUsers(w, CHILD)) return null;
  return HOLDERS.find((v) => v.open(w)) ?? null;
}

/** The first walker that can, takes a reference and is not done with the mm before fork is. */
function hold(by: Visitor): Interrupt {
  return {
    op: TAU,
    text: 'mmget_not_zero(child)',
    thread: by.thread,
    function: by.function,
    apply(w) {
      addUsers(w, CHILD, 1);
      w.put(KERNEL, HELD_BY, symbol(by.thread));
    },
  };
}
