import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import type { Ptr, Value } from '../../machine/value.js';
import { spinsHeld } from './spin.js';
import { CHILD, failing, int, KERNEL, nameOf, object, PARENT } from './support.js';

/** Locks from the outermost in, as mm/rmap.c and mm/filemap.c of 6.12 order them. */
export const RANKS = {
  dup_mmap_sem: 0,
  'mmap lock of the parent': 1,
  'mmap lock of the child': 2,
  'VMA lock': 5,
  i_mmap_rwsem: 6,
  'anon_vma semaphore': 7,
  'page-table lock': 8,
} as const;
export type LockClass = keyof typeof RANKS;

/** Field of the kernel object that counts what the running thread holds of a lock class. */
const heldField = (lock: LockClass): string => `__held.${lock}`;

/** Locks that the running thread holds and that come after `lock`, by name. */
export function heldAfter(env: Env, lock: LockClass): string[] {
  const out: string[] = [];
  for (const [name, rank] of Object.entries(RANKS)) {
    if (rank <= RANKS[lock]) continue;
    if (name === 'mmap lock of the parent' || name === 'mmap lock of the child') {
      const mm = name === 'mmap lock of the parent' ? PARENT : CHILD;
      if (int(env, mm, '__mmap_lock')) out.push(name);
    } else if (int(env, KERNEL, heldField(name as LockClass))) out.push(name);
  }
  if (int(env, KERNEL, '__spinning')) out.push('a spin lock');
  return out;
}

/** Checked before each acquisition: nothing that is held comes after the lock in the order. */
export function* inOrder(env: Env, lock: LockClass): Visible {
  const late = heldAfter(env, lock);
  if (late.length)
    yield failing('lock-order', `takes the ${lock} while it holds the ${late.join(' and the ')}`);
  return 0;
}

/** The running thread takes a lock that lives in `at` (field `field`), of class `lock`. */
export function* acquire(env: Env, lock: LockClass, at: Ptr, field: string): Visible {
  yield* inOrder(env, lock);
  if (int(env, at, field))
    yield failing('lock-state', `takes ${lock} of the ${nameOf(env, at)} twice`);
  env.world.put(at, field, int(env, at, field) + 1);
  env.world.put(KERNEL, heldField(lock), int(env, KERNEL, heldField(lock)) + 1);
  return 0;
}

/** The running thread gives up what `acquire` took. */
export function* release(env: Env, lock: LockClass, at: Ptr, field: string): Visible {
  if (!int(env, at, field)) {
    yield failing('lock-state', `releases ${lock} of the ${nameOf(env, at)} without holding it`);
    return 0;
  }
  env.world.put(at, field, int(env, at, field) - 1);
  env.world.put(KERNEL, heldField(lock), int(env, KERNEL, heldField(lock)) - 1);
  return 0;
}

/** flush_dcache_mmap_lock(): nothing on x86-64, a spin lock with interrupts off where caches alias. */
function* spin(env: Env, mapping: Value, by: 1 | -1): Visible {
  const p = object(env, mapping, 'flush_dcache_mmap_lock()', 'mapping');
  const now = int(env, p, '__dcache') + by;
  if (now !== 0 && now !== 1)
    yield failing(
      'lock-state',
      by > 0 ? 'takes the dcache lock twice' : 'releases the dcache lock without holding it',
    );
  else {
    env.world.put(p, '__dcache', now);
    env.world.put(KERNEL, '__spinning', int(env, KERNEL, '__spinning') + by);
  }
  return 0;
}

function* rcu(env: Env, by: 1 | -1): Visible {
  const now = int(env, KERNEL, '__rcu') + by;
  if (now < 0) yield failing('lock-state', 'leaves an RCU read section that it is not in');
  else env.world.put(KERNEL, '__rcu', now);
  return 0;
}

/** Locks other than those of an mm and of a VMA: who holds them, and in which order they are taken. */
export const LOCKS: Record<string, Primitive> = {
  flush_dcache_mmap_lock: function* (env, [mapping]) {
    return yield* spin(env, mapping, 1);
  },
  flush_dcache_mmap_unlock: function* (env, [mapping]) {
    return yield* spin(env, mapping, -1);
  },
  rcu_read_lock: function* (env) {
    return yield* rcu(env, 1);
  },
  rcu_read_unlock: function* (env) {
    return yield* rcu(env, -1);
  },
};

/** Locks other than the mmap locks that the running thread still holds, by name. */
export function stillHeld(env: Pick<Env, 'world'>): string[] {
  const held = (name: string) => {
    const x = env.world.get(KERNEL, name);
    return typeof x === 'number' && x > 0;
  };
  const out: string[] = Object.keys(RANKS).filter((name) => held(heldField(name as LockClass)));
  const spins = spinsHeld(env.world);
  if (spins.length) out.push(...spins);
  else if (held('__spinning')) out.push('dcache lock');
  if (held('__rcu')) out.push('RCU read lock');
  return out;
}
