import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import { hasFlag, setFlag } from './flags.js';
import { hasUsers } from './mm.js';
import {
  isScanned,
  KHUGEPAGED,
  KSM,
  MMF_VM_HUGEPAGE,
  MMF_VM_MERGEABLE,
  type Scanner,
} from './scanner-list.js';
import { allocate, ENOMEM, failing, mayFail, nameOf, object } from './support.js';

const mmArg = (env: Env, x: Value, what: string): Ptr => object(env, x, what, 'mm');

function put(env: Env, mm: Ptr, { flag, field }: Scanner, on: boolean): void {
  env.world.put(mm, field, on ? 1 : 0);
  setFlag(env.world, mm, flag, on);
}

/** __ksm_enter(), mm/ksm.c: it takes any mm for one that it does not know, and makes a slot for it. */
function* enterKsm(env: Env, mm: Ptr, what: string): Visible {
  if (isScanned(env.world, mm, KSM))
    yield failing('unwind', `${what} of the ${nameOf(env, mm)} twice: one of its slots is lost`);
  put(env, mm, KSM, true);
  return 0;
}

/** mm/khugepaged.c of 6.12: an mm without users is past its exit, and one that has the flag is left alone. */
function enterKhugepaged(env: Env, x: Value, what: string): Value {
  const mm = mmArg(env, x, what);
  if (!hasUsers(env.world, mm)) env.breach('assertion', `${what} of an mm that has no users`);
  if (!hasFlag(env.world, mm, MMF_VM_HUGEPAGE)) put(env, mm, KHUGEPAGED, true);
  return 0;
}

function addLong(env: Env, x: Value, n: number): Value {
  if (!isPtr(x)) return 0;
  const p = object(env, x, 'atomic_long_t');
  env.world.put(p, 'counter', Number(env.world.get(p, 'counter') ?? 0) + n);
  return 0;
}

const exit = (scanner: Scanner, name: string): [string, Primitive] => [
  name,
  (env, [x]) => {
    const mm = mmArg(env, x, `${name}()`);
    if (hasFlag(env.world, mm, scanner.flag)) put(env, mm, scanner, false);
    return 0;
  },
];

/**
 * How the scanners of mm/ksm.c and mm/khugepaged.c learn of an mm and forget it, as in 6.1 and 6.12: a child gets on the
 * list of those that scan its parent, if there is memory for that.
 */
export const SCANNING: Record<string, Primitive> = {
  ksm_fork: function* (env, [x, old]) {
    const mm = mmArg(env, x, 'ksm_fork()');
    if (!hasFlag(env.world, mmArg(env, old, 'ksm_fork()'), MMF_VM_MERGEABLE)) return 0;
    const failed = yield* mayFail(env, 'ksm_fork', true);
    if (failed === 0) yield* enterKsm(env, mm, 'ksm_fork()');
    return failed;
  },
  __ksm_enter: function* (env, [x]) {
    const mm = mmArg(env, x, '__ksm_enter()');
    if (!(yield* allocate(env, '__ksm_enter', true))) return ENOMEM;
    return yield* enterKsm(env, mm, '__ksm_enter()');
  },
  khugepaged_fork: (env, [x, old]) =>
    hasFlag(env.world, mmArg(env, old, 'khugepaged_fork()'), MMF_VM_HUGEPAGE)
      ? enterKhugepaged(env, x, 'khugepaged_fork()')
      : 0,
  __khugepaged_enter: (env, [x]) => enterKhugepaged(env, x, '__khugepaged_enter()'),
  ...Object.fromEntries([
    exit(KSM, 'ksm_exit'),
    exit(KSM, '__ksm_exit'),
    exit(KHUGEPAGED, 'khugepaged_exit'),
    exit(KHUGEPAGED, '__khugepaged_exit'),
  ]),
  // statistics, which nothing looks at: those of an mm are kept, those of the whole system are not
  atomic_long_read: (env, [x]) => (isPtr(x) ? Number(env.world.get(x, 'counter') ?? 0) : 0),
  atomic_long_add: (env, [n, x]) => addLong(env, x, Number(n)),
  atomic_long_sub: (env, [n, x]) => addLong(env, x, -Number(n)),
  atomic_long_inc: (env, [x]) => addLong(env, x, 1),
  atomic_long_dec: (env, [x]) => addLong(env, x, -1),
};
