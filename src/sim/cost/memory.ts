import { ForkloreError } from '../../base/errors.js';
import { MAX_FIELDS, MAX_VALUE_CHARS } from '../../base/limits.js';
import { thousands } from '../../base/terminal.js';
import type { Value as MachineValue, Sym } from '../machine/value.js';
import type { MaState } from '../maple/index.js';

/**
 * Memory of one run that is counted: plain objects, written in place, for a run has no branches to come back to.
 * (`machine/world.ts` is the memory of explored runs.)
 */
export type Value = number | bigint | Place | Sym | undefined;

/** An object; what it does not hold itself is that of the object that it was copied from. */
export class CostObject {
  // a large process has a hundred thousand of these
  private fields: Map<string, Value> | null = null;
  private places: Map<string, Place> | null = null;
  /** The pointer to the object itself. */
  readonly whole: Place;

  constructor(private readonly from: CostObject | null = null) {
    this.whole = new Place(this, '');
  }

  get(path: string): Value {
    const own = this.fields?.get(path);
    return own !== undefined || this.from === null ? own : this.from.get(path);
  }

  put(path: string, value: Value): void {
    this.fields ??= new Map();
    this.fields.set(path, value);
    few(this.fields);
  }

  /** The pointer to a member; the same path gives the same pointer. */
  at(path: string): Place {
    if (path === '') return this.whole;
    this.places ??= new Map();
    let p = this.places.get(path);
    if (!p) {
      p = new Place(this, path);
      this.places.set(path, p);
      few(this.places);
    }
    return p;
  }

  /** Everything below `path`, with the path that is left. */
  *below(path: string): Iterable<[string, Value]> {
    for (const [key, value] of this.fields ?? []) {
      if (path === '') yield [key, value];
      else if (key.startsWith(`${path}.`)) yield [key.slice(path.length + 1), value];
    }
  }
}

function few(members: ReadonlyMap<string, unknown>): void {
  if (members.size > MAX_FIELDS)
    throw new ForkloreError('limit', `over ${thousands(MAX_FIELDS)} fields of an object are used`);
}

/** A pointer. */
export class Place {
  /** The iterator that is here, once there was one. */
  mas: MaState | null = null;
  private names: Map<string, string> | null = null;

  constructor(
    readonly object: CostObject,
    readonly path: string,
  ) {}

  /** Path of the member `path` below. */
  name(path: string): string {
    if (this.path === '') return path;
    this.names ??= new Map();
    let full = this.names.get(path);
    if (full === undefined) {
      full = path === '' ? this.path : path[0] === '[' ? this.path + path : `${this.path}.${path}`;
      // a loop makes longer and longer ones, where C would have left the object long before
      if (full.length > MAX_VALUE_CHARS)
        throw new ForkloreError(
          'limit',
          `a place in an object is over ${thousands(MAX_VALUE_CHARS)} characters long`,
        );
      this.names.set(path, full);
    }
    return full;
  }

  get(path: string): Value {
    return this.object.get(this.path === '' ? path : this.name(path));
  }

  put(path: string, value: Value): void {
    this.object.put(this.path === '' ? path : this.name(path), value);
  }

  member(path: string): Place {
    return this.object.at(this.name(path));
  }

  /** The object that this member belongs to (container_of). */
  without(path: string): Place {
    const at = this.path.length - path.length;
    return this.object.at(this.path.slice(0, Math.max(0, at)).replace(/\.$/, ''));
  }

  element(n: number): Place {
    const m = /^(.*)\[(\d+)\]$/.exec(this.path);
    return this.object.at(m ? `${m[1]}[${Number(m[2]) + n}]` : `${this.path}[${n}]`);
  }
}

/** A constant of the simulator as a value here. */
export const fromMachine = (x: MachineValue): Value =>
  typeof x === 'number' || typeof x === 'bigint' || (typeof x === 'object' && 'sym' in x)
    ? x
    : undefined;
