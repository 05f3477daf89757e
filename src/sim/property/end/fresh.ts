import { isPtr } from '../../machine/value.js';
import { type Broken, type Ended, num, objectsOf } from './tree.js';

/** A copy shares neither the list of its anon_vmas, nor its lock, nor private data with its original: fork.c of 6.1 and 6.12. */
export function fresh({ world }: Ended): Broken[] {
  const copies = objectsOf(world, 'copy');
  const out: Broken[] = [];
  for (const p of copies) {
    if (num(world, p, '__freed') === 1) continue;
    const { name } = world.obj(p);
    if (world.get(p, '__own_chain') === 0)
      out.push({ property: 'rmap', text: `${name} has the anon_vma_chain of its original` });
    const data = world.get(p, 'vm_private_data');
    if (isPtr(data) && world.obj(data).kind === 'private')
      out.push({
        property: 'published-early',
        text: `${name} keeps the private data of its original`,
      });
    const lock = world.get(p, 'vm_lock');
    if (isPtr(lock) && world.obj(lock).kind !== 'lock')
      out.push({ property: 'unwind', text: `${name} has the lock of its original` });
    if (isPtr(lock) && world.get(lock, '__freed') === 1)
      out.push({ property: 'unwind', text: `${name} has a lock that is freed` });
  }
  const live = copies.filter((p) => num(world, p, '__freed') !== 1);
  for (const lock of objectsOf(world, 'lock'))
    if (num(world, lock, '__freed') !== 1 && !live.some((p) => world.get(p, 'vm_lock') === lock))
      out.push({ property: 'unwind', text: 'the lock of a VMA is not freed' });
  return out;
}
