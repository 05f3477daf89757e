import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, isSym, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { failing, int, KERNEL } from './support.js';

const FIELD = '__spin.';

/** Spin locks are told apart by name where they are the kernel's own, else by where they are. */
const keyOf = (x: Value): string =>
  isSym(x) ? x.sym : isPtr(x) ? `${x.obj}.${x.path}` : String(x);

/** The running thread holds the kernel's spin lock of this name. */
export const holdsSpin = (env: Env, name: string): boolean => int(env, KERNEL, FIELD + name) > 0;

/** Names of the spin locks that a run still holds. */
export function spinsHeld(w: World): string[] {
  const out: string[] = [];
  w.obj(KERNEL).fields.forEach((n, field) => {
    if (field.startsWith(FIELD) && typeof n === 'number' && n > 0)
      out.push(field.slice(FIELD.length));
  });
  return out;
}

function* change(env: Env, x: Value, by: 1 | -1): Visible {
  const name = keyOf(x);
  const now = int(env, KERNEL, FIELD + name) + by;
  if (now !== 0 && now !== 1) {
    const what = by > 0 ? `takes ${name} twice` : `releases ${name} without holding it`;
    yield failing('lock-state', what);
    return 0;
  }
  env.world.put(KERNEL, FIELD + name, now);
  env.world.put(KERNEL, '__spinning', int(env, KERNEL, '__spinning') + by);
  return 0;
}

const spin = (name: string, by: 1 | -1): [string, Primitive] => [
  name,
  function* (env, [lock]) {
    return yield* change(env, lock, by);
  },
];

/** Spin locks that nobody contends for here: who holds them, and that nothing sleeps under one. */
export const SPIN: Record<string, Primitive> = Object.fromEntries([
  spin('spin_lock', 1),
  spin('spin_unlock', -1),
  spin('spin_lock_irq', 1),
  spin('spin_unlock_irq', -1),
]);
