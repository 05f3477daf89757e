import { VM_PAT } from '../../kernel/pat.js';
import { CHILD, KERNEL, PARENT } from '../../kernel/primitives/support.js';
import { initialWorld } from '../../kernel/setup.js';
import type { Shared } from '../../kernel/shared.js';
import { isPtr, isSym, keyOf, type Ptr, type Value } from '../../machine/value.js';
import type { Obj, World } from '../../machine/world.js';
import { type Broken, childEntries, type Ended, num, objectsOf, parentEntries } from './tree.js';

const content = (text: string): Broken => ({ property: 'content', text });

/** VM_LOCKED and VM_LOCKONFAULT are not inherited; those of userfaultfd only with a fork event. */
const LOCKED = 0x82000;
const UFFD = 0x1200;
const VM_DONTCOPY = 0x20000;
const VM_WIPEONFORK = 0x2000000;

/** Fields that a copy has from its original. */
const SAME = ['vm_start', 'vm_end', 'vm_pgoff', 'vm_file', 'vm_ops'];
/** Fields of the parent's VMAs that fork leaves alone. */
const PARENTS = [
  ...SAME,
  'vm_mm',
  'vm_flags',
  'vm_policy',
  'vm_private_data',
  'vm_userfaultfd_ctx.ctx',
  'vm_next',
  'vm_prev',
];

/** Fields that a copy has for itself, or that are looked at on their own; those of the model start with two underlines. */
const OWN =
  /^(__|vm_(mm|flags|policy|private_data|next|prev|rb|lock|refcnt|userfaultfd_ctx)|anon_vma|shared|rb_)/;

/** Everything else that a VMA holds, modelled or not, by which `a` differs from `b`. */
function otherFields(world: World, a: Ptr, w: World, b: Ptr): string[] {
  const out: string[] = [];
  world.obj(a).fields.forEach((x, f) => {
    if (!OWN.test(f) && keyOf(x ?? 0) !== keyOf(w.get(b, f) ?? 0)) out.push(f);
  });
  return out;
}

/** The parent as fork found it. */
interface Then {
  world: World;
  vmas: readonly Ptr[];
  tree: string;
  /** What has changed of a VMA, for each form of it that was met: most ends leave the same behind. */
  changed: WeakMap<Obj, readonly string[]>;
}

const memo = new WeakMap<Shared, Then>();

const treeText = (w: World): string =>
  parentEntries(w)
    .map((r) => `${r.first}-${r.last}:${keyOf(r.entry)}`)
    .join();

function thenOf(shared: Shared): Then {
  let then = memo.get(shared);
  if (!then) {
    const world = initialWorld(shared);
    const vmas = objectsOf(world, 'vma');
    then = { world, vmas, tree: treeText(world), changed: new WeakMap() };
    memo.set(shared, then);
  }
  return then;
}

/** The parent is as it was. */
function parentUntouched(world: World, shared: Shared): string[] {
  const then = thenOf(shared);
  const out: string[] = [];
  if (world.get(PARENT, 'exe_file') !== then.world.get(PARENT, 'exe_file'))
    out.push("the parent's executable has changed");
  for (const field of ['owner', 'binfmt'])
    if (world.get(PARENT, field) !== then.world.get(PARENT, field))
      out.push(`the parent's ${field} has changed`);
  if (treeText(world) !== then.tree) out.push("the parent's tree has changed");
  for (const p of then.vmas) {
    const o = world.obj(p);
    let changed = then.changed.get(o);
    if (!changed) then.changed.set(o, (changed = changedFields(world, p, then.world)));
    if (changed.length) out.push(`${changed.join(', ')} of ${o.name} has changed`);
  }
  return out;
}

function changedFields(world: World, p: Ptr, before: World): string[] {
  const fields = num(world, p, '__anon_fixed') ? [...PARENTS, 'anon_vma'] : PARENTS;
  const changed = fields.filter((f) => keyOf(world.get(p, f)) !== keyOf(before.get(p, f)));
  changed.push(...otherFields(world, p, before, p).filter((f) => !changed.includes(f)));
  return changed;
}

