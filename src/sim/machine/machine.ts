import { invariant } from '../../base/errors.js';
import { MAX_OBJECTS, MAX_ROUNDS_PER_VMA, MAX_RUN_STEPS, MAX_STEPS } from '../../base/limits.js';
import { thousands } from '../../base/terminal.js';
import { TAU } from '../explore/op.js';
import type { Func, Instr, Program } from '../program.js';
import { Executor, Halt } from './execute.js';
import type { CallPlace, CallSite, Interrupt, MachineHooks, Watcher } from './hooks.js';
import type { Known, Memo, Version } from './known-steps.js';
import { flowOf } from './liveness.js';
import { type Models, modelsOf, yieldsOf } from './models.js';

import { type Alternative, type Env, isVisible, type Primitive } from './primitive.js';
import { Recording } from './recording.js';
import { type CallLike, type Stop, stopped } from './stop.js';
import { isInt, isPtr, isSym, keyOf, symbol, type Value, wrap } from './value.js';
import { type Frame, join, World } from './world.js';

/** What a thread does where others could get in and do not. */
const GO_ON: Alternative = { op: TAU, text: 'nobody comes between', hidden: true };

/** What runs of versions of a program have shown, and what this version is among them. */
export interface Knowledge<N> {
  version: Version;
  memo: Memo<N>;
}

/**
 * Executes a Program in private memory. Every access to shared state, every failure and every signal is a visible
 * point at which the run stops; `resume` goes on with one of its alternatives. Pure: a Stop can be resumed any number
 * of times.
 */
export class Machine<N = void> {
  private readonly executor: Executor;
  /** Instructions carried out so far, in all runs. */
  private spent = 0;
  /** Calls whose place was told; and their places, where steps are known. */
  private readonly seen = new Set<Instr>();
  private readonly seenAt = new Set<number>();
  private readonly models: Models;
  /** The run at hand, where it is taken down. */
  private recording: Recording<N> | null = null;

  constructor(
    /** With `knowledge`, the program of its version. */
    private readonly program: Program,
    primitives: Readonly<Record<string, Primitive>>,
    constant: (name: string) => Value,
    private readonly env: Omit<Env, 'world' | 'stuck' | 'breach'>,
    /** Called for a function that has neither a model nor a body. */
    private readonly unknown: Primitive,
    private readonly watcher: Watcher<N> | null = null,
    private readonly hooks: MachineHooks = {},
    private readonly knowledge: Knowledge<N> | null = null,
  ) {
    this.models = modelsOf(primitives);
    this.executor = new Executor(
      program,
      constant,
      (name) => this.models.named(name) !== undefined,
      this.heard,
      hooks.noObject,
    );
  }

  /** Runs `entry` with `args` from the private memory `world`, which is not changed. */
  start(entry: string, args: Value[], world: World): Stop {
    const func = this.program.functions[entry];
    invariant(func, `no function ${entry} in the program`);
    const entered = (): World => {
      const w = new World(world);
      w.enter(func, registersOf(func, args), null);
      return w;
    };
    const key = this.knowledge && `${entry} ${args.map(keyOf).join()} ${world.memoryKey()}`;
    return this.go(key, entered, null);
  }

  /** Goes on from a visible point with alternative `choice`. `anew`: also where it is known what that does. */
  resume(stop: Stop, choice: number, anew = false): Stop {
    invariant(stop.kind === 'visible', 'only a visible point can be resumed');
    const key = !anew && this.isShared(stop.world) ? `${this.key(stop)}>${choice}` : null;
    return this.go(key, () => new World(stop.world), [...stop.journal, choice]);
  }

  /** Canonical text of a stop: equal keys mean equal futures. */
  key(stop: Stop): string {
    switch (stop.kind) {
      case 'visible':
        stop.key ??= this.visibleKey(stop);
        return stop.key;
      case 'end':
        // what a run leaves behind is looked at after its end, so it is part of what it is
        return `end ${keyOf(stop.value)} ${stop.world.memoryKey()}`;
      case 'breach':
        return `breach ${stop.key} ${stop.text}`;
      case 'stuck':
        return `stuck ${stop.reason}`;
    }
  }

  /** Where all frames are at places of the base, the text is the same for all versions that come there. */
  private visibleKey({ world, journal }: Stop & { kind: 'visible' }): string {
    const { version } = this.knowledge ?? {};
    const own = (f: Frame) => `${f.func.name}:${f.pc}`;
    const place = version && this.isShared(world) ? (f: Frame) => `${version.place(f)}` : own;
    const stack = world.stackKey((f) => flowOf(f.func).live[f.pc], place);
    return `${world.memoryKey()}${stack}#${journal.join(',')}`;
  }

  private isShared(world: World): boolean {
    const { version } = this.knowledge ?? {};
    return version !== undefined && world.frames.every((f) => version.place(f) >= 0);
  }

