import { invariant } from '../../base/errors.js';
import type { Func, Instr, Operand, Program, SourceRef } from '../program.js';
import { labelsOf, liveness } from './liveness.js';
import { type Alternative, type Env, isVisible, type Primitive } from './primitive.js';
import {
  binary,
  isInt,
  isPtr,
  isSym,
  keyOf,
  pointer,
  symbol,
  unary,
  type Value,
  wrap,
} from './value.js';
import { type Frame, join, World } from './world.js';

/** Where a run of a Program stopped: at a visible point, at its end, or for want of a model. */
export type Stop =
  | {
      kind: 'visible';
      /** Private state at the call of the primitive, never written again. */
      world: World;
      call: { name: string; args: Value[] };
      /** Alternatives taken so far within the primitive. */
      journal: readonly number[];
      alternatives: Alternative[];
      ref: SourceRef;
      func: string;
    }
  | { kind: 'end'; world: World; value: Value; ref: SourceRef | null }
  | { kind: 'breach'; property: string; text: string; ref: SourceRef; func: string; key: string }
  | { kind: 'stuck'; reason: string; ref: SourceRef; func: string };

class Halt extends Error {
  constructor(
    readonly how: 'stuck' | 'breach',
    readonly what: string,
    readonly text: string,
  ) {
    super(text);
  }
}

type CallLike = Instr & { op: 'call' | 'load' | 'store' };

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor;

interface Compiled {
  labels: Map<number, number>;
  live: number[][];
}

/** A call of a modelled function, told to whoever watches; it may be told more than once. */
export interface CallSite {
  name: string;
  args: readonly Value[];
  /** undefined while the primitive is still at work. */
  result: Value | undefined;
  world: World;
  ref: SourceRef;
  func: string;
  /** Source names of the arguments that are plain variables. */
  variables: readonly (string | null)[];
}

/** Instructions per run between two visible points; more means a loop that shares nothing. */
const FUEL = 2_000_000;

/**
 * Executes a Program in private memory. Every access to shared state, every failure and every signal is a visible
 * point at which the run stops; `resume` goes on with one of its alternatives. Pure: a Stop can be resumed any number
 * of times.
 */
export class Machine {
  private readonly compiled = new Map<Func, Compiled>();

  constructor(
    private readonly program: Program,
    private readonly primitives: Readonly<Record<string, Primitive>>,
    private readonly constant: (name: string) => Value,
    private readonly env: Omit<Env, 'world' | 'stuck' | 'breach'>,
    /** Called for a function that has neither a model nor a body. */
    private readonly unknown: Primitive,
    private readonly watch: (site: CallSite) => void = () => {},
  ) {}

  /** Runs `entry` with `args` from the private memory `world`, which is not changed. */
  start(entry: string, args: Value[], world: World): Stop {
    const func = this.program.functions[entry];
    invariant(func, `no function ${entry} in the program`);
    const w = new World(world);
    w.frames.push(newFrame(func, args, null));
    return this.run(w);
  }

  /** Goes on from a visible point with alternative `choice`. */
  resume(stop: Stop, choice: number): Stop {
    invariant(stop.kind === 'visible', 'only a visible point can be resumed');
    return this.run(new World(stop.world), [...stop.journal, choice]);
  }

  /** Canonical text of a stop: equal keys mean equal futures. */
  key(stop: Stop): string {
    switch (stop.kind) {
      case 'visible':
        return `${stop.world.key((f) => this.code(f.func).live[f.pc])}#${stop.journal.join(',')}`;
      case 'end':
        return `end ${keyOf(stop.value)}`;
      case 'breach':
        return `breach ${stop.key} ${stop.text}`;
      case 'stuck':
        return `stuck ${stop.reason}`;
    }
  }

  private code(f: Func): Compiled {
    let c = this.compiled.get(f);
    if (!c) {
      c = { labels: labelsOf(f.code), live: liveness(f) };
      this.compiled.set(f, c);
    }
    return c;
  }

  private run(world: World, journal: readonly number[] | null = null): Stop {
    let pending = journal;
    let fuel = FUEL;
    try {
      while (world.frames.length) {
        const frame = world.frames[world.frames.length - 1];
        const instr = frame.func.code[frame.pc];
        if (!instr || instr.op === 'return') {
          const value = instr?.op === 'return' && instr.value ? this.value(frame, instr.value) : 0;
          world.frames.pop();
          const caller = world.frames[world.frames.length - 1];
          if (!caller)
            return { kind: 'end', world, value, ref: instr ? frame.func.refs[instr.ref] : null };
          if (frame.dst !== null) caller.regs[frame.dst] = value;
          caller.pc++;
        } else if (instr.op === 'call' || this.sharedAccess(world, frame, instr)) {
          const stop = this.call(world, frame, instr as CallLike, pending);
          pending = null;
          if (stop) return stop;
        } else this.step(world, frame, instr);
        if (--fuel < 0)
          throw new Halt(
            'stuck',
            'loop',
            `${frame.func.name}() loops without touching shared state`,
          );
      }
    } catch (e) {
      if (!(e instanceof Halt)) throw e;
      return this.halted(world, e);
    }
    invariant(false, 'a run ended without a result');
  }

