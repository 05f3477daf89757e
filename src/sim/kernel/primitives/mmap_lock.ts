import { add, eq, set, v } from '../../explore/op.js';
import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { type Ptr, pointer, type Value } from '../../machine/value.js';
import { inOrder } from './locks.js';
import {
  EINTR,
  failing,
  int,
  KERNEL,
  mustReport,
  nameOf,
  object,
  PARENT,
  step,
} from './support.js';
import { NEVER_LOCKED } from './vma.js';

/** How the running thread holds an mm's mmap lock, kept in the mm object. */
const HELD = '__mmap_lock';
const NONE = 0;
const WRITE = 1;
const READ = 2;

export const holdsForWrite = (env: Env, mm: Ptr): boolean => int(env, mm, HELD) === WRITE;
export const heldAtAll = (env: Env, mm: Ptr): boolean => int(env, mm, HELD) !== NONE;

/** The mm's lock sequence as the (only) writer knows it. */
export const sequence = (env: Env, mm: Ptr): number => int(env, mm, '__seq');

/** All sequences but the mm's own say "not locked": one value for them, so that states meet whoever was locked. */
function forgetLocks({ world }: Env, mm: Ptr, seq: number): void {
  const kind = mm === PARENT ? 'vma' : 'copy';
  for (let k = 0; k < world.objs.length; k++) {
    const { kind: own, fields } = world.objs[k];
    if (own === kind && fields.get('vm_lock_seq') === seq && fields.get('vm_mm') === mm)
      world.put(pointer(k, ''), 'vm_lock_seq', NEVER_LOCKED);
  }
}

function* moveSequence(env: Env, mm: Ptr, ends = false): Visible {
  const now = sequence(env, mm);
  const next = now + 1;
  env.world.put(mm, '__seq', next);
  forgetLocks(env, mm, now);
  // at release this is the step that lets page faults in again, so it is shown
  const { shared } = env;
  if (mm === PARENT)
    yield step(
      shared.op(`mm_lock_seq ${next} ${ends}`, () => ({
        guard: [],
        effect: [set(shared.mmapSeq, next), ...(ends ? shared.checkNothingStale() : [])],
      })),
      ends ? 'all VMA write locks of the parent end' : 'mm_lock_seq moves',
      !ends,
    );
  return 0;
}

/** The sequence moves when the lock is taken and when it is released; else at release only. */
const movesTwice = (env: Env): boolean =>
  env.features.vmaLock === 'rwsem+seqcount' || env.features.vmaLock === 'refcount';

/** The sequence as other threads' write sections have left it, where the scenario has such threads. */
function* learnSequence(env: Env): Visible {
  const writers = env.scenario.threads.filter((t) => t.kind === 'mmap-writer').length;
  if (writers === 0) return 0;
  const perSection = movesTwice(env) ? 2 : 1;
  const base = sequence(env, PARENT);
  const values = Array.from({ length: writers + 1 }, (_, n) => base + n * perSection);
  const taken = yield values.map((x) => ({
    op: { guard: [eq(v(env.shared.mmapSeq), x)], effect: [] },
    text: `mm_lock_seq is ${x}`,
    hidden: true,
  }));
  env.world.put(PARENT, '__seq', values[taken]);
  return 0;
}

function* lock(env: Env, x: Value): Visible {
  const mm = object(env, x, 'mmap_write_lock', 'mm');
  if (heldAtAll(env, mm))
    env.breach('lock-state', `takes the mmap lock of the ${nameOf(env, mm)} twice`);
  yield* inOrder(env, mm === PARENT ? 'mmap lock of the parent' : 'mmap lock of the child');
  const sh = env.shared;
  if (mm === PARENT)
    yield step(
      sh.op('mmap_write_lock', () => ({
        guard: [eq(v(sh.mmapWriter), 0), eq(v(sh.mmapReaders), 0)],
        effect: [set(sh.mmapWriter, 1)],
      })),
      'mmap_write_lock(parent)',
    );
  env.world.put(mm, HELD, WRITE);
  if (mm === PARENT) yield* learnSequence(env);
  if (movesTwice(env)) yield* moveSequence(env, mm);
  return 0;
}

function* unlock(env: Env, x: Value): Visible {
  const mm = object(env, x, 'mmap_write_unlock', 'mm');
  if (!holdsForWrite(env, mm)) {
    yield failing(
      'lock-state',
      `releases the mmap lock of the ${nameOf(env, mm)} without holding it for writing`,
    );
    return 0;
  }
  yield* moveSequence(env, mm, true);
  const sh = env.shared;
  if (mm === PARENT)
    yield step(
      sh.op('mmap_write_unlock', () => ({ guard: [], effect: [set(sh.mmapWriter, 0)] })),
      'mmap_write_unlock(parent)',
    );
  env.world.put(mm, HELD, NONE);
  return 0;
}

