import type { Env, Primitive } from '../../machine/primitive.js';
import { isPtr, type Ptr, symbol, type Value } from '../../machine/value.js';
import { CHILD, int, KERNEL, object } from './support.js';

/** Field of the kernel: gathers that were begun and not finished. */
export const OPEN_GATHERS = '__gathers';
const OPEN = '__open';

/** First thing that was done through a gather that is not open, for the report at the end. */
export const GATHER_MISUSED = '__gather_misused';

const addOpen = (env: Env, by: number): void =>
  env.world.put(KERNEL, OPEN_GATHERS, int(env, KERNEL, OPEN_GATHERS) + by);

function begin(env: Env, x: Value, y: Value): Value {
  const gather = object(env, x, 'tlb_gather_mmu()');
  env.world.put(gather, 'mm', object(env, y, 'tlb_gather_mmu()', 'mm'));
  env.world.put(gather, OPEN, int(env, gather, OPEN) + 1);
  addOpen(env, 1);
  return 0;
}

function finish(env: Env, x: Value): Value {
  const gather = object(env, x, 'tlb_finish_mmu()');
  if (int(env, gather, OPEN) < 1) misused(env, 'finishes a TLB gather that is not open');
  env.world.put(gather, OPEN, int(env, gather, OPEN) - 1);
  addOpen(env, -1);
  return 0;
}

function misused(env: Env, text: string): void {
  if (env.world.get(KERNEL, GATHER_MISUSED) === undefined)
    env.world.put(KERNEL, GATHER_MISUSED, symbol(text));
}

/** Pages and page tables are freed through a gather that was begun for that mm, and not finished yet. */
export function usesGather(env: Env, x: Value, what: string): void {
  if (!isPtr(x)) env.breach('invalid-access', `${what} through a TLB gather that is no object`);
  if (int(env, x, OPEN) < 1) misused(env, `${what} through a TLB gather that is not open`);
}

/** A gather of a model's own. */
export function ownGather(env: Env): Ptr {
  return env.world.create('local', 'gather', [
    ['mm', CHILD],
    [OPEN, 1],
  ]);
}

/** mm/mmu_gather.c: what is unmapped is flushed from the TLB and freed when the gather is finished. */
export const GATHER: Record<string, Primitive> = {
  tlb_gather_mmu: (env, [gather, mm]) => begin(env, gather, mm),
  tlb_gather_mmu_fullmm: (env, [gather, mm]) => begin(env, gather, mm),
  tlb_finish_mmu: (env, [gather]) => finish(env, gather),
};
