import type { Builder } from './builder.js';
import { callNamed } from './calls.js';
import { child, named, textOf } from './chunk.js';
import { expression } from './expressions.js';
import type { Node } from './parser.js';

/** Guard class -> what it calls on entry and when the scope ends (linux/cleanup.h). */
const GUARDS: Record<string, [string, string]> = {
  mutex: ['mutex_lock', 'mutex_unlock'],
  rwsem_read: ['down_read', 'up_read'],
  rwsem_write: ['down_write', 'up_write'],
  spinlock: ['spin_lock', 'spin_unlock'],
  spinlock_irq: ['spin_lock_irq', 'spin_unlock_irq'],
  spinlock_bh: ['spin_lock_bh', 'spin_unlock_bh'],
  raw_spinlock: ['raw_spin_lock', 'raw_spin_unlock'],
  raw_spinlock_irq: ['raw_spin_lock_irq', 'raw_spin_unlock_irq'],
  read_lock: ['read_lock', 'read_unlock'],
  write_lock: ['write_lock', 'write_unlock'],
  rcu: ['rcu_read_lock', 'rcu_read_unlock'],
  preempt: ['preempt_disable', 'preempt_enable'],
  irq: ['local_irq_disable', 'local_irq_enable'],
  migrate: ['migrate_disable', 'migrate_enable'],
  cpus_read_lock: ['cpus_read_lock', 'cpus_read_unlock'],
  mmap_read_lock: ['mmap_read_lock', 'mmap_read_unlock'],
  mmap_write_lock: ['mmap_write_lock', 'mmap_write_unlock'],
};

/** `guard(class)(lock)`: taken here, released when the scope ends. False when `callee` is no guard. */
export function lowerGuard(b: Builder, callee: Node, args: Node[]): boolean {
  if (textOf(child(callee, 'function')!) !== 'guard') return false;
  const kind = named(child(callee, 'arguments')!)[0];
  takeGuard(b, kind === undefined ? '' : textOf(kind), args);
  return true;
}

/** Takes a guard in the current scope. A class that is not known becomes `unmodelled`. */
export function takeGuard(b: Builder, kind: string, args: Node[]): void {
  const pair = GUARDS[kind];
  if (pair === undefined) {
    b.unmodelled(`guard(${kind})`);
    return;
  }
  const values = args.map((a) => expression(b, a));
  callNamed(b, pair[0], values, false);
  b.scopes.at(-1)!.cleanups.push(() => callNamed(b, pair[1], values, false));
}
