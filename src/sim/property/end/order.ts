import { publishedForm } from '../../kernel/primitives/i_mmap.js';
import { isPtr, isSym } from '../../machine/value.js';
import { type Broken, childVmas, type Ended, num, objectsOf } from './tree.js';

/** open(), the place in the tree and the pages of a copy go together: teardown closes and unmaps what the tree holds. */
export function ordered({ world }: Ended): Broken[] {
  const owners = childVmas(world);
  return objectsOf(world, 'copy').flatMap((p) => {
    const { name } = world.obj(p);
    const out: Broken[] = [];
    const ops = world.get(p, 'vm_ops');
    const inTree = owners.includes(p);
    const opened = num(world, p, '__opened');
    const wanted = inTree && isPtr(ops) && world.get(ops, 'open') ? 1 : 0;
    const broken = (text: string) => out.push({ property: 'vma-order', text });
    if (opened > wanted)
      broken(inTree ? `${name} is opened ${opened} times` : `${name} is opened and never closed`);
    if (opened < wanted) broken(`${name} is in the child's tree and will be closed, never opened`);
    if (!inTree && num(world, p, '__copied') && num(world, p, '__unmapped') !== 1)
      broken(`pages of ${name} are mapped, and the child's tree does not hold it`);
    return out;
  });
}

/** What others see of a VMA is final when its file leads to it. */
export function published({ world }: Ended): Broken[] {
  return childVmas(world).flatMap((p) =>
    publishedForm({ world }, p).flatMap(([field, now]) => {
      const then = world.get(p, `__published.${field}`);
      return then !== undefined && isSym(then) && then.sym !== now
        ? [
            {
              property: 'published-early',
              text: `${field} of ${world.obj(p).name} is set up after i_mmap leads to it`,
            },
          ]
        : [];
    }),
  );
}
