import { listOf } from '../../kernel/links.js';
import { CHILD } from '../../kernel/primitives/support.js';
import type { Shared } from '../../kernel/shared.js';
import { type Broken, childVmas, type Ended } from './tree.js';

/**
 * Where VMAs hang in a list as well, it holds what the tree of the child holds, in the same order. The teardown goes by
 * the list.
 */
export function linked({ world, succeeded }: Ended, shared: Shared): Broken[] {
  if (!shared.features.vmaLinks) return [];
  const list = listOf(world, CHILD);
  const vmas = childVmas(world);
  const odd = list.findIndex((p, k) => p !== vmas[k]);
  const at = odd < 0 && vmas.length > list.length ? list.length : odd;
  if (at < 0) return [];
  const vma = vmas[at] ?? list[at];
  const text = `${world.obj(vma).name} is not at its place in the child's list`;
  return [{ property: succeeded ? 'content' : 'unwind', text }];
}
