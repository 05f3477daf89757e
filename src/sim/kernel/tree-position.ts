import { type Opaque, type Ptr, pointer, type Value } from '../machine/value.js';
import type { World } from '../machine/world.js';
import {
  isOnDeadNode,
  isOnNode,
  type MapleTree,
  MaState,
  ma_start,
  mas_err,
  packState,
  stateAfter,
  type Ulong,
  unpackState,
  wordsKey,
} from '../maple/index.js';

/** Field of a `struct ma_state` that holds what no program looks at. */
export const POSITION_FIELD = '__mas';

/**
 * Where a `struct ma_state` is in its tree, and how many nodes it holds, as an immutable value of a World. Its index,
 * last, tree and status are fields, for programs read and write those.
 */
export class Position implements Opaque {
  private text: string | null = null;

  constructor(
    readonly words: Int32Array,
    /** Nodes allocated and not used yet. */
    readonly held: number,
  ) {}

  get key(): string {
    this.text ??= `P${this.held}:${wordsKey(this.words)}`;
    return this.text;
  }

  /** MA_STATE_BULK and its like. */
  get flags(): number {
    return this.words[13];
  }

  /** On a node of the tree. */
  get onNode(): boolean {
    return isOnNode(this.words);
  }

  /** On a node that has been replaced by another operation. */
  get isDead(): boolean {
    return isOnDeadNode(this.words);
  }

  /** The same place once another operation has made `now` out of `before`. */
  after(before: MapleTree, now: MapleTree): Position {
    return new Position(stateAfter(this.words, before, now), this.held);
  }

  /** The position of a state that is not used any more; takes its nodes from it. */
  static of(mas: MaState): Position {
    const held = mas.alloc.splice(0).length;
    const { index, last } = mas;
    mas.index = 0;
    mas.last = 0;
    if (mas.status === ma_start) atStart(mas);
    const words = packState(mas);
    mas.index = index;
    mas.last = last;
    return new Position(words, held);
  }
}

/** What mas_start() will set is of no account before. */
function atStart(mas: MaState): void {
  mas.minH = mas.minL = 0;
  mas.maxH = mas.maxL = -1;
  mas.node = mas.offset = mas.end = mas.store_type = 0;
}

/** An integer of the program as an index of a tree; what was never set counts as 0. */
export function ulongOf(x: Value): Ulong {
  if (typeof x === 'bigint') return BigInt.asUintN(64, x);
  if (typeof x !== 'number') return 0;
  return x < 0 ? BigInt.asUintN(64, BigInt(x)) : x;
}

export function positionAt(world: World, m: Ptr): Position | null {
  const x = world.get(m, POSITION_FIELD);
  return x instanceof Position ? x : null;
}

/** The state at `m` in `mt`, which is the tree that its `tree` points to. */
export function loadState(world: World, m: Ptr, mt: MapleTree): MaState {
  const p = positionAt(world, m);
  const mas = p ? unpackState(p.words, mt) : new MaState(mt);
  // a program may put a state back to the start by itself
  if (world.get(m, 'status') === ma_start && mas.status !== ma_start) {
    mas.status = ma_start;
    mas.node = 0;
  }
  mas.index = ulongOf(world.get(m, 'index'));
  mas.last = ulongOf(world.get(m, 'last'));
  for (let n = p?.held ?? 0; n > 0; n--) mas.alloc.push(mt.cache.take());
  return mas;
}

/** What a program's `struct ma_state` holds. */
export interface SavedState {
  index: Ulong;
  last: Ulong;
  status: number;
  /** What xa_err() makes of it: a node is no number here, an error is. */
  node: number;
  position: Position;
}

/** The state as it is written back; it must not be used afterwards. */
export function savedState(mas: MaState): SavedState {
  const { index, last, status } = mas;
  return { index, last, status, node: mas_err(mas), position: Position.of(mas) };
}

export function saveState(world: World, m: Ptr, s: SavedState): void {
  world.put(m, 'index', s.index);
  world.put(m, 'last', s.last);
  world.put(m, 'status', s.status);
  world.put(m, 'node', s.node);
  world.put(m, POSITION_FIELD, s.position);
}

/** Equal for states that do the same in the same tree. */
export function stateKey(world: World, m: Ptr): string {
  const at = positionAt(world, m)?.key ?? '';
  const [index, last, status] = ['index', 'last', 'status'].map((f) => world.get(m, f));
  return `${index} ${last} ${status} ${at}`;
}

/** Every `struct ma_state` of the world that has been used: they are locals. */
export function statesOf(world: World): { at: Ptr; position: Position }[] {
  const out: { at: Ptr; position: Position }[] = [];
  for (const o of world.objs) {
    if (o.kind !== 'local') continue;
    o.fields.forEach((x, path) => {
      if (x instanceof Position)
        out.push({
          at: pointer(o.id, path.slice(0, -POSITION_FIELD.length).replace(/\.$/, '')),
          position: x,
        });
    });
  }
  return out;
}
