import type { Env, Primitive } from '../../machine/primitive.js';
import { isPtr, keyOf, type Ptr, pointer, type Range, type Value } from '../../machine/value.js';
import type { TreePicture, TreeSlot } from '../picture.js';
import { allocate, ENOMEM, KERNEL, mayFail, object } from './support.js';

const ENTRIES = '__entries';
/** Greatest index that the interval map tells apart; every address of a scenario is far below. */
const TOP = Number.MAX_SAFE_INTEGER;
export const XA_ZERO_ENTRY = 1030;

export function entries(env: Env, tree: Ptr): readonly Range[] {
  const x = env.world.get(tree, ENTRIES);
  return Array.isArray(x) ? (x as readonly Range[]) : [];
}

function index(x: Value): number {
  return typeof x === 'bigint'
    ? x > BigInt(TOP)
      ? TOP
      : Number(x)
    : typeof x === 'number'
      ? x
      : 0;
}

/** Stores `entry` over [first, last]; NULL removes. What it covers in part is cut. */
export function storeRange(
  old: readonly Range[],
  first: number,
  last: number,
  entry: Value,
): Range[] {
  const out: Range[] = [];
  for (const r of old) {
    if (r.first < first) out.push({ ...r, last: Math.min(r.last, first - 1) });
    if (r.last > last) out.push({ ...r, first: Math.max(r.first, last + 1) });
  }
  if (entry !== 0) out.push({ first, last, entry });
  return out.sort((a, b) => a.first - b.first);
}

function mas(env: Env, x: Value, what: string): Ptr {
  return object(env, x, what);
}

function treeOf(env: Env, m: Ptr, what: string): Ptr {
  const t = env.world.get(m, 'tree');
  if (!isPtr(t)) env.breach('invalid-access', `${what}: the iterator has no tree`);
  return t;
}

function position(env: Env, m: Ptr, first: Value, last: Value, active: boolean): void {
  env.world.put(m, 'index', first);
  env.world.put(m, 'last', last);
  env.world.put(m, '__active', active ? 1 : 0);
}

/** mas_find(): from a fresh iterator the entry at or after its index, else the one after its last; NULL past `max`. */
function find(env: Env, m: Ptr, max: number): Value {
  const list = entries(env, treeOf(env, m, 'mas_find'));
  const active = env.world.get(m, '__active') === 1;
  const from = active ? index(env.world.get(m, 'last')) + 1 : index(env.world.get(m, 'index'));
  const r = list.find((e) => e.last >= from && e.first <= max);
  if (!r) {
    position(env, m, max, max, true);
    return 0;
  }
  position(env, m, r.first, r.last, true);
  // whose tree the last entry came from, for the report
  env.world.put(KERNEL, 'found_in', treeOf(env, m, 'mas_find').obj);
  return r.entry;
}

function prev(env: Env, m: Ptr, min: number): Value {
  const list = entries(env, treeOf(env, m, 'mas_prev'));
  const from = index(env.world.get(m, 'index'));
  const r = list.filter((e) => e.last < from && e.last >= min).at(-1);
  if (!r) {
    position(env, m, min, min, false);
    return 0;
  }
  position(env, m, r.first, r.last, true);
  return r.entry;
}

function walk(env: Env, m: Ptr): Value {
  const at = index(env.world.get(m, 'index'));
  const r = entries(env, treeOf(env, m, 'mas_walk')).find((e) => e.first <= at && at <= e.last);
  if (r) position(env, m, r.first, r.last, true);
  return r ? r.entry : 0;
}

function store(env: Env, m: Ptr, entry: Value, what: string): Value {
  const tree = treeOf(env, m, what);
  const first = index(env.world.get(m, 'index'));
  const last = index(env.world.get(m, 'last'));
  if (first > last) env.breach('invalid-access', `${what}: range ends before it starts`);
  const old = entries(env, tree);
  env.world.put(tree, ENTRIES, storeRange(old, first, last, entry));
  env.world.put(m, '__active', 1);
  env.world.put(m, '__err', 0);
  return old.find((r) => r.first <= first && first <= r.last)?.entry ?? 0;
}

/** Makes the copy of the parent's tree: the same entries, so the same VMAs, until each slot is replaced. */
function dupTree(env: Env, from: Ptr, to: Ptr): void {
  env.world.put(to, ENTRIES, entries(env, from).slice());
}

/**
 * The maple tree behind its `mas_*` names, as an interval map: identities and ranges are exact, the shape of nodes is
 * not kept. Follows lib/maple_tree.c of 6.12 where iterators are concerned.
 */