  /** Runs on, or tells what is known of that. */
  private go(key: string | null, from: () => World, journal: readonly number[] | null): Stop {
    if (!this.knowledge || key === null) return this.run(from(), journal);
    const { version, memo } = this.knowledge;
    const known = memo.steps.get(key);
    if (known && version.covers(known.places)) return this.told(known, version);
    this.recording = known ? null : new Recording(version);
    try {
      const stop = this.run(from(), journal);
      const made = this.recording?.known(stop);
      if (made) memo.steps.set(key, made);
      return stop;
    } finally {
      this.recording = null;
    }
  }

  private told(known: Known<N>, version: Version): Stop {
    for (const call of known.calls) {
      const named = 'name' in call;
      if (named && this.seenAt.has(call.place)) continue;
      const { func, instr } = version.at(call.place);
      if (named) {
        this.called(call.name, func, instr as CallLike);
        if (isDirect(instr)) this.seenAt.add(call.place);
      } else this.watcher?.take?.(call.note, placeOf(func, instr as CallLike));
    }
    for (const text of known.assumed) this.env.assume(text);
    return version.own(known.stop, known.by, known.end);
  }

  private readonly heard = (text: string): void => {
    this.recording?.assume(text);
    this.env.assume(text);
  };

  private run(world: World, journal: readonly number[] | null = null): Stop {
    let pending = journal;
    let fuel = MAX_RUN_STEPS;
    const env = this.envFor(world);
    try {
      while (world.frames.length) {
        const frame = world.top();
        const instr = frame.func.code[frame.pc];
        this.recording?.step(frame);
        if (!instr || instr.op === 'return') {
          const value =
            instr?.op === 'return' && instr.value ? this.executor.value(frame, instr.value) : 0;
          world.frames.pop();
          this.hooks.returned?.(world, frame.func.name, value);
          if (world.frames.length === 0)
            return { kind: 'end', world, value, ref: instr ? frame.func.refs[instr.ref] : null };
          const caller = world.top();
          if (frame.dst !== null) caller.regs[frame.dst] = value;
          caller.pc++;
        } else {
          const shared =
            instr.op === 'load' || instr.op === 'store'
              ? this.sharedAccess(world, frame, instr)
              : null;
          if (instr.op === 'call' || shared !== null) {
            const stop = this.call(env, frame, instr as CallLike, shared, pending);
            pending = null;
            if (stop) return stop;
          } else {
            const at = frame.pc;
            this.executor.step(world, frame, instr);
            if (frame.pc <= at) this.goesRound(world, frame);
          }
        }
        if (--fuel < 0 || ++this.spent > MAX_STEPS)
          throw new Halt('stuck', 'loop', tooLong(frame.func.name, fuel < 0));
        if (world.objs.length > MAX_OBJECTS)
          throw new Halt('stuck', 'size', `more than ${thousands(MAX_OBJECTS)} objects are made`);
      }
    } catch (e) {
      if (!(e instanceof Halt)) throw e;
      // how many steps are left is no matter of the program
      if (e.what === 'loop') this.recording = null;
      return this.halted(world, e);
    }
    invariant(false, 'a run ended without a result');
  }