function* downgrade(env: Env, x: Value): Visible {
  const mm = object(env, x, 'mmap_write_downgrade', 'mm');
  if (!holdsForWrite(env, mm))
    env.breach('lock-state', 'downgrades an mmap lock that it does not hold for writing');
  yield* moveSequence(env, mm, true);
  const sh = env.shared;
  if (mm === PARENT)
    yield step(
      { guard: [], effect: [set(sh.mmapWriter, 0), add(sh.mmapReaders, 1)] },
      'mmap_write_downgrade(parent)',
    );
  env.world.put(mm, HELD, READ);
  return 0;
}

function* readLock(env: Env, x: Value): Visible {
  const mm = object(env, x, 'mmap_read_lock', 'mm');
  if (heldAtAll(env, mm))
    env.breach('lock-state', `takes the mmap lock of the ${nameOf(env, mm)} twice`);
  yield* inOrder(env, mm === PARENT ? 'mmap lock of the parent' : 'mmap lock of the child');
  const sh = env.shared;
  if (mm === PARENT)
    yield step(
      { guard: [eq(v(sh.mmapWriter), 0)], effect: [add(sh.mmapReaders, 1)] },
      'mmap_read_lock(parent)',
    );
  env.world.put(mm, HELD, READ);
  return 0;
}

function* readUnlock(env: Env, x: Value): Visible {
  const mm = object(env, x, 'mmap_read_unlock', 'mm');
  if (int(env, mm, HELD) !== READ) {
    yield failing('lock-state', 'releases an mmap lock that it does not hold for reading');
    return 0;
  }
  if (mm === PARENT)
    yield step(
      { guard: [], effect: [add(env.shared.mmapReaders, -1)] },
      'mmap_read_unlock(parent)',
    );
  env.world.put(mm, HELD, NONE);
  return 0;
}

function* killable(env: Env, x: Value, name: string, take: typeof lock): Visible {
  if (yield* signalArrives(env)) {
    mustReport(env, `${name}() was interrupted`);
    return EINTR;
  }
  return yield* take(env, x);
}

/** A fatal signal, once it has arrived, stays pending. */
export function* signalArrives(env: Env): Generator<ReturnType<typeof step>, boolean, number> {
  if (!env.scenario.signal) return false;
  if (env.world.get(KERNEL, 'signal')) return true;
  const taken = yield [
    ...step({ guard: [], effect: [] }, 'no signal', true),
    ...step({ guard: [], effect: [] }, 'a fatal signal is pending'),
  ];
  if (taken === 1) env.world.put(KERNEL, 'signal', 1);
  return taken === 1;
}

function* endWriteAll(env: Env, x: Value): Visible {
  const mm = object(env, x, 'vma_end_write_all', 'mm');
  if (!holdsForWrite(env, mm))
    env.breach('assertion', 'vma_end_write_all() without the mmap lock held for writing');
  return yield* moveSequence(env, mm, true);
}

function assertHeld(env: Env, x: Value): Value {
  const mm = object(env, x, 'mmap_assert_locked', 'mm');
  if (!heldAtAll(env, mm))
    env.breach('assertion', `mmap lock of the ${nameOf(env, mm)} is not held`);
  return 0;
}

function assertWrite(env: Env, args: Value[]): Value {
  const mm = object(env, args[0], 'mmap_assert_write_locked', 'mm');
  if (!holdsForWrite(env, mm))
    env.breach('assertion', `mmap lock of the ${nameOf(env, mm)} is not held for writing`);
  return 0;
}

/** include/linux/mmap_lock.h, 6.12: the mmap lock and the sequence that ends all VMA write locks of the mm. */
export const MMAP_LOCK: Record<string, Primitive> = {
  mmap_write_lock: function* (env, [mm]) {
    return yield* lock(env, mm);
  },
  mmap_write_lock_nested: function* (env, [mm]) {
    return yield* lock(env, mm);
  },
  mmap_write_lock_killable: function* (env, [mm]) {
    return yield* killable(env, mm, 'mmap_write_lock_killable', lock);
  },
  mmap_write_unlock: function* (env, [mm]) {
    return yield* unlock(env, mm);
  },
  mmap_write_downgrade: function* (env, [mm]) {
    return yield* downgrade(env, mm);
  },
  mmap_read_lock: function* (env, [mm]) {
    return yield* readLock(env, mm);
  },
  mmap_read_lock_killable: function* (env, [mm]) {
    return yield* killable(env, mm, 'mmap_read_lock_killable', readLock);
  },
  mmap_read_unlock: function* (env, [mm]) {
    return yield* readUnlock(env, mm);
  },
  vma_end_write_all: function* (env, [mm]) {
    return yield* endWriteAll(env, mm);
  },
  mmap_assert_write_locked: assertWrite,
  mmap_assert_locked: (env, [mm]) => assertHeld(env, mm),
};
