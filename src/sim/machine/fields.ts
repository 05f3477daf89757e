import { keyOf, type Value } from './value.js';

/** Shapes that are kept; with more than that objects of the same fields are still right, but found less often to be equal. */
const MOST_SHAPES = 5_000;

/** The names of an object's fields, in the order in which they were first written; shared by all objects that have them. */
class Shape {
  private readonly longer = new Map<string, Shape>();
  private positions: Map<string, number> | null = null;
  private sorted: Uint16Array | null = null;
  private number: number | null = null;

  constructor(readonly names: readonly string[]) {}

  at(name: string): number | undefined {
    if (!this.positions) this.positions = new Map(this.names.map((n, k) => [n, k]));
    return this.positions.get(name);
  }

  with(name: string): Shape {
    let s = this.longer.get(name);
    if (!s) {
      s = new Shape([...this.names, name]);
      this.longer.set(name, s);
      made++;
    }
    return s;
  }

  /** Positions of the fields by name, whatever the order in which they were written. */
  get order(): Uint16Array {
    this.sorted ??= Uint16Array.from(
      this.names.map((_, k) => k).sort((a, b) => (this.names[a] < this.names[b] ? -1 : 1)),
    );
    return this.sorted;
  }

  /** Number of the set of names. */
  get id(): number {
    if (this.number === null) {
      const text = JSON.stringify([...this.order].map((k) => this.names[k]));
      this.number = ids.get(text) ?? next++;
      ids.set(text, this.number);
    }
    return this.number;
  }
}

let root = new Shape([]);
let made = 0;
let next = 0;
const ids = new Map<string, number>();

function emptyShape(): Shape {
  if (made > MOST_SHAPES) {
    root = new Shape([]);
    ids.clear();
    made = 0;
  }
  return root;
}

/** Values of an object by field path, cheap to copy. Only its World writes to it. */
export class Fields {
  private constructor(
    private shape: Shape,
    private readonly values: Value[],
  ) {}

  static of(entries: Iterable<readonly [string, Value]>): Fields {
    const f = new Fields(emptyShape(), []);
    for (const [path, value] of entries) f.set(path, value);
    return f;
  }

  get size(): number {
    return this.values.length;
  }

  get(path: string): Value {
    const k = this.shape.at(path);
    return k === undefined ? undefined : this.values[k];
  }

  set(path: string, value: Value): void {
    const k = this.shape.at(path);
    if (k === undefined) {
      this.shape = this.shape.with(path);
      this.values.push(value);
    } else this.values[k] = value;
  }

  copy(): Fields {
    return new Fields(this.shape, this.values.slice());
  }

  /** Paths and values, in the order in which they were first written. */
  entries(): [string, Value][] {
    return this.shape.names.map((n, k) => [n, this.values[k]]);
  }

  /** Tells each value and its path. */
  forEach(f: (value: Value, path: string) => void): void {
    const { names } = this.shape;
    for (let k = 0; k < names.length; k++) f(this.values[k], names[k]);
  }

  /** Equal for the same fields with the same values. */
  key(): string {
    const { order, id } = this.shape;
    let key = `${id}`;
    for (let k = 0; k < order.length; k++) key += `;${keyOf(this.values[order[k]])}`;
    return key;
  }
}
