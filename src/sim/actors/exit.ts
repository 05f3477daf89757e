import { leftBehind } from '../kernel/primitives/exit.js';
import { CHILD } from '../kernel/primitives/support.js';
import type { Machine, Stop } from '../machine/machine.js';
import type { Program } from '../program.js';

/**
 * Where the teardown of the child begins after a fork has ended: exit_mmap() on the private memory that the fork left,
 * as the mmput() of dup_mm() runs it when it drops the last reference. null when the program does not hold exit_mmap().
 */
export function startExit(
  machine: Machine,
  program: Program,
  forked: Stop & { kind: 'end' },
): Stop | null {
  if (!Object.hasOwn(program.functions, 'exit_mmap')) return null;
  return machine.start('exit_mmap', [CHILD], forked.world);
}

/** What the finished teardown should have given back and did not, as one sentence; null when all is balanced. */
export function unbalanced(torn: Stop & { kind: 'end' }): string | null {
  const left = leftBehind(torn);
  return left.length ? `after exit_mmap() ${left.join('; ')}` : null;
}
