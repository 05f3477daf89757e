import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isInt, type Value } from '../../machine/value.js';
import { addTo, pageCount, uncharge } from '../ledger.js';
import { countersFor } from '../stat.js';
import { allocate, ENOMEM, int, KERNEL, object, vmaArg } from './support.js';

/** A page count as C passes it: a negative one comes as a large unsigned number. */
function signed(x: Value): number {
  return isInt(x) ? Number(BigInt.asIntN(64, BigInt(x))) : 0;
}

/** security_vm_enough_memory_mm(): adds to the commit count, and takes it back when it refuses. */
function* charge(env: Env, amount: Value): Visible {
  if (!(yield* allocate(env, 'security_vm_enough_memory_mm'))) return ENOMEM;
  addTo(env, KERNEL, 'committed', signed(amount));
  return 0;
}

/** vm_stat_account(), mm/mmap.c: the page counters of an mm. */
function account(env: Env, mm: Value, flags: Value, amount: Value): Value {
  const p = object(env, mm, 'vm_stat_account()', 'mm');
  const bits = isInt(flags) ? Number(BigInt.asUintN(32, BigInt(flags))) : 0;
  for (const c of countersFor(bits)) env.world.put(p, c, int(env, p, c) + signed(amount));
  return 0;
}

/** Sums over the whole system and over an mm. */
export const ACCOUNTING: Record<string, Primitive> = {
  vma_pages: (env, [vma]) => Math.floor(pageCount(env, vmaArg(env, vma, 'vma_pages()'))),
  security_vm_enough_memory_mm: function* (env, [, amount]) {
    return yield* charge(env, amount);
  },
  vm_unacct_memory: (env, [amount]) => {
    uncharge(env, signed(amount));
    return 0;
  },
  vm_acct_memory: (env, [amount]) => {
    uncharge(env, -signed(amount));
    return 0;
  },
  vm_stat_account: (env, [mm, flags, amount]) => account(env, mm, flags, amount),
};
