import { eq, set, v } from '../../explore/op.js';
import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import { inOrder } from './locks.js';
import { holdsForWrite, sequence, signalArrives } from './mmap_lock.js';
import { EINTR, failing, int, mustReport, nameOf, note, step, vmaArg } from './support.js';

const SEQ = 'vm_lock_seq';

function mmOf(env: Env, vma: Ptr, what: string): Ptr {
  const mm = env.world.get(vma, 'vm_mm');
  if (!isPtr(mm)) env.breach('invalid-access', `${what}: ${nameOf(env, vma)} has no vm_mm`);
  return mm;
}

/** The VMA is write-locked under its own mm's current write section. */
export function writeLocked(env: Env, vma: Ptr): boolean {
  const mm = mmOf(env, vma, 'write lock');
  return holdsForWrite(env, mm) && int(env, vma, SEQ) === sequence(env, mm);
}

/**
 * vma_start_write(), include/linux/mm.h of 6.12: nothing when the sequences are equal already, else the semaphore for
 * writing, the sequence, and release. The reference-counted variant (6.15 on) raises its flag before it waits.
 */
function* startWrite(env: Env, x: Value, func = 'vma_start_write'): Visible {
  const vma = vmaArg(env, x, `${func}()`);
  const mm = mmOf(env, vma, `${func}()`);
  const name = `${func}(${nameOf(env, vma)})`;
  if (!holdsForWrite(env, mm))
    yield failing('assertion', `${name} without the mmap lock of its mm`);
  if (env.features.vmaLock === 'none') return 0;
  const seq = sequence(env, mm);
  if (int(env, vma, SEQ) === seq) return 0;
  yield* inOrder(env, 'VMA lock');
  const k = env.world.get(vma, '__shared');
  if (typeof k === 'number') {
    const { vmaReaders, vmaWriter, vmaSeq } = env.shared;
    const noReader = eq(v(vmaReaders[k]), 0);
    const noWriter = eq(v(vmaWriter[k]), 0);
    if (env.features.vmaLock === 'refcount') {
      yield step(
        { guard: [noWriter], effect: [set(vmaWriter[k], 1)] },
        `${name} keeps new readers out`,
        true,
      );
      yield step({ guard: [noReader], effect: [] }, name);
    } else yield step({ guard: [noReader, noWriter], effect: [set(vmaWriter[k], 1)] }, name);
    yield step({ guard: [], effect: [set(vmaSeq[k], seq)] }, 'vm_lock_seq', true);
    yield step({ guard: [], effect: [set(vmaWriter[k], 0)] }, 'up_write', true);
  } else yield note(name);
  env.world.put(vma, SEQ, seq);
  return 0;
}

function* assertLocked(env: Env, x: Value): Visible {
  const vma = vmaArg(env, x, 'vma_assert_write_locked()');
  if (env.features.vmaLock !== 'none' && !writeLocked(env, vma))
    yield failing('assertion', `vma_assert_write_locked(${nameOf(env, vma)}) fails`);
  return 0;
}

function* changeFlags(
  env: Env,
  x: Value,
  change: (flags: number | bigint) => number | bigint,
): Visible {
  yield* startWrite(env, x);
  const vma = vmaArg(env, x, 'vm_flags');
  const old = env.world.get(vma, 'vm_flags');
  const next = change(typeof old === 'number' || typeof old === 'bigint' ? old : 0);
  env.world.put(vma, 'vm_flags', next);
  env.world.put(vma, '__vm_flags', next);
  return 0;
}

const big = (x: Value): bigint => (typeof x === 'number' || typeof x === 'bigint' ? BigInt(x) : 0n);

/** The per-VMA lock and what takes it implicitly (6.4 on). */
export const VMA_LOCK: Record<string, Primitive> = {
  vma_start_write: function* (env, [vma]) {
    return yield* startWrite(env, vma);
  },
  /** What the series that brought the lock called it: its RFC of 6.0, and its versions up to the third. */
  vma_mark_locked: function* (env, [vma]) {
    return yield* startWrite(env, vma, 'vma_mark_locked');
  },
  vma_write_lock: function* (env, [vma]) {
    return yield* startWrite(env, vma, 'vma_write_lock');
  },
  /** Newest trees: 0, or -EINTR; it looks at readers before signals. */
  vma_start_write_killable: function* (env, [vma]) {
    if (yield* signalArrives(env)) {
      mustReport(env, 'vma_start_write_killable() was interrupted');
      return EINTR;
    }
    return yield* startWrite(env, vma);
  },
  vma_assert_write_locked: function* (env, [vma]) {
    return yield* assertLocked(env, vma);
  },
  vm_flags_clear: function* (env, [vma, flags]) {
    return yield* changeFlags(env, vma, (x) => Number(BigInt(x) & ~big(flags)));
  },
  vm_flags_set: function* (env, [vma, flags]) {
    return yield* changeFlags(env, vma, (x) => Number(BigInt(x) | big(flags)));
  },
};
