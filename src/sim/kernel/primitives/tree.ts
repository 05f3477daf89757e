import type { Env, Primitive } from '../../machine/primitive.js';
import { isSym, type Ptr, type Value } from '../../machine/value.js';
import {
  __mt_destroy,
  __mt_dup,
  type Entry,
  MA_STATE_BULK,
  type MapleTree,
  type MaState,
  ma_error,
  mas_destroy,
  mas_erase,
  mas_expected_entries,
  mas_insert,
  mas_preallocate,
  mas_store,
  mas_store_gfp,
  mas_store_prealloc,
  mt_clear_in_rcu,
  mt_in_rcu,
  mt_set_in_rcu,
  mtree_empty,
  mtree_erase,
  mtree_insert_range,
  mtree_store_range,
  XA_ZERO_ENTRY,
} from '../../maple/index.js';
import { positionAt, ulongOf } from '../tree-position.js';
import { type Range, TREE_FIELD, TreeValue, toValue } from '../tree-value.js';
import { object } from './support.js';
import {
  brokenTree,
  type Change,
  changing,
  changingAtOnce,
  masArg,
  toEntry,
  treeOf,
  treeValue,
  wrongStore,
} from './tree-access.js';
import { ITERATE, lose } from './tree-iterate.js';

export { XA_ZERO_ENTRY };

/** What a tree holds, in order; without NULL. */
export function entries(env: Pick<Env, 'world'>, tree: Ptr): readonly Range[] {
  return treeValue(env, tree).entries;
}

/** An allocation with these flags never fails: __GFP_NOFAIL, by name or as its bit. */
function neverFails(gfp: Value): boolean {
  return isSym(gfp) ? /NOFAIL/.test(gfp.sym) : typeof gfp === 'number' && (gfp & 0x8000) !== 0;
}

/** An allocation with these flags may sleep: __GFP_DIRECT_RECLAIM, by name or as its bit. */
function maySleep(gfp: Value): boolean {
  if (isSym(gfp)) return !/NOWAIT|ATOMIC/.test(gfp.sym);
  return typeof gfp === 'number' && (gfp & 0x400) !== 0;
}

const inBulk = (mas: MaState): boolean => (mas.mas_flags & MA_STATE_BULK) !== 0;

/** A store through an iterator over its [index, last]. */
function store(
  env: Env,
  m: Value,
  x: Value,
  what: string,
  op: (mas: MaState, entry: Entry) => Value,
): Change {
  const at = masArg(env, m, what);
  const entry = toEntry(env, x, what);
  let bulk = false;
  return {
    what,
    key: `${entry}`,
    tree: treeOf(env, at, what),
    at,
    ranged: true,
    run: (_mt, mas) => {
      bulk = inBulk(mas!);
      return op(mas!, entry);
    },
    check: (mt, mas) => (mas!.status === ma_error ? null : wrongStore(what, mt, mas!, entry, bulk)),
  };
}

/** An operation on a whole tree. */
const whole = (env: Env, t: Value, what: string, key: string, run: Change['run']): Change => ({
  what,
  key,
  tree: object(env, t, what),
  at: null,
  run,
});

/** Makes the copy of the parent's tree: node for node, with the same entries, so the same VMAs. */
function duplicate(env: Env, from: Value, to: Value, gfp: Value, what: string): Change {
  const source = treeValue(env, object(env, from, what));
  return {
    ...whole(env, to, what, source.key, (mt) => {
      const old = source.copyInto(mt.cache);
      mt.cache.reset();
      const err = __mt_dup(old, mt, 'GFP_KERNEL');
      return err;
    }),
    sure: neverFails(gfp),
    sleeps: maySleep(gfp),
  };
}

/** mt_init_flags(): whatever nodes the tree had are lost. */
function initFlags(env: Env, t: Value, flags: Value): Value {
  const tree = object(env, t, 'mt_init_flags');
  const old = env.world.get(tree, TREE_FIELD);
  if (old instanceof TreeValue && old.nodes) lose(env, old.nodes);
  if (typeof flags !== 'number') env.stuck('mt_init_flags() with flags that are not known');
  env.world.put(tree, TREE_FIELD, TreeValue.empty(flags));
  return 0;
}

function setMode(what: string, set: (mt: MapleTree) => void): Primitive {
  return (env, [t]) => {
    const tree = object(env, t, what);
    const mt = treeValue(env, tree).copy();
    set(mt);
    env.world.put(tree, TREE_FIELD, TreeValue.of(mt));
    return 0;
  };
}

/** mas_destroy(): ends bulk mode and frees the nodes that are left. */
function destroyState(env: Env, m: Value): Value {
  const at = masArg(env, m, 'mas_destroy');
  return changingAtOnce(env, {
    what: 'mas_destroy',
    key: '',
    tree: treeOf(env, at, 'mas_destroy'),
    at,
    run: (_mt, mas) => {
      mas_destroy(mas!);
      return 0;
    },
    check: (mt) => {
      const broken = brokenTree(mt, false);
      return broken && `mas_destroy leaves a tree that is not valid: ${broken}`;
    },
  });
}

const destroyTree =
  (what: string): Primitive =>
  (env, [t]) =>
    changingAtOnce(
      env,
      whole(env, t, what, '', (mt) => {
        __mt_destroy(mt);
        mt.cache.rcu_barrier();
        return 0;
      }),
    );