  private halted(world: World, e: Halt): Stop {
    const frame = world.frames[world.frames.length - 1];
    const ref = frame.func.refs[frame.func.code[frame.pc].ref];
    const at = { ref, func: frame.func.name };
    return e.how === 'stuck'
      ? { kind: 'stuck', reason: e.text, ...at }
      : {
          kind: 'breach',
          property: e.what,
          text: e.text,
          key: `${frame.func.name}:${frame.pc}`,
          ...at,
        };
  }

  private model(name: string): Primitive | undefined {
    return Object.hasOwn(this.primitives, name) ? this.primitives[name] : undefined;
  }

  /** A load or store of a field that other threads use too: it runs through the primitive `load kind.field`. */
  private sharedAccess(world: World, frame: Frame, i: Instr): boolean {
    if (i.op !== 'load' && i.op !== 'store') return false;
    const base = this.value(frame, i.base);
    if (!isPtr(base)) return false;
    const obj = world.obj(base);
    return this.model(`${i.op} ${obj.kind}.${join(base.path, i.path)}`) !== undefined;
  }

  /** Name, arguments and result of a call, or of an access to a shared field. */
  private target(
    world: World,
    frame: Frame,
    i: CallLike,
  ): { name: string; args: Value[]; dst: number | null } {
    if (i.op === 'call')
      return {
        name: this.calleeName(frame, i),
        args: i.args.map((a) => this.value(frame, a)),
        dst: i.dst,
      };
    const base = this.ptr(this.value(frame, i.base), i.path);
    const name = `${i.op} ${world.obj(base).kind}.${join(base.path, i.path)}`;
    return i.op === 'load'
      ? { name, args: [base], dst: i.dst }
      : { name, args: [base, this.value(frame, i.src)], dst: null };
  }

  private call(
    world: World,
    frame: Frame,
    instr: CallLike,
    journal: readonly number[] | null,
  ): Stop | null {
    const { name, args, dst } = this.target(world, frame, instr);
    const model = this.model(name);
    if (!model && Object.hasOwn(this.program.functions, name)) {
      if (world.frames.length > 64) throw new Halt('stuck', 'recursion', `${name}() recurses`);
      world.frames.push(newFrame(this.program.functions[name], args, dst));
      return null;
    }
    const run: Primitive = model ? model : this.unknown;
    const tell = (result: Value | undefined) =>
      this.watch({
        name,
        args,
        result,
        world,
        ref: frame.func.refs[instr.ref],
        func: frame.func.name,
        variables: variablesOf(frame.func, instr),
      });
    if (journal === null) tell(undefined);
    // a generator is run again for each continuation, from the private memory as it is now
    const before = run instanceof GeneratorFunction ? new World(world) : world;
    const result = run(this.envFor(world), model ? args : [symbol(name), ...args], instr.type);
    let value: Value;
    if (isVisible(result)) {
      invariant(before !== world, `${name}: a primitive that yields must be a generator function`);
      let at = result.next();
      for (const choice of journal ?? []) {
        invariant(!at.done, `${name}: more choices than visible points`);
        at = result.next(choice);
      }
      if (!at.done)
        return {
          kind: 'visible',
          world: before,
          call: { name, args },
          journal: journal ?? [],
          alternatives: at.value,
          ref: frame.func.refs[instr.ref],
          func: frame.func.name,
        };
      value = at.value;
    } else value = result;
    tell(value);
    if (dst !== null) frame.regs[dst] = isInt(value) ? wrap(value, instr.type) : value;
    frame.pc++;
    return null;
  }

  private envFor(world: World): Env {
    return {
      ...this.env,
      world,
      stuck: (reason) => {
        throw new Halt('stuck', 'stuck', reason);
      },
      breach: (property, text) => {
        throw new Halt('breach', property, text);
      },
    };
  }

  private calleeName(frame: Frame, instr: Instr & { op: 'call' }): string {
    if ('name' in instr.callee) return instr.callee.name;
    const f = this.value(frame, instr.callee.value);
    if (isSym(f)) return f.sym;
    throw new Halt('breach', 'invalid-access', 'calls through a pointer that denotes no function');
  }

  private value(frame: Frame, o: Operand): Value {
    if ('reg' in o) return frame.regs[o.reg];
    if ('imm' in o) return o.imm;
    return this.constant(o.sym);
  }

  private int(x: Value, what: string): number | bigint {
    if (isInt(x)) return x;
    if (x === undefined)
      throw new Halt('breach', 'invalid-access', `uses a value that was never set (${what})`);
    if (isSym(x)) throw new Halt('stuck', 'constant', `the value of ${x.sym} is not known`);
    throw new Halt('stuck', 'pointer', `arithmetic on a pointer (${what})`);
  }

  /** A pointer to an object or to a known function: never NULL. */
  private denotes(x: Value): boolean {
    return (
      isPtr(x) ||
      (isSym(x) &&
        (this.model(x.sym) !== undefined || Object.hasOwn(this.program.functions, x.sym)))
    );
  }

