import { constant } from './kernel/constants.js';
import { EXIT } from './kernel/primitives/exit.js';
import { PRIMITIVES } from './kernel/primitives/index.js';

/** The simulator has a model or a value for this name, so that its definition in the tree is not followed. */
export function isModelled(name: string): boolean {
  if (Object.hasOwn(PRIMITIVES, name) || Object.hasOwn(EXIT, name)) return true;
  const x = constant(name);
  return !(typeof x === 'object' && 'sym' in x);
}

/** Functions that write-lock a single VMA, whatever its series or release calls them. */
const VMA_LOCKS = [
  'vma_start_write',
  'vma_start_write_killable',
  'vma_mark_locked',
  'vma_write_lock',
];

/** The function write-locks the VMA that it is given. */
export const locksVma = (name: string): boolean => VMA_LOCKS.includes(name);
