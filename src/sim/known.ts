import { constant } from './kernel/constants.js';
import { EXIT } from './kernel/primitives/exit.js';
import { PRIMITIVES } from './kernel/primitives/index.js';

/** The simulator has a model or a value for this name, so that its definition in the tree is not followed. */
export function isModelled(name: string): boolean {
  if (Object.hasOwn(PRIMITIVES, name) || Object.hasOwn(EXIT, name)) return true;
  const x = constant(name);
  return !(typeof x === 'object' && 'sym' in x);
}
