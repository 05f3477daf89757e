import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, pointer, symbol, type Value } from '../../machine/value.js';
import { failing, nameOf, object } from './support.js';

const POISON = symbol('LIST_POISON');

/** The place is the head or a node of a list whose links are kept, or was one. */
export const isNode = (env: Env, x: Value): x is Ptr =>
  isPtr(x) && env.world.get(x, 'next') !== undefined;

const neighbour = (env: Env, p: Ptr, way: 'next' | 'prev'): Ptr | null => {
  const x = env.world.get(p, way);
  return isPtr(x) ? x : null;
};

/** Nodes of the list from `head` on, without it, in order. */
export function linkedNodes(env: Env, head: Ptr): Ptr[] {
  const out: Ptr[] = [];
  for (let p = neighbour(env, head, 'next'); p && p !== head; p = neighbour(env, p, 'next')) {
    if (out.includes(p)) env.breach('invalid-access', 'a list leads back into itself');
    out.push(p);
  }
  return out;
}

function link(env: Env, node: Ptr, before: Ptr, behind: Ptr): void {
  env.world.put(node, 'prev', before);
  env.world.put(node, 'next', behind);
  env.world.put(before, 'next', node);
  env.world.put(behind, 'prev', node);
}

/** Puts a node at the end of a list. */
export function addTail(env: Env, node: Ptr, head: Ptr): void {
  if (!isNode(env, head)) empty(env, head);
  link(env, node, neighbour(env, head, 'prev') ?? head, head);
}

function empty(env: Env, head: Ptr): void {
  env.world.put(head, 'next', head);
  env.world.put(head, 'prev', head);
}

/** list_del(): the node is on no list afterwards, and its links lead nowhere. */
export function* unlinkNode(env: Env, node: Ptr, what: string): Visible {
  const [before, behind] = [neighbour(env, node, 'prev'), neighbour(env, node, 'next')];
  if (!before || !behind) {
    yield failing('unwind', `${what} of the ${nameOf(env, node)}, which is on no list`);
    return 0;
  }
  env.world.put(before, 'next', behind);
  env.world.put(behind, 'prev', before);
  env.world.put(node, 'next', POISON);
  env.world.put(node, 'prev', POISON);
  return 0;
}

/** include/linux/list.h, for lists of fork's own. */
export const LIST: Record<string, Primitive> = {
  INIT_LIST_HEAD: (env, [x]) => {
    if (isPtr(x) && x.path === 'anon_vma_chain')
      env.world.put(pointer(x.obj, ''), '__own_chain', 1);
    else if (isPtr(x) && env.world.obj(x).kind === 'local') empty(env, x);
    return 0;
  },
  list_add_tail: (env, [node, head]) => {
    addTail(env, object(env, node, 'list_add_tail()'), object(env, head, 'list_add_tail()'));
    return 0;
  },
};
