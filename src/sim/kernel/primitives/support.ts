import { fail, type Op, TAU } from '../../explore/op.js';
import type { Alternative, Env, Visible } from '../../machine/primitive.js';
import { isPtr, isSym, type Ptr, pointer, symbol, type Value } from '../../machine/value.js';
import { propertyIndex } from '../../property/properties.js';

export const EINTR = -4;
export const ENOMEM = -12;
export const PAGE = 4096;

/** Objects that every run starts with, in this order. */
export const KERNEL = pointer(0, '');
export const PARENT = pointer(1, '');
export const CHILD = pointer(2, '');
export const TASK = pointer(3, '');

/** Argument that must point to an object of one of `kinds`; anything else ends the run with a breach. */
export function object(env: Env, x: Value, what: string, ...kinds: string[]): Ptr {
  if (!isPtr(x))
    env.breach('invalid-access', `${what} gets ${x === 0 ? 'NULL' : 'no valid pointer'}`);
  const o = env.world.obj(x);
  if (env.world.get(x, '__freed'))
    env.breach('unwind', `${what} gets ${o.name} after it was freed`);
  if (kinds.length && !kinds.includes(o.kind)) env.stuck(`${what} on a ${o.kind}`);
  return x;
}

export const vmaArg = (env: Env, x: Value, what: string): Ptr =>
  object(env, x, what, 'vma', 'copy');
export const nameOf = (env: Env, p: Ptr): string => env.world.obj(p).name;

/** Integer at `path` below `p`; 0 when it was never written. */
export function int(env: Env, p: Ptr, path: string): number {
  const x = env.world.get(p, path);
  return typeof x === 'number' ? x : typeof x === 'bigint' ? Number(x) : 0;
}

/** One visible step. */
export function step(op: Op, text: Alternative['text'], hidden = false): Alternative[] {
  return [{ op, text, hidden }];
}

/** A step without shared effect that the reader should see. */
export const note = (text: string): Alternative[] => step(TAU, text);

/** The run breaks `property` here, and goes on (an assertion is compiled out without its debug option). */
export const failing = (property: string, text: string): Alternative[] =>
  step({ guard: [], effect: [fail(propertyIndex(property))] }, text);

/** An allocation may sleep, and reclaim, which takes i_mmap_rwsem. */
export function* mayReclaim(env: Env, what: string): Visible {
  const held: string[] = [];
  if (int(env, KERNEL, '__held.i_mmap_rwsem')) held.push('i_mmap_rwsem');
  if (int(env, KERNEL, '__spinning')) held.push('a spin lock');
  if (int(env, KERNEL, '__rcu')) held.push('the RCU read lock');
  if (held.length)
    yield failing('lock-order', `${what} allocates while ${held.join(' and ')} is held`);
  return 0;
}

/**
 * An allocation that may fail while the scenario's budget lasts: returns true on success. Unless it is `bestEffort`,
 * whoever called the program has to hear of the failure, or the same is done for the same object (`on`) again and works.
 */
export function* allocate(
  env: Env,
  what: string,
  bestEffort = false,
  on?: Ptr,
): Generator<Alternative[], boolean, number> {
  yield* mayReclaim(env, what);
  const failed = int(env, KERNEL, 'failed');
  const again = failed > 0 && on !== undefined && isRetry(env, what, on);
  if (failed >= env.scenario.failures && !again) return true;
  const taken = yield [
    { op: TAU, text: `${what} succeeds`, hidden: true },
    { op: TAU, text: `${what} fails` },
  ];
  if (taken === 0) {
    if (again) env.world.put(KERNEL, '__failure', 0);
    return true;
  }
  if (!again) env.world.put(KERNEL, 'failed', failed + 1);
  if (!bestEffort) mustReport(env, `${what} failed`);
  if (on) env.world.put(KERNEL, FAILED_ON, on);
  return false;
}

/** Field of the kernel: what the last failed allocation was for. */
const FAILED_ON = '__failed_on';

/** What failed for this object is tried again: it may fail again, which counts once, and is forgotten when it works. */
function isRetry({ world }: Env, what: string, on: Ptr): boolean {
  const failure = world.get(KERNEL, '__failure') ?? 0;
  return isSym(failure) && failure.sym === `${what} failed` && world.get(KERNEL, FAILED_ON) === on;
}

/** Something failed that the caller of the program has to hear of. */
export function mustReport(env: Env, what: string): void {
  env.world.put(KERNEL, '__failure', symbol(what));
}

/** A primitive whose only effect is that it may fail for want of memory: 0 or -ENOMEM. */
export function* mayFail(env: Env, what: string, bestEffort = false): Visible {
  return (yield* allocate(env, what, bestEffort)) ? 0 : ENOMEM;
}