/** Through an iterator. */
const STORES: Record<string, Primitive> = {
  /**
   * In bulk mode neither allocates nor frees. Else its nodes should have been set aside; without them it is like
   * mas_store_gfp(), with one try for memory.
   */
  mas_store: function* (env, [m, entry]) {
    const c = store(env, m, entry, 'mas_store', (mas, e) => toValue(mas_store(mas, e)));
    const bulk = ((positionAt(env.world, c.at!)?.flags ?? 0) & MA_STATE_BULK) !== 0;
    if (bulk && entry !== 0) env.assume('mas_store() in bulk mode may fail, as its callers expect');
    return yield* changing(env, { ...c, mayRefuse: bulk && entry !== 0, promised: !bulk });
  },
  mas_store_gfp: function* (env, [m, entry, gfp]) {
    const c = store(env, m, entry, 'mas_store_gfp', (mas, e) =>
      mas_store_gfp(mas, e, 'GFP_KERNEL'),
    );
    return yield* changing(env, { ...c, sure: neverFails(gfp), sleeps: maySleep(gfp) });
  },
  mas_preallocate: function* (env, [m, entry, gfp]) {
    const c = store(env, m, entry, 'mas_preallocate', (mas, e) =>
      mas_preallocate(mas, e, 'GFP_KERNEL'),
    );
    return yield* changing(env, {
      ...c,
      check: () => null,
      sure: neverFails(gfp),
      sleeps: maySleep(gfp),
    });
  },
  mas_store_prealloc: (env, [m, entry]) =>
    changingAtOnce(
      env,
      store(env, m, entry, 'mas_store_prealloc', (mas, e) => {
        mas_store_prealloc(mas, e);
        return 0;
      }),
    ),
  mas_insert: function* (env, [m, entry]) {
    const c = store(env, m, entry, 'mas_insert', (mas, e) => toValue(mas_insert(mas, e)));
    return yield* changing(env, c);
  },
  mas_erase: function* (env, [m]) {
    const c = store(env, m, 0, 'mas_erase', (mas) => toValue(mas_erase(mas)));
    return yield* changing(env, c);
  },
  mas_is_err: (env, [m]) =>
    env.world.get(masArg(env, m, 'mas_is_err'), 'status') === ma_error ? 1 : 0,
  mas_expected_entries: function* (env, [m, n]) {
    const c = store(env, m, 0, 'mas_expected_entries', (mas) =>
      mas_expected_entries(mas, Number(n ?? 0)),
    );
    return yield* changing(env, {
      ...c,
      key: `${Number(n ?? 0)}`,
      check: () => null,
      sleeps: true,
      ranged: false,
    });
  },
  mas_destroy: (env, [m]) => destroyState(env, m),
};

/** On a whole tree. */
const TREES: Record<string, Primitive> = {
  __mt_dup: function* (env, [from, to, gfp]) {
    return yield* changing(env, duplicate(env, from, to, gfp, '__mt_dup'));
  },
  mtree_dup: function* (env, [from, to, gfp]) {
    return yield* changing(env, duplicate(env, from, to, gfp, 'mtree_dup'));
  },
  __mt_destroy: destroyTree('__mt_destroy'),
  mtree_destroy: destroyTree('mtree_destroy'),
  mt_init_flags: (env, [t, flags]) => initFlags(env, t, flags),
  mt_set_in_rcu: setMode('mt_set_in_rcu', mt_set_in_rcu),
  mt_clear_in_rcu: setMode('mt_clear_in_rcu', mt_clear_in_rcu),
  mt_in_rcu: (env, [t]) => (mt_in_rcu(treeValue(env, object(env, t, 'mt_in_rcu')).live) ? 1 : 0),
  mtree_empty: (env, [t]) =>
    mtree_empty(treeValue(env, object(env, t, 'mtree_empty')).live) ? 1 : 0,
  mtree_store_range: function* (env, [t, from, to, x, gfp]) {
    const e = toEntry(env, x, 'mtree_store_range');
    const [first, last] = [ulongOf(from), ulongOf(to)];
    const c = whole(env, t, 'mtree_store_range', `${first} ${last} ${e}`, (mt) =>
      mtree_store_range(mt, first, last, e, 'GFP_KERNEL'),
    );
    return yield* changing(env, { ...c, sure: neverFails(gfp), sleeps: maySleep(gfp) });
  },
  mtree_insert_range: function* (env, [t, from, to, x, gfp]) {
    const e = toEntry(env, x, 'mtree_insert_range');
    const [first, last] = [ulongOf(from), ulongOf(to)];
    const c = whole(env, t, 'mtree_insert_range', `${first} ${last} ${e}`, (mt) =>
      mtree_insert_range(mt, first, last, e, 'GFP_KERNEL'),
    );
    return yield* changing(env, { ...c, sure: neverFails(gfp), sleeps: maySleep(gfp) });
  },
  mtree_erase: function* (env, [t, at]) {
    const index = ulongOf(at);
    const c = whole(env, t, 'mtree_erase', `${index}`, (mt) => toValue(mtree_erase(mt, index)));
    return yield* changing(env, c);
  },
  /** Of a state's node: the error that the state holds, 0 for none. */
  xa_err: (_env, [node]) => (typeof node === 'number' && node < 0 ? node : 0),
  xa_is_err: (_env, [node]) => (typeof node === 'number' && node < 0 ? 1 : 0),
  xa_is_zero: (_env, [entry]) => (entry === XA_ZERO_ENTRY ? 1 : 0),
};

/**
 * The maple tree behind its `mas_*` and `mtree_*` names: the tree of lib/maple_tree.c (6.12) node for node, so that a
 * store allocates, and can fail, exactly where the kernel's does.
 */
export const TREE: Record<string, Primitive> = { ...ITERATE, ...STORES, ...TREES };
