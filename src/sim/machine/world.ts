import type { Func } from '../program.js';
import { Fields } from './fields.js';
import { keyOf, type Ptr, pointer, type Value } from './value.js';

/** One object of the private memory of a thread: a VMA, an mm, a local variable. Copied on write. */
export interface Obj {
  readonly id: number;
  /** What it is: `mm`, `vma`, `local`, `state`, ... */
  readonly kind: string;
  /** For the reader: `V1`, `V1'`, `parent`. */
  name: string;
  readonly fields: Fields;
  owner: number;
  /** Number that stands for its content, once that was asked for. */
  key: number | null;
}

/** A function that runs. Shared by worlds, and copied by who writes to it: see `World.top`. */
export interface Frame {
  func: Func;
  pc: number;
  regs: Value[];
  /** Register of the caller that receives the result. */
  dst: number | null;
  owner: number;
  /** Times that it went round a loop with a call of a model in it; and the calls of the run at the last one. */
  rounds: number;
  seen: number;
}

let tokens = 0;

/** Where keys are put together. */
let units = new Uint16Array(256);

/** The complete private state of a thread that runs a Program: its objects and its call stack. */
export class World {
  private token = ++tokens;
  /** Calls of models that the run has made; no part of what the state is. */
  points: number;
  /** Times that something was written to an object of this world. */
  writes = 0;
  private list: Obj[];
  /** The list is that of another world too: it is copied before it is written to. */
  private lent: boolean;
  /** Outermost function first. Written to through `top` only. */
  readonly frames: Frame[];
  /** Numbers of contents of objects: one list for all worlds that come of the same one, so that keys are short. */
  private readonly contents: Map<string, number>;

  constructor(from?: World) {
    this.points = from ? from.points : 0;
    this.contents = from ? from.contents : new Map();
    this.list = from ? from.list : [];
    this.lent = from !== undefined;
    this.frames = from ? from.frames.slice() : [];
    // whoever writes next copies first, on both sides
    if (from) {
      from.token = ++tokens;
      from.lent = true;
    }
  }

  /** By number. A list that was asked for before something is written need not be the world's any more. */
  get objs(): readonly Obj[] {
    return this.list;
  }

  private own(): Obj[] {
    if (this.lent) {
      this.list = this.list.slice();
      this.lent = false;
    }
    return this.list;
  }

  /** Makes an object and returns the pointer to it. */
  create(kind: string, name: string, fields: Iterable<[string, Value]> = []): Ptr {
    const id = this.list.length;
    this.writes++;
    this.own().push({ id, kind, name, fields: Fields.of(fields), owner: this.token, key: null });
    return pointer(id, '');
  }

  /** A function is called. */
  enter(func: Func, regs: Value[], dst: number | null): void {
    this.frames.push({ func, pc: 0, regs, dst, owner: this.token, rounds: 0, seen: this.points });
  }

  /** The innermost function, to be written to. */
  top(): Frame {
    const at = this.frames.length - 1;
    const f = this.frames[at];
    if (f.owner === this.token) return f;
    const { func, pc, regs, dst, rounds, seen } = f;
    const own = { func, pc, regs: regs.slice(), dst, owner: this.token, rounds, seen };
    this.frames[at] = own;
    return own;
  }

  obj(p: Ptr): Obj {
    return this.list[p.obj];
  }

  /** Value at `path` below `p`; undefined when it was never written. */
  get(p: Ptr, path: string): Value {
    return this.list[p.obj].fields.get(join(p.path, path));
  }

  put(p: Ptr, path: string, value: Value): void {
    this.writable(p.obj).fields.set(join(p.path, path), value);
  }

  /** Gives an object another name for the reader. */
  rename(p: Ptr, name: string): void {
    this.writable(p.obj).name = name;
  }

  /** Copies every place below `src` to below `dst`. */
  copy(dst: Ptr, src: Ptr): void {
    const to = this.writable(dst.obj);
    for (const [path, value] of this.list[src.obj].fields.entries()) {
      if (
        src.path &&
        path !== src.path &&
        !path.startsWith(`${src.path}.`) &&
        !path.startsWith(`${src.path}[`)
      )
        continue;
      const rest = src.path ? path.slice(src.path.length).replace(/^\./, '') : path;
      to.fields.set(join(dst.path, rest), value);
    }
  }

  private writable(id: number): Obj {
    let o = this.list[id];
    this.writes++;
    if (o.owner !== this.token) {
      const { kind, name } = o;
      o = { id, kind, name, fields: o.fields.copy(), owner: this.token, key: null };
      this.own()[id] = o;
    } else o.key = null;
    return o;
  }

  /** Canonical text of what is in memory, among worlds that come of the same one. */
  memoryKey(): string {
    const objs = this.list;
    // two characters for each object
    if (units.length < 2 * objs.length) units = new Uint16Array(4 * objs.length);
    for (let k = 0; k < objs.length; k++) {
      const o = objs[k];
      if (o.key === null) o.key = this.contentOf(o);
      units[2 * k] = o.key;
      units[2 * k + 1] = o.key >>> 16;
    }
    return String.fromCharCode.apply(
      null,
      units.subarray(0, 2 * objs.length) as unknown as number[],
    );
  }

  /** Canonical text of the call stack: places, by name, and the registers that still matter. */
  stackKey(live: (frame: Frame) => readonly number[], place: (frame: Frame) => string): string {
    let key = '';
    for (let k = 0; k < this.frames.length; k++) {
      const f = this.frames[k];
      key += `|${place(f)}`;
      const list = live(f);
      for (let n = 0; n < list.length; n++) key += `,${keyOf(f.regs[list[n]])}`;
    }
    return key;
  }

  private contentOf(o: Obj): number {
    const text = `${o.kind}${o.fields.key()}`;
    let n = this.contents.get(text);
    if (n === undefined) {
      n = this.contents.size;
      this.contents.set(text, n);
    }
    return n;
  }
}

/** Path of what would hold the place `path` as its `member`, where nothing does: the head of a list. */
export const around = (path: string, member: string): string => `-${member}|${path}`;
const AROUND = '-'.charCodeAt(0);

/** Joins two field paths. */
export function join(a: string, b: string): string {
  if (!a) return b;
  if (!b) return a;
  if (a.charCodeAt(0) === AROUND) {
    const [member, place] = a.slice(1).split('|');
    if (b === member) return place;
    if (b.startsWith(`${member}.`)) return join(place, b.slice(member.length + 1));
  }
  return b.startsWith('[') ? a + b : `${a}.${b}`;
}
