import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, pointer, type Value } from '../../machine/value.js';
import { readAnonVma } from './anon_vma.js';
import { LOCK_CACHE, VMA_CACHE } from './caches.js';
import { allocate, failing, nameOf, vmaArg } from './support.js';
import { copyName, fill, free, NEVER_LOCKED } from './vma.js';

function* alloc(env: Env, cache: Value): Visible {
  if (cache !== VMA_CACHE && cache !== LOCK_CACHE)
    env.stuck('kmem_cache_alloc() of a cache that is not modelled');
  if (!(yield* allocate(env, 'kmem_cache_alloc'))) return 0;
  return cache === VMA_CACHE
    ? env.world.create('copy', 'a new VMA')
    : env.world.create('lock', 'lock of a VMA');
}

function* freeObject(env: Env, cache: Value, x: Value): Visible {
  if (cache === VMA_CACHE) return yield* free(env, x, true);
  if (cache !== LOCK_CACHE) env.stuck('kmem_cache_free() of a cache that is not modelled');
  if (!isPtr(x)) return 0;
  const { kind } = env.world.obj(x);
  if (kind !== 'lock') yield failing('unwind', `frees the lock of ${nameOf(env, x)}`);
  else if (env.world.get(x, '__freed')) yield failing('unwind', 'frees the lock of a VMA twice');
  else env.world.put(x, '__freed', 1);
  return 0;
}

/** `*new = *orig`: until the text makes them anew, the copy's list and lock are those of the original. */
function* assign(env: Env, x: Value, y: Value): Visible {
  const [dst, src] = [vmaArg(env, x, 'struct assignment'), vmaArg(env, y, 'struct assignment')];
  const { name, kind } = env.world.obj(dst);
  if (kind !== 'copy' || env.world.get(dst, 'vm_mm') !== undefined)
    env.breach('content', `overwrites ${name} with ${nameOf(env, src)}`);
  if (env.world.get(src, 'vm_mm') === undefined)
    env.breach('invalid-access', `copies from ${nameOf(env, src)}, which holds nothing`);
  const anon = yield* readAnonVma(env, src);
  const lock = env.world.get(dst, 'vm_lock');
  fill(env, dst, src, anon);
  env.world.rename(dst, copyName(env, src));
  env.world.put(dst, '__own_chain', 0);
  if (env.features.vmaLock.startsWith('rwsem'))
    env.world.put(dst, 'vm_lock', pointer(src.obj, '__lock'));
  else env.world.put(dst, 'vm_lock', lock);
  return 0;
}

function ownLock(env: Env, x: Value, what: string): Value {
  const vma = vmaArg(env, x, what);
  env.world.put(vma, 'vm_lock', undefined);
  env.world.put(vma, 'vm_lock_seq', NEVER_LOCKED);
  return 0;
}

/** What vm_area_dup() and vm_area_free() of 6.1 and 6.12 call, where they run from their text. */
export const SLAB: Record<string, Primitive> = {
  kmem_cache_alloc: function* (env, [cache]) {
    return yield* alloc(env, cache);
  },
  kmem_cache_free: function* (env, [cache, x]) {
    return yield* freeObject(env, cache, x);
  },
  'copy vm_area_struct': function* (env, [dst, src]) {
    return yield* assign(env, dst, src);
  },
  vma_init_lock: (env, [vma]) => ownLock(env, vma, 'vma_init_lock()'),
  vma_lock_init: (env, [vma]) => ownLock(env, vma, 'vma_lock_init()'),
  init_rwsem: () => 0,
  rwsem_is_locked: () => 0,
  dup_anon_vma_name: () => 0,
  free_anon_vma_name: () => 0,
};