  /** A loop in which models are at work makes new states for ever, where nothing in it ends it. */
  private goesRound(world: World, frame: Frame): void {
    if (frame.seen === world.points) return;
    frame.seen = world.points;
    frame.rounds++;
    const most = MAX_ROUNDS_PER_VMA * (this.env.scenario.vmas.length + 1);
    if (frame.rounds > most)
      throw new Halt('stuck', 'loop', `${frame.func.name}() goes round more than ${most} times`);
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

  /** A load or store of a field that other threads use too runs through a primitive; null for any other. */
  private sharedAccess(
    world: World,
    frame: Frame,
    i: Instr & { op: 'load' | 'store' },
  ): string | null {
    const base = this.executor.value(frame, i.base);
    if (!isPtr(base)) return null;
    const fields = this.models.fieldsOf(i.op, world.obj(base).kind);
    return fields?.get(join(base.path, i.path)) ?? null;
  }

  private body(name: string): Func | undefined {
    return Object.hasOwn(this.program.functions, name) ? this.program.functions[name] : undefined;
  }

  /** Carries out a call, or an access to a shared field that is the call of a primitive `access`. */
  private call(
    env: Env,
    frame: Frame,
    instr: CallLike,
    access: string | null,
    journal: readonly number[] | null,
  ): Stop | null {
    const { world } = env;
    const name = access ?? this.calleeName(frame, instr as CallLike & { op: 'call' });
    const args = this.argsOf(frame, instr);
    const model = this.models.named(name);
    const body = model ? undefined : this.body(name);
    if (!body) world.points++;
    const run: Primitive = model ? model.run : this.unknown;
    const others = this.hooks.interrupt?.(world, name) ?? NOBODY;
    // a generator is run again for each continuation, from the private memory as it is now
    const snapshot = others.length > 0 || (!body && (model ? model.yields : yieldsOf(run)));
    const before = snapshot ? new World(world) : world;
    let choices = journal ?? NO_CHOICES;
    if (others.length > 0) {
      if (choices.length === 0)
        return stopped(before, name, args, choices, [GO_ON, ...others], frame, instr);
      if (choices[0] > 0) others[choices[0] - 1].apply?.(world);
      choices = choices.slice(1);
    }
    if (body) {
      this.tell(world, name, args, undefined, frame, instr, true);
      if (world.frames.length > 64) throw new Halt('stuck', 'recursion', `${name}() recurses`);
      world.enter(body, registersOf(body, args), instr.op === 'store' ? null : instr.dst);
      return null;
    }
    const first = journal === null;
    if (first) this.tell(world, name, args, undefined, frame, instr, true);
    const result = run(env, model ? args : [symbol(name), ...args], instr.type);
    let value: Value;
    if (isVisible(result)) {
      invariant(before !== world, `${name}: a primitive that yields must be a generator function`);
      let at = result.next();
      for (let k = 0; k < choices.length; k++) {
        invariant(!at.done, `${name}: more choices than visible points`);
        at = result.next(choices[k]);
      }
      if (!at.done)
        return stopped(before, name, args, journal ?? NO_CHOICES, at.value, frame, instr);
      value = at.value;
    } else value = result;
    this.tell(world, name, args, value, frame, instr, !first);
    // the frame may be shared with the memory before the call by now
    const own = world.top();
    if (instr.op !== 'store' && instr.dst !== null)
      own.regs[instr.dst] = isInt(value) ? wrap(value, instr.type) : value;
    own.pc++;
    return null;
  }

  /** Arguments of a call, or of an access to a shared field. */
  private argsOf(frame: Frame, i: CallLike): Value[] {
    if (i.op === 'call') {
      const args: Value[] = [];
      for (let k = 0; k < i.args.length; k++) args.push(this.executor.value(frame, i.args[k]));
      return args;
    }
    const base = this.executor.ptr(this.executor.value(frame, i.base), i.path);
    return i.op === 'load' ? [base] : [base, this.executor.value(frame, i.src)];
  }

  /** Tells a call to whoever watches; `place`: also to those who want to know its place only. */
  private tell(
    world: World,
    name: string,
    args: Value[],
    result: Value | undefined,
    frame: Frame,
    instr: CallLike,
    place: boolean,
  ): void {
    if (this.watcher?.notes(name)) this.note(this.watcher, { name, args, world }, result, frame);
    else if (place) this.called(name, frame.func, instr);
  }

  private note(
    watcher: Watcher<N>,
    call: Pick<CallSite, 'name' | 'args' | 'world'>,
    result: Value | undefined,
    { func, pc }: Frame,
  ): void {
    const at = placeOf(func, func.code[pc] as CallLike);
    const note = watcher.note({ ...call, result, ref: at.ref, func: at.func });
    watcher.take?.(note, at);
    this.recording?.note(note);
  }

  private called(name: string, func: Func, instr: CallLike): void {
    this.recording?.called(name);
    // by name it is always the same
    const direct = isDirect(instr);
    if (direct && this.seen.has(instr)) return;
    if (direct) this.seen.add(instr);
    this.watcher?.called?.(name, placeOf(func, instr));
  }

  private envFor(world: World): Env {
    const { shared, scenario, features } = this.env;
    return { world, shared, scenario, features, stuck, breach, assume: this.heard };
  }

  private calleeName(frame: Frame, instr: Instr & { op: 'call' }): string {
    if ('name' in instr.callee) return instr.callee.name;
    const f = this.executor.value(frame, instr.callee.value);
    if (isSym(f)) return f.sym;
    throw new Halt('breach', 'invalid-access', 'calls through a pointer that denotes no function');
  }
}

const stuck = (reason: string): never => {
  throw new Halt('stuck', 'stuck', reason);
};

const breach = (property: string, text: string): never => {
  throw new Halt('breach', property, text);
};

const tooLong = (func: string, atOnce: boolean): string =>
  atOnce
    ? `${func}() loops without touching shared state`
    : `all runs together take more than ${thousands(MAX_STEPS)} steps`;

function registersOf(func: Func, args: Value[]): Value[] {
  const regs: Value[] = new Array(func.regs).fill(undefined);
  func.params.forEach((p, k) => {
    regs[p.reg] = args[k];
  });
  return regs;
}

const NO_CHOICES: readonly number[] = [];
const NOBODY: Interrupt[] = [];

const isDirect = (i: Instr | null): boolean => i?.op === 'call' && 'name' in i.callee;

function placeOf(func: Func, instr: CallLike): CallPlace {
  const variable = (k: number): string | null => {
    const a = instr.op === 'call' ? instr.args[k] : undefined;
    return a && 'reg' in a ? (func.vars.find((x) => x.reg === a.reg)?.name ?? null) : null;
  };
  return { ref: func.refs[instr.ref], func: func.name, variable };
}
