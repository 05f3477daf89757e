import { VM_FLAGS } from './constants.js';

/** Fields of an mm that count the pages of its VMAs. */
export const COUNTERS = ['total_vm', 'data_vm', 'exec_vm', 'stack_vm'] as const;
export type Counter = (typeof COUNTERS)[number];

const { VM_EXEC, VM_WRITE, VM_SHARED, VM_GROWSDOWN } = VM_FLAGS;

/** The counters that a VMA with these flags is part of: vm_stat_account(), mm/mmap.c of 6.12 on x86-64. */
export function countersFor(flags: number): Counter[] {
  const stack = VM_GROWSDOWN;
  if ((flags & (VM_EXEC | VM_WRITE | stack)) === VM_EXEC) return ['total_vm', 'exec_vm'];
  if ((flags & stack) === stack) return ['total_vm', 'stack_vm'];
  if ((flags & (VM_WRITE | VM_SHARED | stack)) === VM_WRITE) return ['total_vm', 'data_vm'];
  return ['total_vm'];
}

/** The counters of an mm with these VMAs, in pages. */
export function countersOf(
  vmas: readonly { flags: number; pages: number }[],
): Record<Counter, number> {
  const sums: Record<Counter, number> = { total_vm: 0, data_vm: 0, exec_vm: 0, stack_vm: 0 };
  for (const v of vmas) for (const c of countersFor(v.flags)) sums[c] += v.pages;
  return sums;
}
