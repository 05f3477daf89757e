import { fail } from '../explore/op.js';
import { type Features, owes } from '../kernel/features.js';
import { uprobeSection } from '../kernel/primitives/hooks.js';
import { isScanned, SCANNERS } from '../kernel/primitives/scanner-list.js';
import { CHILD } from '../kernel/primitives/support.js';
import { XA_ZERO_ENTRY } from '../kernel/primitives/tree.js';
import { deliveredEvents } from '../kernel/primitives/userfaultfd.js';
import type { Interrupt } from '../machine/hooks.js';
import { isPtr } from '../machine/value.js';
import type { World } from '../machine/world.js';
import { propertyIndex } from '../property/properties.js';
import { childEntries, forkFailed, halfBuilt } from './visitors/walk.js';

const broken = (property: string, text: string): Interrupt => ({
  op: { guard: [], effect: [fail(propertyIndex(property))] },
  text,
});

const NONE: Interrupt[] = [];

/** Checks of what the forking thread itself does around the teardown, before each of its calls. */
export function guards(w: World, callee: string, features: Features): Interrupt[] {
  if (PUBLISHES.includes(callee))
    return features.guardsTeardown && inDupMm(w) && uprobeSection(w) <= 0
      ? [broken('guard-teardown', 'i_mmap leads to the child outside of the uprobe section')]
      : NONE;
  const tearsDown = callee === 'exit_mmap';
  if (!tearsDown && callee !== 'mmput') return NONE;
  const out: Interrupt[] = [];
  const bad = forkFailed(w) ? misplaced(w) : null;
  if (bad !== null) out.push(broken('failure-marker', bad));
  if (!tearsDown && forkFailed(w) && features.failsEvents && deliveredEvents(w) > 0)
    out.push(broken('event-delivered', 'mmput(child) of a fork that the monitor was told of'));
  if (!tearsDown) {
    // whoever takes a reference to the mm from here on may follow its owner, a task that fork frees
    if (inDupMm(w) && owes(features, 'mm_init_owner') && w.get(CHILD, 'owner') !== 0)
      out.push(broken('unwind', 'mmput(child), whose owner is still the task that is given up'));
    return out;
  }
  if (
    inDupMm(w) &&
    forkFailed(w) &&
    features.guardsTeardown &&
    uprobeSection(w) <= 0 &&
    halfBuilt(w)
  )
    out.push(broken('guard-teardown', 'exit_mmap(child) outside of the uprobe section'));
  for (const s of SCANNERS)
    if (isScanned(w, CHILD, s))
      out.push(broken('half-built-hook', `exit_mmap(child) while ${s.name} has it on its list`));
  return out;
}

const inDupMm = (w: World): boolean => w.frames[0].func.name === 'dup_mm';

/** From these on a walk over the mappings of a file finds the child. */
const PUBLISHES = ['vma_interval_tree_insert_after', 'mapping_rmap_tree_insert_after'];

/** A marker takes the place of one entry of the parent: the store of anything else may need memory, and can fail. */
function misplaced(w: World): string | null {
  const ranges = new Set(
    w.objs
      .filter((o) => o.kind === 'vma')
      .map((o) => `${o.fields.get('vm_start')} ${Number(o.fields.get('vm_end')) - 1}`),
  );
  const list = childEntries(w);
  const bad = list.find((r) => r.entry === XA_ZERO_ENTRY && !ranges.has(`${r.first} ${r.last}`));
  if (bad) return 'the failure marker does not take the place of one entry';
  const at = list.findIndex((r) => r.entry === XA_ZERO_ENTRY);
  if (at < 0) return null;
  const copies = w.objs.filter((o) => o.kind === 'copy' && !o.fields.get('__freed'));
  const lost = copies.find((o) => o.fields.get('vm_start') === list[at].first);
  if (lost) return `the failure marker takes the place of ${lost.name}`;
  const behind = new Set(list.slice(at + 1).map((r) => (isPtr(r.entry) ? r.entry.obj : -1)));
  const late = copies.find((o) => behind.has(o.id));
  return late ? `the failure marker stands before ${late.name}` : null;
}
