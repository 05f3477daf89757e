import type { Func, Instr, Program, SourceRef } from '../program.js';
import { type Aligned, align, alone } from './align.js';
import { symbolsOf } from './liveness.js';
import type { Stop } from './stop.js';
import { isSymbol } from './value.js';
import { type Frame, World } from './world.js';

/** What a run did from one stop to the next, in terms of the base: true of every version that has the same there. */
export interface Known<N> {
  by: Version;
  stop: Stop;
  /** Every place that was executed, and the last one. */
  places: readonly number[];
  end: number;
  /** What a watcher was told of calls, in order: a note, or the name alone. */
  calls: readonly (({ note: N } | { name: string }) & { place: number })[];
  assumed: readonly string[];
}

/** What is known of runs in one scenario with one set of models. */
export class Memo<N> {
  readonly steps = new Map<string, Known<N>>();
  private readonly worked = new Map<string, unknown>();

  constructor(
    /** The private memory that all runs start with: worlds that come of the same one can be compared. */
    readonly initial: World,
  ) {}

  /** What `make` gives, which depends on nothing but what the key says. */
  once<T>(key: string, make: () => T): T {
    if (!this.worked.has(key)) this.worked.set(key, make());
    return this.worked.get(key) as T;
  }
}

/**
 * What executing some versions of a program did, so that what they have in common is executed once: from equal private
 * states the same instructions come to equal private states. The first version that is met is the base, whose
 * instructions give places their numbers. One object for one review.
 */
export class KnownSteps {
  private readonly base = new Map<string, { func: Func; offset: number }>();
  private size = 0;
  private first: Program | null = null;
  private readonly versions = new WeakMap<Program, Version>();
  private readonly aligned = new WeakMap<Func, Aligned>();
  private readonly memos = new WeakMap<object, Map<string, Memo<unknown>>>();

  /** The program in terms of the base. */
  version(program: Program): Version {
    let v = this.versions.get(program);
    if (!v) {
      this.first ??= program;
      v = new Version(program, this.first, Object.values(program.functions).map(this.placed));
      this.versions.set(program, v);
    }
    return v;
  }

  /** What is known of runs in a scenario, by its layout, with the models of these names. */
  memo<N>(layout: object, models: readonly string[], initial: () => World): Memo<N> {
    let byModels = this.memos.get(layout);
    if (!byModels) {
      byModels = new Map();
      this.memos.set(layout, byModels);
    }
    const key = [...models].sort().join();
    let memo = byModels.get(key);
    if (!memo) {
      memo = new Memo(initial());
      byModels.set(key, memo);
    }
    return memo as Memo<N>;
  }

  private readonly placed = (func: Func): Placed => {
    let at = this.base.get(func.name);
    if (!at) {
      at = { func, offset: this.size };
      this.base.set(func.name, at);
      // one more: behind the last instruction
      this.size += func.code.length + 1;
    }
    let a = this.aligned.get(func);
    if (!a) {
      a = at.func === func ? alone(func) : align(at.func, func);
      this.aligned.set(func, a);
    }
    return { base: at.func, offset: at.offset, aligned: a };
  };
}

interface Placed {
  base: Func;
  offset: number;
  aligned: Aligned;
}

/** A program in terms of the base. */
export class Version {
  /** The program with the base's registers. */
  readonly program: Program;
  private readonly placesOf = new Map<Func, Int32Array>();
  private readonly parts: readonly Placed[];
  /** For each place the part that it is in. */
  private readonly partOf: Uint16Array;
  private readonly same: Uint8Array;
  /** By place, from -1: the last recording that was there. */
  private readonly met: Int32Array;
  private marks = 0;
  /** Functions that only one of this program and the first one has. */
  private readonly others: readonly string[];

  constructor(program: Program, first: Program, placed: readonly Placed[]) {
    const functions = Object.fromEntries(placed.map(({ aligned: { func } }) => [func.name, func]));
    this.program = { ...program, functions };
    const has = (p: Program, name: string) => Object.hasOwn(p.functions, name);
    this.others = [
      ...Object.keys(program.functions).filter((name) => !has(first, name)),
      ...Object.keys(first.functions).filter((name) => !has(program, name)),
    ];
    this.parts = placed;
    this.same = new Uint8Array(
      Math.max(0, ...placed.map((p) => p.offset + p.base.code.length + 1)),
    );
    this.met = new Int32Array(this.same.length + 1);
    this.partOf = new Uint16Array(this.same.length);
    for (const [k, { base, offset, aligned }] of placed.entries()) {
      this.partOf.fill(k, offset, offset + base.code.length + 1);
      this.same.set(aligned.same, offset);
      const places = aligned.toBase.map((k) => (k < 0 ? -1 : k + offset));
      this.placesOf.set(aligned.func, places);
      if (this.others.length > 0)
        for (const [n, i] of base.code.entries())
          if (namesIn(i).some((name) => this.others.includes(name))) this.same[offset + n] = 0;
    }
  }

  /** Places of the instructions of a function, and of its end; -1 for what the base has not. */
  places(func: Func): Int32Array {
    return this.placesOf.get(func)!;
  }

  /** The place of a frame where this version goes on as the base does, else -1. */
  place({ func, pc }: Frame): number {
    const place = this.placesOf.get(func)![pc] ?? -1;
    return place >= 0 && this.same[place] ? place : -1;
  }

  /** Tells one recording from the others for `isNew`. */
  newMark(): number {
    return ++this.marks;
  }

  /** Whether this recording was not at the place before; one that others interrupt may hear so twice. */
  isNew(place: number, mark: number): boolean {
    if (this.met[place + 1] === mark) return false;
    this.met[place + 1] = mark;
    return true;
  }

  /** What is known of these places is true of this version. */
  covers(places: readonly number[]): boolean {
    if (this.others.length > 0 && this.others.some(isSymbol)) return false;
    // few runs of this are optimised: no iterators
    for (let k = 0; k < places.length; k++) if (!this.same[places[k]]) return false;
    return true;
  }

  /** This version's instruction at a place that it has, and where that comes from; null behind the last one. */
  at(place: number): Where {
    const { aligned, offset } = this.parts[this.partOf[place]];
    const pc = aligned.fromBase[place - offset];
    const instr = aligned.func.code[pc] ?? null;
    return { func: aligned.func, pc, instr, ref: instr && aligned.func.refs[instr.ref] };
  }

  /** What another version stopped with, as this one would have. */
  own(stop: Stop, by: Version, place: number): Stop {
    if (by === this) return stop;
    const { func, pc, ref } = this.at(place);
    if (stop.kind === 'end') return { ...stop, ref };
    const where = { ref: ref!, func: func.name };
    if (stop.kind === 'stuck') return { ...stop, ...where };
    if (stop.kind === 'breach') return { ...stop, ...where, key: `${func.name}:${pc}` };
    const world = new World(stop.world);
    for (const [k, f] of world.frames.entries()) {
      const { func: own, pc: at } = this.at(by.places(f.func)[f.pc]);
      // nobody's: whoever writes to it copies it
      world.frames[k] = { ...f, func: own, pc: at, owner: 0 };
    }
    return { ...stop, world, ...where };
  }
}

/** An instruction of a version. */
export interface Where {
  func: Func;
  pc: number;
  instr: Instr | null;
  ref: SourceRef | null;
}

/** Names of functions and globals that an instruction mentions. */
function namesIn(i: Instr): string[] {
  const names = symbolsOf(i);
  return i.op === 'call' && 'name' in i.callee ? [i.callee.name, ...names] : names;
}