  private ptr(x: Value, what: string) {
    if (isPtr(x)) return x;
    if (isSym(x)) throw new Halt('stuck', 'constant', `${x.sym} is not modelled (${what})`);
    throw new Halt(
      'breach',
      'invalid-access',
      x === 0
        ? `NULL pointer (${what})`
        : x === undefined
          ? `pointer never set (${what})`
          : `bad pointer (${what})`,
    );
  }

  private step(world: World, frame: Frame, i: Exclude<Instr, { op: 'call' | 'return' }>): void {
    const regs = frame.regs;
    const val = (o: Operand) => this.value(frame, o);
    switch (i.op) {
      case 'label':
        break;
      case 'move':
        regs[i.dst] = val(i.src);
        break;
      case 'cast': {
        const x = val(i.src);
        regs[i.dst] = isInt(x) ? wrap(x, i.type) : x;
        break;
      }
      case 'bin':
        regs[i.dst] = this.binary(i, val(i.a), val(i.b));
        break;
      case 'un': {
        const x = val(i.a);
        regs[i.dst] = i.fn === '!' && this.denotes(x) ? 0 : unary(i.fn, this.int(x, i.fn), i.type);
        break;
      }
      case 'local':
        regs[i.dst] = world.create('local', i.name);
        break;
      case 'field': {
        const b = this.ptr(val(i.base), i.path);
        regs[i.dst] = pointer(b.obj, join(b.path, i.path));
        break;
      }
      case 'index': {
        const b = this.ptr(val(i.base), 'array');
        const n = Number(this.int(val(i.index), 'index'));
        const m = /^(.*)\[(\d+)\]$/.exec(b.path);
        regs[i.dst] = m
          ? pointer(b.obj, `${m[1]}[${Number(m[2]) + n}]`)
          : pointer(b.obj, `${b.path}[${n}]`);
        break;
      }
      case 'container': {
        const b = this.ptr(val(i.base), i.path);
        if (b.path !== i.path && !b.path.endsWith(`.${i.path}`))
          throw new Halt('stuck', 'container', `container_of(${i.path}) of another member`);
        regs[i.dst] = pointer(b.obj, b.path.slice(0, -i.path.length).replace(/\.$/, ''));
        break;
      }
      case 'load':
        regs[i.dst] = this.load(world, val(i.base), i.path);
        break;
      case 'store': {
        const x = val(i.src);
        this.store(world, val(i.base), i.path, isInt(x) ? wrap(x, i.type) : x);
        break;
      }
      case 'copy':
        world.copy(this.ptr(val(i.dstBase), 'copy'), this.ptr(val(i.srcBase), 'copy'));
        break;
      case 'jump':
        frame.pc = this.code(frame.func).labels.get(i.to)!;
        return;
      case 'branch': {
        const x = val(i.cond);
        const taken = this.denotes(x) || this.int(x, 'condition') !== 0;
        frame.pc = this.code(frame.func).labels.get(taken ? i.then : i.else)!;
        return;
      }
      case 'unmodelled':
        throw new Halt('stuck', 'construct', i.what);
    }
    frame.pc++;
  }

  private binary(i: Instr & { op: 'bin' }, a: Value, b: Value): Value {
    if (isInt(a) && isInt(b)) {
      const r = binary(i.fn, a, b, i.type);
      if (r === null) throw new Halt('breach', 'invalid-access', `undefined arithmetic (${i.fn})`);
      return r;
    }
    if ((i.fn === '==' || i.fn === '!=') && a !== undefined && b !== undefined) {
      if (this.denotes(a) || this.denotes(b)) return (a === b) === (i.fn === '==') ? 1 : 0;
    }
    this.int(a, i.fn);
    this.int(b, i.fn);
    return 0;
  }

  private load(world: World, base: Value, path: string): Value {
    const p = this.ptr(base, path);
    const hook = world.obj(p).kind;
    this.alive(world, p.obj, path);
    const x = world.get(p, path);
    if (x !== undefined || hook === 'local') return x;
    // a field that no model sets: zero, as the object was allocated; the report says so
    this.env.assume(`${hook}.${join(p.path, path)} is taken as 0`);
    return 0;
  }

  private store(world: World, base: Value, path: string, x: Value): void {
    const p = this.ptr(base, path);
    this.alive(world, p.obj, path);
    world.put(p, path, x);
  }

  private alive(world: World, id: number, path: string): void {
    const o = world.objs[id];
    if (o.fields.get('__freed'))
      throw new Halt('breach', 'invalid-access', `${o.name} is used after it was freed (${path})`);
  }
}

function newFrame(func: Func, args: Value[], dst: number | null): Frame {
  const regs: Value[] = new Array(func.regs).fill(undefined);
  func.params.forEach((p, k) => {
    regs[p.reg] = args[k];
  });
  return { func, pc: 0, regs, dst };
}

function variablesOf(func: Func, instr: CallLike): (string | null)[] {
  if (instr.op !== 'call') return [];
  return instr.args.map((a) =>
    'reg' in a ? (func.vars.find((x) => x.reg === a.reg)?.name ?? null) : null,
  );
}
