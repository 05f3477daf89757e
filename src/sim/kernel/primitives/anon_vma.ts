import { eq, v } from '../../explore/op.js';
import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { pointer, type Value } from '../../machine/value.js';
import { unlinkAnon } from '../ledger.js';
import { inOrder } from './locks.js';
import { allocate, ENOMEM, nameOf, vmaArg } from './support.js';

/**
 * `vma->anon_vma` of a parent's VMA: a page fault may set it, so it is read as the shared state has it. Of any other
 * VMA, and where no thread can change it, it is private.
 */
export function* readAnonVma(env: Env, vma: Value): Visible {
  const p = vmaArg(env, vma, 'anon_vma');
  const k = env.world.get(p, '__shared');
  if (typeof k !== 'number' || env.world.get(p, '__anon_fixed') === 1)
    return env.world.get(p, 'anon_vma') ?? 0;
  const name = `${nameOf(env, p)} `;
  const anon = v(env.shared.anonVma[k]);
  const taken = yield [
    { op: { guard: [eq(anon, 0)], effect: [] }, text: `${name}has no anon_vma`, hidden: true },
    { op: { guard: [eq(anon, 1)], effect: [] }, text: `${name}has an anon_vma`, hidden: true },
  ];
  return taken === 0 ? 0 : pointer(p.obj, '__anon');
}

/**
 * anon_vma_fork(), mm/rmap.c: nothing when the parent has none; else the copy is linked to every anon_vma of the
 * parent's VMA, so that pages which both share are found, and gets one of its own. Cleans up after itself.
 */
function* anonVmaFork(env: Env, x: Value, y: Value): Visible {
  const copy = vmaArg(env, x, 'anon_vma_fork()');
  const from = vmaArg(env, y, 'anon_vma_fork()');
  const anon = yield* readAnonVma(env, from);
  if (anon === 0) {
    env.world.put(copy, '__anon_none', 1);
    return 0;
  }
  yield* inOrder(env, 'anon_vma semaphore');
  if (!(yield* allocate(env, 'anon_vma_fork', false, copy))) {
    env.world.put(copy, 'anon_vma', 0);
    env.world.put(copy, '__chain', 0);
    return ENOMEM;
  }
  env.world.put(copy, 'anon_vma', pointer(copy.obj, '__anon'));
  env.world.put(copy, '__chain', from);
  return 0;
}

/** Reverse map of anonymous pages. `__chain` of a copy: the VMA to whose anon_vmas it is linked. */
export const ANON_VMA: Record<string, Primitive> = {
  'load vma.anon_vma': function* (env, [vma]) {
    return yield* readAnonVma(env, vma);
  },
  anon_vma_fork: function* (env, [copy, parent]) {
    return yield* anonVmaFork(env, copy, parent);
  },
  unlink_anon_vmas: (env, [vma]) => {
    unlinkAnon(env, vmaArg(env, vma, 'unlink_anon_vmas()'));
    return 0;
  },
};