export const TREE: Record<string, Primitive> = {
  mas_find: (env, [m, max]) => find(env, mas(env, m, 'mas_find'), index(max)),
  mas_next: (env, [m, max]) => {
    const p = mas(env, m, 'mas_next');
    if (env.world.get(p, '__active') !== 1) walk(env, p);
    env.world.put(p, '__active', 1);
    return find(env, p, index(max));
  },
  mas_prev: (env, [m, min]) => prev(env, mas(env, m, 'mas_prev'), index(min)),
  mas_walk: (env, [m]) => walk(env, mas(env, m, 'mas_walk')),
  mas_set: (env, [m, at]) => {
    position(env, mas(env, m, 'mas_set'), at, at, false);
    return 0;
  },
  mas_set_range: (env, [m, first, last]) => {
    position(env, mas(env, m, 'mas_set_range'), first, last, false);
    return 0;
  },
  __mas_set_range: (env, [m, first, last]) => {
    position(env, mas(env, m, '__mas_set_range'), first, last, true);
    return 0;
  },
  mas_reset: (env, [m]) => {
    env.world.put(mas(env, m, 'mas_reset'), '__active', 0);
    return 0;
  },
  mas_pause: (env, [m]) => {
    const p = mas(env, m, 'mas_pause');
    position(
      env,
      p,
      index(env.world.get(p, 'last')) + 1,
      index(env.world.get(p, 'last')) + 1,
      false,
    );
    return 0;
  },
  /** Bulk mode allocates up front; a store that finds no node left fails. */
  mas_store: function* (env, [m, entry]) {
    const p = mas(env, m, 'mas_store');
    if (env.world.get(p, '__bulk') === 1 && entry !== 0 && !(yield* allocate(env, 'tree node'))) {
      env.world.put(p, '__err', 1);
      return 0;
    }
    return store(env, p, entry, 'mas_store');
  },
  mas_store_prealloc: (env, [m, entry]) =>
    store(env, mas(env, m, 'mas_store_prealloc'), entry, 'mas_store_prealloc'),
  /** Clearing a range within one leaf allocates nothing (KERNEL.md), so it can not fail on the trees used here. */
  mas_store_gfp: function* (env, [m, entry]) {
    const p = mas(env, m, 'mas_store_gfp');
    if (entry !== 0 && !exactFit(env, p) && !(yield* allocate(env, 'tree node'))) {
      env.world.put(p, '__err', 1);
      return ENOMEM;
    }
    store(env, p, entry, 'mas_store_gfp');
    return 0;
  },
  mas_is_err: (env, [m]) => (env.world.get(mas(env, m, 'mas_is_err'), '__err') === 1 ? 1 : 0),
  mas_expected_entries: function* (env, [m]) {
    const p = mas(env, m, 'mas_expected_entries');
    if (!(yield* allocate(env, 'tree nodes'))) return ENOMEM;
    env.world.put(p, '__bulk', 1);
    return 0;
  },
  mas_destroy: (env, [m]) => {
    env.world.put(mas(env, m, 'mas_destroy'), '__bulk', 0);
    return 0;
  },
  __mt_dup: function* (env, [from, to]) {
    const [a, b] = [object(env, from, '__mt_dup'), object(env, to, '__mt_dup')];
    const failed = yield* mayFail(env, '__mt_dup');
    if (failed === 0) dupTree(env, a, b);
    return failed;
  },
  mtree_dup: function* (env, [from, to]) {
    const [a, b] = [object(env, from, 'mtree_dup'), object(env, to, 'mtree_dup')];
    const failed = yield* mayFail(env, 'mtree_dup');
    if (failed === 0) dupTree(env, a, b);
    return failed;
  },
  __mt_destroy: (env, [t]) => {
    env.world.put(object(env, t, '__mt_destroy'), ENTRIES, []);
    return 0;
  },
  xa_is_zero: (_env, [entry]) => (entry === XA_ZERO_ENTRY ? 1 : 0),
  /** Function forms of the declaring macros. */
  vma_iter_init: (env, [vmi, mm, addr]) => initIterator(env, vmi, mm, addr),
};

function exactFit(env: Env, m: Ptr): boolean {
  const first = index(env.world.get(m, 'index'));
  const last = index(env.world.get(m, 'last'));
  return entries(env, treeOf(env, m, 'store')).some((r) => r.first === first && r.last === last);
}

function initIterator(env: Env, vmi: Value, mm: Value, addr: Value): Value {
  const it = object(env, vmi, 'vma_iter_init');
  const m = object(env, mm, 'vma_iter_init', 'mm');
  const p = pointer(it.obj, it.path ? `${it.path}.mas` : 'mas');
  env.world.put(p, 'tree', pointer(m.obj, 'mm_mt'));
  position(env, p, addr, addr, false);
  return 0;
}

/** The tree for drawing: an interval map is one flat node. */
export function treePicture(env: Pick<Env, 'world'>, tree: Ptr): TreePicture {
  const slots = entries(env as Env, tree).map(
    (r): TreeSlot => ({ first: r.first, last: r.last, ...slotContent(env, r.entry) }),
  );
  return { nodes: slots.length ? [{ id: 0, parent: null, kind: 'flat', slots }] : [] };
}

/** What a slot of a leaf holds, as a picture tells it: a VMA of the parent, a copy, the failure marker, nothing. */
export function slotContent(
  env: Pick<Env, 'world'>,
  entry: Value,
): Pick<TreeSlot, 'holds' | 'name'> {
  if (isPtr(entry)) {
    const { kind, name } = env.world.obj(entry);
    return { holds: kind === 'vma' ? 'old' : kind === 'copy' ? 'new' : 'other', name };
  }
  if (entry === XA_ZERO_ENTRY) return { holds: 'marker', name: 'XA_ZERO_ENTRY' };
  return entry === 0 || entry === undefined
    ? { holds: 'empty', name: '' }
    : { holds: 'other', name: keyOf(entry) };
}

/** Short text of a tree's content, for the reader: `V1' V2 -`. */
export function dumpTree(env: Pick<Env, 'world'>, tree: Ptr): string {
  return entries(env as Env, tree)
    .map((r) =>
      isPtr(r.entry)
        ? env.world.obj(r.entry).name
        : r.entry === XA_ZERO_ENTRY
          ? '-'
          : keyOf(r.entry),
    )
    .join(' ');
}
