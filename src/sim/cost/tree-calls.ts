import { ForkloreError } from '../../base/errors.js';
import {
  __mt_destroy,
  __mt_dup,
  type Entry,
  MapleTree,
  type MaState,
  ma_error,
  ma_start,
  mas_destroy,
  mas_erase,
  mas_expected_entries,
  mas_find,
  mas_next,
  mas_pause,
  mas_preallocate,
  mas_prev,
  mas_reset,
  mas_set_range,
  mas_store,
  mas_store_gfp,
  mas_store_prealloc,
  mas_walk,
  mt_clear_in_rcu,
  mt_in_rcu,
  mt_set_in_rcu,
  mtree_empty,
  type NodeCache,
  MaState as State,
  type Ulong,
  XA_ZERO_ENTRY,
} from '../maple/index.js';
import { Place, type Value } from './memory.js';

/** Objects by the entries that stand for them in trees, and back. */
export interface Entries {
  toEntry(x: Value): Entry;
  toValue(entry: Entry): Value;
}

export type Model = (a: Value, b: Value, c: Value, d: Value) => Value;

const TREES = new WeakMap<Place, MapleTree>();

/** Makes `mt` the tree at `place`. */
export function setTree(place: Place, mt: MapleTree): void {
  TREES.set(place, mt);
}

function placeOf(x: Value, what: string): Place {
  if (x instanceof Place) return x;
  throw new ForkloreError('input', `${what}() gets no valid pointer`);
}

function treeOf(x: Value, what: string, cache: NodeCache): MapleTree {
  const p = placeOf(x, what);
  let mt = TREES.get(p);
  if (!mt) {
    mt = new MapleTree(0, cache);
    TREES.set(p, mt);
  }
  return mt;
}

const ulong = (x: Value): Ulong =>
  typeof x === 'number'
    ? x < 0
      ? BigInt.asUintN(64, BigInt(x))
      : x
    : typeof x === 'bigint'
      ? BigInt.asUintN(64, x)
      : 0;

/** The iterator at `m`, as the program has set it. */
function stateOf(m: Place, what: string, cache: NodeCache): MaState {
  const mt = treeOf(m.get('tree'), what, cache);
  let mas = m.mas;
  if (!mas || mas.tree !== mt) {
    mas = new State(mt);
    m.mas = mas;
  } else if (mas.status !== ma_start && m.get('status') === ma_start) mas_reset(mas);
  mas.index = ulong(m.get('index'));
  mas.last = ulong(m.get('last'));
  return mas;
}

function saveState(m: Place, mas: MaState): void {
  m.put('index', mas.index);
  m.put('last', mas.last);
  m.put('status', mas.status);
}

function initState(m: Place, tree: Value, addr: Value): Value {
  m.mas = null;
  m.put('tree', tree);
  m.put('index', addr);
  m.put('last', addr);
  m.put('status', ma_start);
  return 0;
}

/** The tree's functions for a counted run: no failures, and every node and word counted by `cache`. */
export function treeModels(cache: NodeCache, { toEntry, toValue }: Entries): Record<string, Model> {
  const on =
    (what: string, op: (mas: MaState, a: Value, b: Value) => Value): Model =>
    (m, a, b) => {
      const p = placeOf(m, what);
      const mas = stateOf(p, what, cache);
      const value = op(mas, a, b);
      saveState(p, mas);
      return value;
    };
  const tree =
    (what: string, op: (mt: MapleTree) => Value): Model =>
    (t) =>
      op(treeOf(t, what, cache));
  const dup: Model = (from, to) =>
    __mt_dup(treeOf(from, '__mt_dup', cache), treeOf(to, '__mt_dup', cache), 'GFP_KERNEL');
  const done = (op: (mas: MaState) => void) => (mas: MaState) => {
    op(mas);
    return 0;
  };
  const destroy = (mt: MapleTree): Value => {
    __mt_destroy(mt);
    return 0;
  };
  return {
    mas_find: on('mas_find', (mas, max) => toValue(mas_find(mas, ulong(max)))),
    mas_next: on('mas_next', (mas, max) => toValue(mas_next(mas, ulong(max)))),
    mas_prev: on('mas_prev', (mas, min) => toValue(mas_prev(mas, ulong(min)))),
    mas_walk: on('mas_walk', (mas) => toValue(mas_walk(mas))),
    mas_store: on('mas_store', (mas, x) => toValue(mas_store(mas, toEntry(x)))),
    mas_store_gfp: on('mas_store_gfp', (mas, x) => mas_store_gfp(mas, toEntry(x), 'GFP_KERNEL')),
    mas_preallocate: on('mas_preallocate', (mas, x) =>
      mas_preallocate(mas, toEntry(x), 'GFP_KERNEL'),
    ),
    mas_store_prealloc: on('mas_store_prealloc', (mas, x) => {
      mas_store_prealloc(mas, toEntry(x));
      return 0;
    }),
    mas_erase: on('mas_erase', (mas) => toValue(mas_erase(mas))),
    mas_expected_entries: on('mas_expected_entries', (mas, n) =>
      mas_expected_entries(mas, Number(n)),
    ),
    mas_destroy: on('mas_destroy', done(mas_destroy)),
    mas_reset: on('mas_reset', done(mas_reset)),
    mas_pause: on('mas_pause', done(mas_pause)),
    mas_set: on('mas_set', (mas, at) => {
      mas_set_range(mas, ulong(at), ulong(at));
      return 0;
    }),
    mas_set_range: on('mas_set_range', (mas, first, last) => {
      mas_set_range(mas, ulong(first), ulong(last));
      return 0;
    }),
    __mas_set_range: (m, first, last) => {
      const p = placeOf(m, '__mas_set_range');
      p.put('index', first);
      p.put('last', last);
      return 0;
    },
    mas_is_err: (m) => (placeOf(m, 'mas_is_err').get('status') === ma_error ? 1 : 0),
    mas_init: (m, t, addr) => initState(placeOf(m, 'mas_init'), t, addr),
    vma_iter_init: (vmi, mm, addr) =>
      initState(
        placeOf(vmi, 'vma_iter_init').member('mas'),
        placeOf(mm, 'vma_iter_init').member('mm_mt'),
        addr,
      ),
    __mt_dup: dup,
    mtree_dup: dup,
    __mt_destroy: tree('__mt_destroy', destroy),
    mtree_destroy: tree('mtree_destroy', destroy),
    mt_clear_in_rcu: tree('mt_clear_in_rcu', (mt) => {
      mt_clear_in_rcu(mt);
      return 0;
    }),
    mt_set_in_rcu: tree('mt_set_in_rcu', (mt) => {
      mt_set_in_rcu(mt);
      return 0;
    }),
    mt_in_rcu: tree('mt_in_rcu', (mt) => (mt_in_rcu(mt) ? 1 : 0)),
    mtree_empty: tree('mtree_empty', (mt) => (mtree_empty(mt) ? 1 : 0)),
    xa_is_zero: (entry) => (entry === XA_ZERO_ENTRY ? 1 : 0),
  };
}
