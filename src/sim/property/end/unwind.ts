import { chargeOf } from '../../kernel/ledger.js';
import { KERNEL } from '../../kernel/primitives/support.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { type Broken, childVmas, type Ended, num, objectsOf } from './tree.js';

const unwind = (text: string): Broken => ({ property: 'unwind', text });

/** Every copy is either in the child's tree or freed, and what is freed is linked nowhere. */
function copies(world: World, owners: readonly Ptr[]): Broken[] {
  return objectsOf(world, 'copy').flatMap((p) => {
    const { name } = world.obj(p);
    const inTree = owners.includes(p);
    const freed = num(world, p, '__freed') === 1;
    if (!freed) return inTree ? [] : [unwind(`${name} is neither freed nor in the child's tree`)];
    const out: Broken[] = [];
    if (inTree) out.push(unwind(`${name} is freed and still in the child's tree`));
    if (isPtr(world.get(p, '__chain')))
      out.push(unwind(`${name} is freed with its anon_vma chain`));
    if (num(world, p, '__in_i_mmap') > 0)
      out.push(unwind(`${name} is freed while its file's i_mmap leads to it`));
    return out;
  });
}

/** `n` references too many or too few, in words. */
const off = (name: string, n: number): Broken =>
  unwind(
    `${name}: ${Math.abs(n)} reference${Math.abs(n) > 1 ? 's' : ''} ${n > 0 ? 'not given back' : 'given back that nobody took'}`,
  );

/** References to policies and files against those who should hold them. */
function references(world: World, owners: readonly Ptr[]): Broken[] {
  const holders = [...owners, ...objectsOf(world, 'vma')];
  const out: Broken[] = [];
  const check = (kind: string, held: readonly Value[]) => {
    for (const p of objectsOf(world, kind)) {
      let n = num(world, p, '__refs');
      for (let k = 0; k < held.length; k++) if (held[k] === p) n--;
      if (n !== 0) out.push(off(world.obj(p).name, n));
    }
  };
  const field = (of: readonly Ptr[], name: string): Value[] => of.map((p) => world.get(p, name));
  check('policy', field(holders, 'vm_policy'));
  check('file', [...field(holders, 'vm_file'), ...field(objectsOf(world, 'mm'), 'exe_file')]);
  return out;
}

/** The child's own context, or none: that of the parent was copied without a reference. */
function contexts(world: World, owners: readonly Ptr[]): Broken[] {
  const originals = objectsOf(world, 'vma');
  return owners.flatMap((p) => {
    const ctx = world.get(p, CONTEXT);
    const of = isPtr(ctx) && originals.find((o) => world.get(o, CONTEXT) === ctx);
    if (!of) return [];
    const whose = `the userfaultfd context of ${world.obj(of).name}`;
    return [unwind(`${world.obj(p).name} has ${whose}, to which nobody took a reference`)];
  });
}
const CONTEXT = 'vm_userfaultfd_ctx.ctx';

/** Fork events are delivered or dropped, with what was taken for them: dup_userfaultfd() of 6.1 and 6.12. */
function forkEvents(world: World): Broken[] {
  const events = objectsOf(world, 'fork event');
  const pending = events.filter((p) => num(world, p, '__freed') !== 1).length;
  if (pending > 0)
    return [unwind(`${pending} userfaultfd contexts are neither completed nor dropped`)];
  const out = objectsOf(world, 'userfaultfd').flatMap((p) => {
    const { name } = world.obj(p);
    const n = num(world, p, '__refs') - 1;
    const changing = num(world, p, 'mmap_changing.counter');
    return [
      ...(n === 0 ? [] : [off(name, n)]),
      ...(changing === 0 ? [] : [unwind(`the ${name} stays marked as changing`)]),
    ];
  });
  for (const p of objectsOf(world, 'uffd')) {
    const n = num(world, p, '__refs') - num(world, p, '__delivered');
    if (n !== 0) out.push(off(world.obj(p).name, n));
  }
  return out;
}

/** What was taken off, or freed, of the parent's. */
function parents(world: World): Broken[] {
  return objectsOf(world, 'vma').flatMap((p) => {
    const { name } = world.obj(p);
    return num(world, p, '__anon_active') < 0
      ? [unwind(`the anon_vma of ${name} is given up for a VMA that was never linked to it`)]
      : [];
  });
}

/** Everything that was taken is held by the child's tree or was given back, on every path. */
export function unwound({ world, succeeded }: Ended): Broken[] {
  const owners = childVmas(world);
  const out = [
    ...copies(world, owners),
    ...references(world, owners),
    ...contexts(world, owners),
    ...parents(world),
  ];
  const committed = overcharge(world);
  if (committed !== 0 && !succeeded)
    out.push(
      unwind(
        committed > 0
          ? `${committed} pages stay committed`
          : `${-committed} pages are un-charged that this iteration did not charge`,
      ),
    );
  out.push(...forkEvents(world));
  return out;
}

/** Pages that are committed and that no VMA of the child answers for. */
export function overcharge(world: World): number {
  return (
    num(world, KERNEL, 'committed') -
    childVmas(world).reduce((n, p) => n + chargeOf({ world }, p), 0)
  );
}
