import { TAU } from '../../explore/op.js';
import type { Alternative, Env, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import {
  type Entry,
  MA_STATE,
  MapleFault,
  type MapleTree,
  type MaState,
  ma_active,
  mas_set_err,
  mas_walk,
  mt_in_rcu,
  ENOMEM as NO_MEM,
  validate,
} from '../../maple/index.js';
import {
  loadState,
  POSITION_FIELD,
  positionAt,
  type SavedState,
  savedState,
  saveState,
  stateKey,
  statesOf,
} from '../tree-position.js';
import { entryOf, TREE_FIELD, TreeValue, treeAt } from '../tree-value.js';
import { failing, int, KERNEL, mayReclaim, mustReport, object } from './support.js';

const EINVAL = 22;
const NO_MEMORY = 'finds no memory for a node: fails';

export const masArg = (env: Env, x: Value, what: string): Ptr => object(env, x, what);

/** The tree that an iterator is for. */
export function treeOf(env: Env, m: Ptr, what: string): Ptr {
  const t = env.world.get(m, 'tree');
  if (!isPtr(t)) env.breach('invalid-access', `${what}: the iterator has no tree`);
  return t;
}

/** The content of a tree. */
export const treeValue = (env: Pick<Env, 'world'>, tree: Ptr): TreeValue => treeAt(env.world, tree);

/** What a program stores, as an entry of a tree. */
export function toEntry(env: Env, x: Value, what: string): Entry {
  const e = entryOf(x);
  if (e === null) env.stuck(`${what} stores something else than an object`);
  return e;
}

/** What a fault of the tree's own code is to the reader: the kernel would crash, or spoil its tree. */
export function faultBreach(env: Env, e: unknown, what: string): never {
  if (!(e instanceof MapleFault)) throw e;
  const text = `${what}: ${e.message.replace(/^maple tree: /, '')}`;
  if (e.fault === 'out-of-nodes') env.breach('tree-mode', text);
  if (['null-node', 'overrun', 'bad-range'].includes(e.fault)) env.breach('tree-corrupt', text);
  env.breach('invalid-access', text);
}

/** What an operation that changes no tree came to. */
interface Read {
  value: Value;
  state: SavedState | null;
  fault: unknown;
}

/** An operation that changes no tree, on the state at `m`. `what` and `key` tell it from others. */
export function reading(
  env: Env,
  m: Ptr,
  what: string,
  key: string,
  op: (mas: MaState) => Value,
): Value {
  const tree = treeValue(env, treeOf(env, m, what));
  notStale(env, m, tree.live, what);
  const r = once(tree, `${what} ${key} ${stateKey(env.world, m)}`, () => {
    const mas = loadState(env.world, m, tree.live);
    const out: Read = { value: 0, state: null, fault: null };
    try {
      out.value = op(mas);
      out.state = savedState(mas);
    } catch (e) {
      out.fault = e;
    }
    return out;
  });
  if (r.state === null) return faultBreach(env, r.fault, what);
  saveState(env.world, m, r.state);
  return r.value;
}

/** The same operation on the same tree, from the same state, comes to the same. */
function once<T>(tree: TreeValue, key: string, make: () => T): T {
  let x = tree.known.get(key) as T | undefined;
  if (x === undefined) {
    x = make();
    tree.known.set(key, x);
  }
  return x;
}

/** Outside RCU mode a node that was replaced is freed at once: an iterator left on it reads freed memory. */
function notStale(env: Env, m: Ptr, mt: MapleTree, what: string): void {
  if (
    !mt_in_rcu(mt) &&
    positionAt(env.world, m)?.isDead &&
    env.world.get(m, 'status') === ma_active
  )
    env.breach('tree-corrupt', `${what}: the iterator is on a node that has been freed`);
}

/** What an operation on a tree came to. */
interface Outcome {
  value: Value;
  /** Node allocations that it asked for. */
  asked: number;
  tree: TreeValue;
  state: SavedState | null;
  /** The tree with its nodes, where an iterator on one of them has to be told. */
  mt: MapleTree | null;
  failFrom: number;
  /** Not even allowed: what the tree's code ran into. */
  fault: unknown;
  /** What is wrong with the result of a store that succeeded. */
  broken: string | null;
}

export interface Change {
  what: string;
  /** Arguments, as far as they tell the operation from others of its name. */
  key: string;
  tree: Ptr;
  /** The iterator, null for an operation on a tree as a whole. */
  at: Ptr | null;
  run(mt: MapleTree, mas: MaState | null): Value;
  /** What is wrong with the result of a store that succeeded; null for nothing. */
  check?(mt: MapleTree, mas: MaState | null): string | null;
  /** No allocation of it may fail (__GFP_NOFAIL). */
  sure?: boolean;
  /** Nodes should have been set aside for it: it is not to ask for any. */
  promised?: boolean;
  /** Its allocations may sleep. */
  sleeps?: boolean;
  /** It stores over the [index, last] of its iterator. */
  ranged?: boolean;
  /**
   * Asks for no node, but its contract lets it fail and its callers look: a bulk store. It is tried with -ENOMEM in the
   * state and the tree as it was.
   */
  mayRefuse?: boolean;
}

/** The operation on a tree of its own; allocations from number `failFrom` on fail. */
function attempt(env: Env, c: Change, failFrom: number): Outcome {
  const state = c.at ? stateKey(env.world, c.at) : '';
  const key = `${c.what} ${c.key} ${failFrom} ${state}`;
  return once(treeValue(env, c.tree), key, () => {
    const { mt, ...out } = tried(env, c, failFrom);
    return { ...out, mt: iteratorsIn(env, c).length ? mt : null };
  });
}

function tried(env: Env, c: Change, failFrom: number): Outcome & { mt: MapleTree } {
  const mt = treeValue(env, c.tree).copy();
  const mas = c.at ? loadState(env.world, c.at, mt) : null;
  mt.cache.reset();
  mt.cache.fail = (k) => k >= failFrom;
  let value: Value = 0;
  let fault: unknown = null;
  try {
    value = c.run(mt, mas);
  } catch (e) {
    if (!(e instanceof MapleFault)) throw e;
    fault = e;
  }
  const { asked } = mt.cache;
  mt.cache.fail = null;
  const broken = fault === null && failFrom === Infinity ? (c.check?.(mt, mas) ?? null) : null;
  return {
    ...{ value, asked, mt, failFrom, fault, broken },
    tree: TreeValue.of(mt),
    state: mas && savedState(mas),
  };
}

/**
 * An operation that changes a tree. Where it allocates nodes and the scenario has a failure left, each of its
 * allocations may be the first that fails; those that end alike are one choice.
 */
export function* changing(env: Env, c: Change): Visible {
  if (c.at) notStale(env, c.at, treeValue(env, c.tree).live, c.what);
  if (c.ranged && (yield* endsBefore(env, c))) return 0;
  const good = attempt(env, c, Infinity);
  const failed = int(env, KERNEL, 'failed');
  let taken = good;
  if (good.asked > 0 && c.promised)
    yield failing('store-allocates', `${c.what} has to allocate, and nothing was set aside for it`);
  if (good.asked > 0 && c.sleeps) yield* mayReclaim(env, c.what);
  const open = (good.asked > 0 && !c.sure) || c.mayRefuse;
  if (open && failed < env.scenario.failures) {
    const bad = c.mayRefuse ? [refusal(env, c)] : failures(env, c, good.asked);
    const k = yield [
      { op: TAU, text: `${c.what} succeeds`, hidden: true },
      ...bad.map((_, n) => ({
        op: TAU,
        text: `${c.what} ${n ? `(${n + 1}) ` : ''}${NO_MEMORY}`,
      })),
    ];
    if (k > 0) {
      env.world.put(KERNEL, 'failed', failed + 1);
      mustReport(env, `${c.what} failed`);
      taken = bad[k - 1];
    }
  }
  if (taken.fault) faultBreach(env, taken.fault, c.what);
  if (taken === good && good.broken !== null) env.breach('tree-corrupt', good.broken);
  commit(env, c, taken);
  return taken.value;
}

/** A range that ends before it begins: a build with CONFIG_DEBUG_MAPLE_TREE warns and stores nothing, others spoil the tree. */
function* endsBefore(env: Env, c: Change): Generator<Alternative[], boolean, number> {
  const { index, last } = loadState(env.world, c.at!, treeValue(env, c.tree).live);
  if (index <= last) return false;
  yield failing('tree-corrupt', `${c.what} to [${index}, ${last}], which ends before it begins`);
  commit(env, c, refusal(env, c, EINVAL));
  return true;
}

/** Nothing done, an error in the state. */
function refusal(env: Env, c: Change, error = NO_MEM): Outcome {
  const run: Change['run'] = (_mt, mas) => {
    mas_set_err(mas!, -error);
    return 0;
  };
  const { what, tree, at } = c;
  return attempt(env, { what, key: `refused ${error}`, tree, at, run }, Infinity);
}

/** As `changing`, for an operation that asks for no memory. */
export function changingAtOnce(env: Env, c: Change): Value {
  const out = attempt(env, c, Infinity);
  if (out.fault) faultBreach(env, out.fault, c.what);
  if (out.broken !== null) env.breach('tree-corrupt', out.broken);
  commit(env, c, out);
  return out.value;
}

/** What comes of the operation when its first, second, ... allocation fails, each result once. */
function failures(env: Env, c: Change, asked: number): Outcome[] {
  const seen = new Map<string, Outcome>();
  for (let k = 0; k < asked; k++) {
    const o = attempt(env, c, k);
    const held = o.state?.position.held ?? 0;
    const key = `${String(o.fault)} ${String(o.value)} ${o.state?.status} ${held} ${o.tree.key}`;
    if (!seen.has(key)) seen.set(key, o);
  }
  return [...seen.values()];
}

function commit(env: Env, c: Change, o: Outcome): void {
  const { world } = env;
  const before = world.get(c.tree, TREE_FIELD);
  const same = before instanceof TreeValue && before.equals(o.tree);
  if (!same) {
    settleOthers(env, c, o);
    world.put(c.tree, TREE_FIELD, o.tree);
  }
  if (c.at && o.state) saveState(world, c.at, o.state);
}

/** Iterators on nodes of the tree, besides the operation's own. */
const iteratorsIn = (env: Env, c: Change) =>
  statesOf(env.world).filter(
    ({ at, position }) => at !== c.at && position.onNode && env.world.get(at, 'tree') === c.tree,
  );

/** Iterators on a node that the operation has replaced are on a dead one from now on. */
function settleOthers(env: Env, c: Change, o: Outcome): void {
  const others = iteratorsIn(env, c);
  if (others.length === 0) return;
  // not kept where nobody was in the tree when it was first made
  const now = o.mt ?? tried(env, c, o.failFrom).mt;
  const old = treeValue(env, c.tree).live;
  for (const { at, position } of others)
    env.world.put(at, POSITION_FIELD, position.after(old, now));
}

/** Says where the tree is broken, and which of its rules; null for a valid one. */
export function brokenTree(mt: MapleTree, bulk: boolean): string | null {
  // while bulk mode lasts nodes may be too small: mas_destroy() mends the last one
  const v = validate(mt).find((x) => !(bulk && x.invariant === 'occupancy'));
  return v ? `${v.invariant} at ${v.where}: ${v.detail}` : null;
}

/** What is wrong with the tree after a store of `entry` over [index, last]: it is valid, and a walk of its own finds that there. */
export function wrongStore(
  what: string,
  mt: MapleTree,
  mas: MaState,
  entry: Entry,
  bulk: boolean,
): string | null {
  const broken = brokenTree(mt, bulk);
  if (broken) return `${what} leaves a tree that is not valid: ${broken}`;
  const look = MA_STATE(mt, mas.index);
  const found = mas_walk(look);
  return found !== entry || (entry !== 0 && (look.index !== mas.index || look.last !== mas.last))
    ? `${what}: what was stored is not found at its index`
    : null;
}
