import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, pointer, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { addTo } from '../ledger.js';
import { addTail, linkedNodes, unlinkNode } from './list.js';
import { allocate, ENOMEM, failing, int, KERNEL, nameOf, object, vmaArg } from './support.js';

const CONTEXT = 'vm_userfaultfd_ctx.ctx';
const CHANGING = 'mmap_changing.counter';

/** Fork events that a monitor has been told of. */
export const deliveredEvents = (w: World): number => Number(w.get(KERNEL, '__uffd_delivered') ?? 0);

/**
 * dup_userfaultfd(), fs/userfaultfd.c of 6.12: for a context that asked for fork events a new one, and an event on the list
 * that holds a reference to the old one, which is marked as changing, and the only one to the new.
 */
function* dup(env: Env, x: Value, list: Value): Visible {
  const vma = vmaArg(env, x, 'dup_userfaultfd()');
  const old = env.world.get(vma, CONTEXT);
  if (!env.world.get(vma, '__userfaultfd') || !isPtr(old)) return 0;
  const head = object(env, list, 'dup_userfaultfd()');
  if (!(yield* allocate(env, 'dup_userfaultfd', false, vma))) return ENOMEM;
  const own = env.world.create('uffd', 'context of the child', [['__refs', 1]]);
  const event = env.world.create('fork event', 'fork event', [
    ['orig', old],
    ['new', own],
  ]);
  addTo(env, old, '__refs', 1);
  addTo(env, old, CHANGING, 1);
  addTail(env, pointer(event.obj, 'list'), head);
  env.world.put(vma, CONTEXT, own);
  return 0;
}

/** Each event of the list is delivered or dropped, and freed. */
function* settle(env: Env, list: Value, delivered: boolean, what: string): Visible {
  const nodes = linkedNodes(env, object(env, list, what));
  for (const node of nodes) {
    const event = pointer(node.obj, '');
    const [old, own] = ['orig', 'new'].map((f) => env.world.get(event, f));
    addTo(env, old, CHANGING, -1);
    addTo(env, old, '__refs', -1);
    addTo(env, own, delivered ? '__delivered' : '__refs', delivered ? 1 : -1);
    yield* unlinkNode(env, node, what);
    yield* free(env, event);
  }
  if (delivered && nodes.length > 0)
    env.world.put(KERNEL, '__uffd_delivered', deliveredEvents(env.world) + nodes.length);
  return 0;
}

/** kfree() of an event: nothing of it may be used any more. */
function* free(env: Env, event: Ptr): Visible {
  if (int(env, event, '__freed')) yield failing('unwind', `frees the ${nameOf(env, event)} twice`);
  for (const field of ['orig', 'new', 'list.next', 'list.prev'])
    env.world.put(event, field, undefined);
  env.world.put(event, '__freed', 1);
  return 0;
}

function* kfree(env: Env, x: Value): Visible {
  if (x === 0) return 0;
  if (!isPtr(x) || env.world.obj(x).kind !== 'fork event' || x.path !== '')
    env.stuck('kfree() of something else than an event of userfaultfd');
  return yield* free(env, x);
}

/** References to a context, by name of the function that takes or gives one. */
const reference = (name: string, by: 1 | -1): [string, Primitive] => [
  name,
  function* (env, [x]) {
    const ctx = object(env, x, `${name}()`, 'userfaultfd', 'uffd');
    if (int(env, ctx, '__refs') + by < 0)
      yield failing('unwind', `${name}() on the ${nameOf(env, ctx)}: no reference is left`);
    else addTo(env, ctx, '__refs', by);
    return 0;
  },
];

/** Fork events of userfaultfd, from the copy of a VMA to the end of dup_mmap(). */
export const USERFAULTFD: Record<string, Primitive> = {
  dup_userfaultfd: function* (env, [copy, list]) {
    return yield* dup(env, copy, list);
  },
  dup_userfaultfd_complete: function* (env, [list]) {
    return yield* settle(env, list, true, 'dup_userfaultfd_complete()');
  },
  dup_userfaultfd_fail: function* (env, [list]) {
    return yield* settle(env, list, false, 'dup_userfaultfd_fail()');
  },
  ...Object.fromEntries([
    reference('userfaultfd_ctx_get', 1),
    reference('userfaultfd_ctx_put', -1),
  ]),
  kfree: function* (env, [x]) {
    return yield* kfree(env, x);
  },
};
