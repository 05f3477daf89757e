import { isPtr } from '../../machine/value.js';
import { type Broken, childVmas, type Ended, num } from './tree.js';

/** Whoever looks for the mappings of a page finds those of the child: by anon_vma, or by the file's i_mmap. */
export function mapped({ world }: Ended): Broken[] {
  return childVmas(world).flatMap((p) => {
    const { name } = world.obj(p);
    const out: Broken[] = [];
    const anon = world.get(p, 'anon_vma');
    if (isPtr(anon) && (anon.obj !== p.obj || !isPtr(world.get(p, '__chain'))))
      out.push({ property: 'rmap', text: `${name} has an anon_vma that it is not linked to` });
    if (!isPtr(anon) && isPtr(world.get(p, '__chain')))
      out.push({ property: 'rmap', text: `${name} has lost the anon_vma that it is linked to` });
    if (isPtr(world.get(p, 'vm_file')) && !num(world, p, '__in_i_mmap'))
      out.push({ property: 'rmap', text: `${name} is not in the i_mmap of its file` });
    return out;
  });
}
