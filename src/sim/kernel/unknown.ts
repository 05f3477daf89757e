import { TAU } from '../explore/op.js';
import type { Env, Primitive } from '../machine/primitive.js';
import { isPtr, isSym } from '../machine/value.js';
import { KERNEL } from './primitives/support.js';

/** What an unknown callee could change: modelled objects, and locals whose address it gets (an iterator, say). */
const MODELLED = new Set(['mm', 'vma', 'copy', 'local']);

/**
 * A callee that has neither a model nor a body. It is never taken to return 0: one that is handed a modelled object
 * makes the run inconclusive, any other returns each class of value in turn, and the report says so.
 */
export const unknownCallee: Primitive = function* (env, [callee, ...args], type) {
  const name = isSym(callee) ? callee.sym : 'function';
  for (const a of args)
    if (isPtr(a) && MODELLED.has(env.world.obj(a).kind))
      env.stuck(`${name}() is not modelled and takes a ${kindName(env.world.obj(a).kind)}`);
  if (type.kind === 'void') {
    env.assume(`${name}() has no effect on the fork`);
    return 0;
  }
  if (type.kind === 'ptr') {
    env.assume(`${name}() may return NULL or an object`);
    const taken = yield [
      { op: TAU, text: `${name}() returns NULL` },
      { op: TAU, text: `${name}() returns an object`, hidden: true },
    ];
    if (taken === 0) hadItsSay(env);
    return taken === 0 ? 0 : env.world.create('unknown', name);
  }
  const failure = type.kind === 'int' && type.bits > 1 && type.signed ? -12 : 1;
  env.assume(`${name}() may return 0 or ${failure === 1 ? '1' : '-ENOMEM'}`);
  const taken = yield [
    { op: TAU, text: `${name}() returns 0`, hidden: true },
    { op: TAU, text: `${name}() returns ${failure === 1 ? '1' : '-ENOMEM'}` },
  ];
  if (taken !== 0) hadItsSay(env);
  return taken === 0 ? 0 : failure;
};

/** What the run comes to from here on may be because of a result that nobody knows. */
const hadItsSay = (env: Env): void => env.world.put(KERNEL, '__unknown', 1);

const kindName = (kind: string): string =>
  kind === 'mm' ? 'mm' : kind === 'local' ? 'pointer to a local variable' : 'VMA';