/** One VMA of the child against its original. */
function differences(world: World, copy: Ptr, orig: Ptr): string[] {
  const { name } = world.obj(copy);
  const fields = SAME.filter((f) => world.get(copy, f) !== world.get(orig, f));
  fields.push(...otherFields(world, copy, world, orig).filter((f) => !fields.includes(f)));
  const out = fields.map((f) => `${f} of ${name} is not that of ${world.obj(orig).name}`);
  if (world.get(copy, 'vm_mm') !== CHILD) out.push(`vm_mm of ${name} is not the child`);
  const [now, then] = [num(world, copy, 'vm_flags'), num(world, orig, 'vm_flags')];
  if (now & LOCKED) out.push(`${name} is locked into memory`);
  const mask = ~(LOCKED | VM_PAT | (world.get(orig, '__userfaultfd') ? 0 : UFFD));
  if ((now & mask) !== (then & mask))
    out.push(`flags of ${name} are not those of ${world.obj(orig).name}`);
  if (world.get(copy, 'vm_policy') === 0 && world.get(orig, 'vm_policy') !== 0)
    out.push(`${name} has lost its memory policy`);
  return out;
}

/** What the child's tree should hold at the range of a VMA of the parent. */
function wanted(world: World, orig: Ptr, entry: Value, shared: Shared): string[] {
  const { name } = world.obj(orig);
  const flags = num(world, orig, 'vm_flags');
  if (flags & VM_DONTCOPY)
    return entry === 0 ? [] : [`the child has ${name}, which is not to be copied`];
  if (!isPtr(entry)) return [`the child has no copy of ${name}`];
  if (world.obj(entry).kind !== 'copy')
    return [`the child's tree holds ${world.obj(entry).name} of the parent`];
  if (world.get(entry, '__origin') !== world.get(orig, '__origin'))
    return [`the child has ${world.obj(entry).name} in the place of ${name}`];
  const out = differences(world, entry, orig);
  const spec = shared.scenario.vmas[num(world, orig, '__origin')];
  const others = spec.pages.filter((p) => p === 'swap' || p === 'pfn').length;
  if (others !== num(world, entry, '__others') && !(flags & VM_WIPEONFORK))
    out.push(`${world.obj(entry).name} lacks pages of ${name}`);
  if (flags & VM_WIPEONFORK && num(world, entry, '__copied'))
    out.push(`the child has the content of ${name}, which was to be wiped`);
  return out;
}

/** After a fork that succeeded the child's memory is the parent's; the parent's is its own on every path. */
export function sameContent({ world, succeeded }: Ended, shared: Shared): Broken[] {
  const out = parentUntouched(world, shared);
  if (succeeded) {
    const child = childEntries(world);
    const originals = objectsOf(world, 'vma');
    for (const orig of originals) {
      const first = num(world, orig, 'vm_start');
      const last = num(world, orig, 'vm_end') - 1;
      const there = child.filter((r) => r.first <= last && first <= r.last);
      const exact = there.length === 1 && there[0].first === first && there[0].last === last;
      if (there.length && !exact)
        out.push(`the child maps another range than ${world.obj(orig).name}`);
      else out.push(...wanted(world, orig, there[0]?.entry ?? 0, shared));
    }
    const inside = (r: { first: number; last: number }) =>
      originals.some(
        (o) => num(world, o, 'vm_start') <= r.last && r.first < num(world, o, 'vm_end'),
      );
    if (child.some((r) => !inside(r))) out.push('the child maps a range that the parent does not');
    if (world.get(CHILD, 'exe_file') !== world.get(PARENT, 'exe_file'))
      out.push("the child's executable is not the parent's");
  }
  return out.map(content);
}

/** Fork fails, and nothing was in its way: no memory was short, no signal came, nothing unknown had a say. */
export const groundless = ({ world }: Ended): boolean =>
  !num(world, KERNEL, 'failed') &&
  !num(world, KERNEL, 'signal') &&
  !num(world, KERNEL, '__unknown') &&
  world.get(KERNEL, '__failure') === undefined;

/**
 * What failed without a word to the caller; null when nothing did. A fatal signal may be passed over, but then the copy
 * has to be complete.
 */
export function unreported(ended: Ended, shared: Shared): string | null {
  const { world, succeeded } = ended;
  if (!succeeded) return null;
  const failure = world.get(KERNEL, '__failure');
  if (failure !== undefined && isSym(failure)) return failure.sym;
  const cut = world.get(KERNEL, 'signal') === 1 && sameContent(ended, shared).length > 0;
  return cut ? 'a fatal signal ended the copy' : null;
}
