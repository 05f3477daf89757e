import type { Env, Primitive } from '../../machine/primitive.js';
import { isInt, type Ptr, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { object } from './support.js';

/** Bits of mm->flags, include/linux/sched/coredump.h of 6.12. */
export const MMF_HAS_UPROBES = 19;
export const MMF_RECALC_UPROBES = 20;
export const MMF_OOM_SKIP = 21;
export const MMF_UNSTABLE = 22;

/** Bit `nr` of an mm's flags is set. */
export function hasFlag(w: World, mm: Ptr, nr: number): boolean {
  const flags = w.get(mm, 'flags');
  return isInt(flags) && (BigInt(flags) & (1n << BigInt(nr))) !== 0n;
}

/** Sets or clears bit `nr` of an mm's flags. */
export function setFlag(w: World, mm: Ptr, nr: Value, on: boolean): Value {
  // a bit that has no value here is one that nothing looks at
  if (!isInt(nr) || nr < 0 || nr > 63) return 0;
  const bit = 1n << BigInt(nr);
  const old = w.get(mm, 'flags');
  const flags = isInt(old) ? BigInt(old) : 0n;
  const next = on ? flags | bit : flags & ~bit;
  w.put(mm, 'flags', next <= 0xffffffffn ? Number(next) : next);
  return 0;
}

/** set_bit() and its like: only the flags of an mm are kept. */
function bitOf(env: Env, nr: Value, x: Value, on: boolean, what: string): Value {
  const p = object(env, x, what);
  if (env.world.obj(p).kind !== 'mm') return 0;
  return setFlag(env.world, { obj: p.obj, path: '' }, nr, on);
}

function testBit(env: Env, nr: Value, x: Value, what: string): Value {
  const p = object(env, x, what);
  if (env.world.obj(p).kind !== 'mm' || !isInt(nr)) env.stuck(`${what} of an unknown flag`);
  return hasFlag(env.world, { obj: p.obj, path: '' }, Number(nr)) ? 1 : 0;
}

function exchange(env: Env, nr: Value, x: Value, on: boolean, what: string): Value {
  const old = testBit(env, nr, x, what);
  bitOf(env, nr, x, on, what);
  return old;
}

const mmArg = (env: Env, x: Value, what: string): Ptr => object(env, x, what, 'mm');

/** Bit operations on mm->flags, by set_bit() and its like, and by the functions of newer kernels that take the mm. */
export const FLAGS: Record<string, Primitive> = {
  set_bit: (env, [nr, p]) => bitOf(env, nr, p, true, 'set_bit()'),
  __set_bit: (env, [nr, p]) => bitOf(env, nr, p, true, '__set_bit()'),
  clear_bit: (env, [nr, p]) => bitOf(env, nr, p, false, 'clear_bit()'),
  __clear_bit: (env, [nr, p]) => bitOf(env, nr, p, false, '__clear_bit()'),
  test_and_set_bit: (env, [nr, p]) => exchange(env, nr, p, true, 'test_and_set_bit()'),
  test_and_clear_bit: (env, [nr, p]) => exchange(env, nr, p, false, 'test_and_clear_bit()'),
  test_bit: (env, [nr, p]) => testBit(env, nr, p, 'test_bit()'),
  mm_flags_set: (env, [nr, mm]) => setFlag(env.world, mmArg(env, mm, 'mm_flags_set()'), nr, true),
  mm_flags_clear: (env, [nr, mm]) =>
    setFlag(env.world, mmArg(env, mm, 'mm_flags_clear()'), nr, false),
  mm_flags_test: (env, [nr, mm]) =>
    testBit(env, nr, mmArg(env, mm, 'mm_flags_test()'), 'mm_flags_test()'),
};
