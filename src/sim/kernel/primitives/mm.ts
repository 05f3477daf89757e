import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import type { Ptr, Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { owes } from '../features.js';
import { addTo } from '../ledger.js';
import { freshMm } from '../setup.js';
import { isNode, linkedNodes, unlinkNode } from './list.js';
import { holdsSpin } from './spin.js';
import { allocate, CHILD, failing, int, nameOf, object } from './support.js';

/** Where the references of users of an mm are counted: `mm_users` is an atomic_t. */
const USERS = 'mm_users.counter';

/** Set once list_del() has left `mmlist` with pointers that lead nowhere. */
const POISONED = '__mmlist_poisoned';

/** Set once mm_init() has made the mm one that somebody has to put. */
const MADE = '__made';

/** The mm was handed out by mm_init(), and its first reference is still there. */
export const neverPut = (w: World, mm: Ptr): boolean => w.get(mm, MADE) === 1 && hasUsers(w, mm);

/** mm_init() has made the mm. */
export const wasMade = (w: World, mm: Ptr): boolean => w.get(mm, MADE) === 1;

/** References of users of the child's mm; at 0 nobody may take one any more. */
export const usersOf = (w: World, mm: Ptr): number => Number(w.get(mm, USERS) ?? 0);

/** The mm has a user, so that a walker can get a reference: mmget_not_zero() would succeed. */
export const hasUsers = (w: World, mm: Ptr): boolean => usersOf(w, mm) > 0;

/** Takes (1) or gives back (-1) a reference of a user of the mm. */
export const addUsers = (w: World, mm: Ptr, by: number): void =>
  w.put(mm, USERS, usersOf(w, mm) + by);

const mm = (env: Env, x: Value, what: string): Ptr => object(env, x, what, 'mm');

/** Counts; a reference that nobody took is given back with a breach that the run goes on behind. Its result is -1. */
function* count(env: Env, x: Value, by: number, what: string): Visible {
  const p = object(env, x, what);
  const next = int(env, p, 'counter') + by;
  if (next < 0) yield failing('unwind', `${what} on the ${nameOf(env, p)}: no reference is left`);
  else env.world.put(p, 'counter', next);
  return next;
}

/** mm_init(): what was copied from the parent is set anew, but for the binary format; on failure the mm is freed. */
function* init(env: Env, x: Value, owner: Value): Visible {
  const p = mm(env, x, 'mm_init()');
  const binfmt = env.world.get(p, 'binfmt');
  const done = yield* allocate(env, 'mm_init');
  freshMm(env.world, p);
  if (!done) {
    env.world.put(p, USERS, 0);
    return 0;
  }
  env.world.put(p, 'binfmt', binfmt);
  env.world.put(p, 'owner', owner);
  env.world.put(p, MADE, 1);
  return p;
}

/** `mm->mmlist`, the list that swapoff goes over. */
function mmlist(env: Env, x: Value, what: string): Ptr {
  const p = object(env, x, what);
  if (env.world.obj(p).kind !== 'mm' || p.path !== 'mmlist') env.stuck(`${what} on another list`);
  return p;
}

function* takeOff(env: Env, x: Value, what: string): Visible {
  if (isNode(env, x)) return yield* unlinkNode(env, x, what);
  const list = mmlist(env, x, what);
  if (owes(env.features, 'mmlist_lock') && !holdsSpin(env, 'mmlist_lock'))
    yield failing('lock-state', `takes the ${nameOf(env, list)} off its list without mmlist_lock`);
  if (env.world.get(CHILD, POISONED) === 1)
    yield failing('unwind', `takes the ${nameOf(env, list)} off a list that it has left`);
  env.world.put(list, '', 0);
  return 0;
}

/**
 * Birth and end of an mm, kernel/fork.c of 6.12: what dup_mm(), mmput() and __mmput() call. The object of the child is
 * there from the start; allocate_mm() hands it out, mm_init() may fail.
 */
export const MM: Record<string, Primitive> = {
  allocate_mm: function* (env) {
    return (yield* allocate(env, 'allocate_mm')) ? CHILD : 0;
  },
  mm_init: function* (env, [x, owner]) {
    return yield* init(env, x, owner);
  },
  try_module_get: function* (env, [module]) {
    if (!(yield* allocate(env, 'try_module_get'))) return 0;
    addTo(env, module, '__refs', 1);
    return 1;
  },
  module_put: (env, [module]) => {
    addTo(env, module, '__refs', -1);
    return 0;
  },
  get_mm_rss: () => 0,
  mmget: (env, [x]) => {
    addUsers(env.world, mm(env, x, 'mmget()'), 1);
    return 0;
  },
  mmget_not_zero: (env, [x]) => {
    const p = mm(env, x, 'mmget_not_zero()');
    if (!hasUsers(env.world, p)) return 0;
    addUsers(env.world, p, 1);
    return 1;
  },
  mmdrop: (env, [x]) => {
    const p = mm(env, x, 'mmdrop()');
    env.world.put(p, '__dropped', 1);
    // its pages hold something else from here on
    if (!hasUsers(env.world, p)) env.world.put(p, '__freed', 1);
    return 0;
  },
  atomic_read: (env, [x]) => int(env, object(env, x, 'atomic_read()'), 'counter'),
  atomic_inc: function* (env, [x]) {
    return yield* count(env, x, 1, 'atomic_inc()');
  },
  atomic_dec: function* (env, [x]) {
    return yield* count(env, x, -1, 'atomic_dec()');
  },
  atomic_dec_and_test: function* (env, [x]) {
    return (yield* count(env, x, -1, 'atomic_dec_and_test()')) === 0 ? 1 : 0;
  },
  list_empty: (env, [x]) => {
    const list = object(env, x, 'list_empty()');
    if (isNode(env, list)) return linkedNodes(env, list).length ? 0 : 1;
    if (env.world.obj(list).kind === 'local') return 1;
    return int(env, mmlist(env, x, 'list_empty()'), '') === 1 ? 0 : 1;
  },
  list_del: function* (env, [x]) {
    const poisons = !isNode(env, x);
    yield* takeOff(env, x, 'list_del()');
    if (poisons) env.world.put(CHILD, POISONED, 1);
    return 0;
  },
  list_del_init: function* (env, [x]) {
    return yield* takeOff(env, x, 'list_del_init()');
  },
};

/** The mm is on the list that swapoff goes over. */
export const onMmlist = (w: World, x: Ptr): boolean => w.get(x, 'mmlist') === 1;

/** copy_page_range() puts the child there when it copies its first swap entry. */
export const putOnMmlist = (w: World, x: Ptr): void => w.put(x, 'mmlist', 1);
