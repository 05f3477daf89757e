import { leftBehind } from '../kernel/primitives/exit.js';
import { addUsers, hasUsers } from '../kernel/primitives/mm.js';
import { CHILD } from '../kernel/primitives/support.js';
import type { Machine } from '../machine/machine.js';
import type { Stop } from '../machine/stop.js';
import { World } from '../machine/world.js';
import type { Program } from '../program.js';

/**
 * Where the teardown of the child begins: the last reference is dropped, by mmput() as the program has it, else by
 * exit_mmap() alone. null when the program holds neither.
 */
export function startExit<N>(machine: Machine<N>, program: Program, world: World): Stop | null {
  if (Object.hasOwn(program.functions, 'mmput')) return machine.start('mmput', [CHILD], world);
  if (!Object.hasOwn(program.functions, 'exit_mmap')) return null;
  const w = new World(world);
  if (hasUsers(w, CHILD)) addUsers(w, CHILD, -1);
  return machine.start('exit_mmap', [CHILD], w);
}

/** What the finished teardown should have given back and did not, as one sentence; null when all is balanced. */
export function unbalanced(torn: Stop & { kind: 'end' }): string | null {
  const left = leftBehind(torn);
  return left.length ? `after exit_mmap() ${left.join('; ')}` : null;
}
