import { countsAsWritable, pageCount } from '../../kernel/ledger.js';
import { CHILD, PARENT } from '../../kernel/primitives/support.js';
import { COUNTERS, countersOf } from '../../kernel/stat.js';
import { isPtr, type Ptr } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { type Broken, childVmas, type Ended, num, objectsOf, parentEntries } from './tree.js';
import { overcharge } from './unwind.js';

const broken = (text: string): Broken => ({ property: 'accounting', text });

/** total_vm and its parts against the VMAs of an mm. */
function counters(world: World, mm: Ptr, vmas: readonly Ptr[]): Broken[] {
  const sums = countersOf(
    vmas.map((p) => ({ flags: num(world, p, 'vm_flags'), pages: pageCount({ world }, p) })),
  );
  return COUNTERS.filter((c) => num(world, mm, c) !== sums[c]).map((c) =>
    broken(
      `${c} of the ${world.obj(mm).name} is ${num(world, mm, c)}, its VMAs have ${sums[c]} pages`,
    ),
  );
}

/** i_mmap_writable of each file against the VMAs that it leads to. */
function writable(world: World, owners: readonly Ptr[]): Broken[] {
  return objectsOf(world, 'mapping').flatMap((mapping) => {
    const wanted = owners.filter((p) => {
      const file = world.get(p, 'vm_file');
      return (
        isPtr(file) &&
        world.get(file, 'f_mapping') === mapping &&
        num(world, p, '__in_i_mmap') > 0 &&
        countsAsWritable({ world }, p)
      );
    }).length;
    const now = num(world, mapping, '__writable');
    return now === wanted
      ? []
      : [broken(`i_mmap_writable of the ${world.obj(mapping).name} is off by ${now - wanted}`)];
  });
}

/** Counters against what the child's tree holds: map_count on every path, sums of pages after a success. */
export function accounted({ world, succeeded }: Ended): Broken[] {
  const owners = childVmas(world);
  const out = writable(world, owners);
  const count = num(world, CHILD, 'map_count');
  // exit_mmap() compares the two; with nothing to remove it does not get there
  if (count !== owners.length && (succeeded || owners.length))
    out.push(broken(`map_count is ${count}, the child's tree holds ${owners.length} VMAs`));
  const parents = parentEntries(world).flatMap((r) => (isPtr(r.entry) ? [r.entry] : []));
  if (num(world, PARENT, 'map_count') !== parents.length)
    out.push(broken("the parent's map_count has changed"));
  out.push(...counters(world, PARENT, objectsOf(world, 'vma')));
  if (!succeeded) return out;
  out.push(...counters(world, CHILD, owners));
  const over = overcharge(world);
  if (over !== 0)
    out.push(
      broken(
        over > 0
          ? `${over} pages are committed that no VMA of the child answers for`
          : `${-over} pages of the child are not committed`,
      ),
    );
  return out;
}
