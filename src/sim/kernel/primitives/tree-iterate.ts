import type { Env, Primitive } from '../../machine/primitive.js';
import { isSym, type Ptr, pointer, type Value } from '../../machine/value.js';
import {
  MA_STATE,
  MapleTree,
  type MaState,
  ma_active,
  mas_empty_area,
  mas_empty_area_rev,
  mas_find,
  mas_find_range,
  mas_find_range_rev,
  mas_find_rev,
  mas_next,
  mas_next_range,
  mas_pause,
  mas_prev,
  mas_prev_range,
  mas_reset,
  mas_walk,
  MaState as State,
  type Ulong,
  XA_ZERO_ENTRY,
} from '../../maple/index.js';
import { POSITION_FIELD, Position, positionAt, ulongOf } from '../tree-position.js';
import { toValue } from '../tree-value.js';
import { KERNEL, object } from './support.js';
import { masArg, reading, treeOf, treeValue } from './tree-access.js';

type Lookup = (mas: MaState, limit: Ulong) => number;

/** An index; an unknown constant stands for one beyond every address of a scenario. */
const limitOf = (x: Value): Ulong => (isSym(x) ? Number.MAX_SAFE_INTEGER : ulongOf(x));

/** A lookup that goes on from where the iterator is. Whose tree the last entry came from is kept for the report. */
function lookup(what: string, op: Lookup): Primitive {
  return (env, [m, limit]) => {
    const p = masArg(env, m, what);
    const to = limitOf(limit);
    const value = reading(env, p, what, `${to}`, (mas) => toValue(op(mas, to)));
    if (value !== 0) env.world.put(KERNEL, 'found_in', treeOf(env, p, what).obj);
    return value;
  };
}

/** A free range of a size, in [min, max]: 0, -EBUSY or -EINVAL. */
function gap(what: string, op: typeof mas_empty_area): Primitive {
  return (env, [m, from, to, n]) => {
    const [min, max, size] = [limitOf(from), limitOf(to), limitOf(n)];
    return reading(env, masArg(env, m, what), what, `${min} ${max} ${size}`, (mas) =>
      op(mas, min, max, size),
    );
  };
}

/** For states that are not in any tree. */
const NOWHERE = new MapleTree();

/** Another range for the iterator; the next operation starts at the root. */
function restart(env: Env, m: Ptr, first: Value, last: Value): Value {
  const { world } = env;
  const at = positionAt(world, m);
  const mas = new State(NOWHERE);
  if (at) mas.mas_flags = at.flags;
  mas_reset(mas);
  const fresh = Position.of(mas);
  world.put(m, 'index', ulongOf(first));
  world.put(m, 'last', ulongOf(last));
  world.put(m, 'status', mas.status);
  world.put(m, POSITION_FIELD, at ? new Position(fresh.words, at.held) : fresh);
  return 0;
}

/** MA_STATE(): nodes that the state held are lost. */
function init(env: Env, m: Ptr, tree: Value, first: Value, last: Value): Value {
  const held = positionAt(env.world, m)?.held ?? 0;
  if (held) lose(env, held);
  env.world.put(m, 'tree', tree);
  env.world.put(m, POSITION_FIELD, undefined);
  return restart(env, m, first, last);
}

/** Nodes that nothing leads to any more. */
export function lose(env: Env, nodes: number): void {
  const lost = env.world.get(KERNEL, 'lost_nodes');
  env.world.put(KERNEL, 'lost_nodes', (typeof lost === 'number' ? lost : 0) + nodes);
}

function initIterator(env: Env, vmi: Value, mm: Value, addr: Value): Value {
  const it = object(env, vmi, 'vma_iter_init');
  const m = object(env, mm, 'vma_iter_init', 'mm');
  const p = pointer(it.obj, it.path ? `${it.path}.mas` : 'mas');
  return init(env, p, pointer(m.obj, 'mm_mt'), addr, addr);
}

/** Iterators: finding, going on, and being put somewhere else. lib/maple_tree.c of 6.12. */
export const ITERATE: Record<string, Primitive> = {
  mas_find: lookup('mas_find', mas_find),
  mt_find: (env, [tree, index, max]) => {
    const at = object(env, index, 'mt_find()');
    const from = ulongOf(env.world.get(at, '') ?? 0);
    const found = treeValue(env, object(env, tree, 'mt_find()')).entries.find(
      (r) => r.last >= from && r.first <= limitOf(max) && r.entry !== XA_ZERO_ENTRY,
    );
    if (!found) return 0;
    env.world.put(at, '', found.last + 1);
    return found.entry;
  },
  mas_find_range: lookup('mas_find_range', mas_find_range),
  mas_find_rev: lookup('mas_find_rev', mas_find_rev),
  mas_find_range_rev: lookup('mas_find_range_rev', mas_find_range_rev),
  mas_next: lookup('mas_next', mas_next),
  mas_next_range: lookup('mas_next_range', mas_next_range),
  mas_prev: lookup('mas_prev', mas_prev),
  mas_prev_range: lookup('mas_prev_range', mas_prev_range),
  mas_walk: lookup('mas_walk', mas_walk),
  mas_empty_area: gap('mas_empty_area', mas_empty_area),
  mas_empty_area_rev: gap('mas_empty_area_rev', mas_empty_area_rev),
  mtree_load: (env, [t, index]) => {
    const mt = treeValue(env, object(env, t, 'mtree_load')).live;
    const entry = toValue(mas_walk(MA_STATE(mt, limitOf(index))));
    return entry === XA_ZERO_ENTRY ? 0 : entry;
  },
  mas_init: (env, [m, tree, addr]) =>
    init(env, masArg(env, m, 'mas_init'), object(env, tree, 'mas_init'), addr, addr),
  mas_set: (env, [m, at]) => restart(env, masArg(env, m, 'mas_set'), at, at),
  mas_set_range: (env, [m, first, last]) =>
    restart(env, masArg(env, m, 'mas_set_range'), first, last),
  /** The state stays where it is: right only for a part of the range that it is at, or one behind it. */
  __mas_set_range: (env, [m, first, last]) => {
    const p = masArg(env, m, '__mas_set_range');
    env.world.put(p, 'index', ulongOf(first));
    env.world.put(p, 'last', ulongOf(last));
    return 0;
  },
  mas_reset: (env, [m]) => {
    const p = masArg(env, m, 'mas_reset');
    return restart(env, p, env.world.get(p, 'index'), env.world.get(p, 'last'));
  },
  mas_pause: (env, [m]) =>
    reading(env, masArg(env, m, 'mas_pause'), 'mas_pause', '', (mas) => {
      mas_pause(mas);
      return 0;
    }),
  mas_is_active: (env, [m]) =>
    env.world.get(masArg(env, m, 'mas_is_active'), 'status') === ma_active ? 1 : 0,
  /** Function forms of the declaring macros. */
  vma_iter_init: (env, [vmi, mm, addr]) => initIterator(env, vmi, mm, addr),
};
