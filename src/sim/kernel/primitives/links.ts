import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, pointer, type Value } from '../../machine/value.js';
import { linkRight, rightEnd } from '../links.js';
import { type Range, TREE_FIELD, TREE_FLAGS, treeAt, treeWith } from '../tree-value.js';
import { failing, int, KERNEL, nameOf, object, vmaArg } from './support.js';

/**
 * The rb-tree of an mm without a maple tree is kept as the ranges that it holds: its nodes are parts of the VMAs, so that
 * no operation on it allocates.
 */
function setRanges(env: Pick<Env, 'world'>, mm: Ptr, change: (list: Range[]) => Range[]): void {
  const tree = pointer(mm.obj, 'mm_mt');
  const flags = env.world.get(KERNEL, TREE_FLAGS);
  const list = change([...treeAt(env.world, tree).entries]).sort((a, b) => a.first - b.first);
  env.world.put(tree, TREE_FIELD, treeWith(list, typeof flags === 'number' ? flags : 0));
}

/**
 * __vma_link_rb(), mm/mmap.c of 6.0, as fork uses it: to the right of all others. `rb_link` and `rb_parent` must be that
 * place.
 */
function* linkRb(env: Env, [to, x, link, above]: Value[]): Visible {
  const mm = object(env, to, '__vma_link_rb()', 'mm');
  const vma = vmaArg(env, x, '__vma_link_rb()');
  const end = rightEnd(env.world, mm);
  if (link !== end.link || (isPtr(above) ? above : null) !== end.parent)
    yield failing(
      'content',
      `__vma_link_rb() does not hang ${nameOf(env, vma)} at the right end of the tree of the ${nameOf(env, mm)}`,
    );
  linkRight(env.world, mm, vma);
  if (env.features.vmaLinks !== 'rb') return 0;
  const [first, last] = [int(env, vma, 'vm_start'), int(env, vma, 'vm_end') - 1];
  setRanges(env, mm, (list) => [
    ...list.filter((r) => r.last < first || last < r.first),
    { first, last, entry: vma },
  ]);
  return 0;
}

/** A VMA of the child that is freed by its teardown: the rb-tree goes with its VMAs. */
export function unlinkRb(env: Pick<Env, 'world'>, mm: Ptr, vma: Ptr): void {
  setRanges(env, mm, (list) => list.filter((r) => r.entry !== vma));
}

/** Upkeep of the rb-tree that VMAs hung in before 6.1. The list is upheld by the program itself. */
export const LINKS: Record<string, Primitive> = {
  __vma_link_rb: function* (env, args) {
    return yield* linkRb(env, args);
  },
};
