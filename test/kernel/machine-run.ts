import { startExit } from '../../src/sim/actors/exit.js';
import { type Effect, evaluate, type Op, satisfied } from '../../src/sim/explore/op.js';
import { constant } from '../../src/sim/kernel/constants.js';
import type { Features } from '../../src/sim/kernel/features.js';
import { EXIT_CONSTANTS, exitPrimitives } from '../../src/sim/kernel/primitives/exit.js';
import { PRIMITIVES } from '../../src/sim/kernel/primitives/index.js';
import { CHILD, PARENT } from '../../src/sim/kernel/primitives/support.js';
import { initialWorld } from '../../src/sim/kernel/setup.js';
import { Shared } from '../../src/sim/kernel/shared.js';
import type { CallSite } from '../../src/sim/machine/hooks.js';
import { Machine } from '../../src/sim/machine/machine.js';
import type { Alternative, Primitive } from '../../src/sim/machine/primitive.js';
import type { Stop } from '../../src/sim/machine/stop.js';
import { symbol, type Value } from '../../src/sim/machine/value.js';
import type { World } from '../../src/sim/machine/world.js';
import type { Program } from '../../src/sim/program.js';
import type { Scenario } from '../../src/sim/scenario.js';

export interface RunOptions {
  program: Program;
  features: Features;
  scenario: Scenario;
  /** Ordinals of the calls that fail where they can. */
  failing: readonly number[];
  /** Ordinal of the call from which on a fatal signal is pending; -1 for none. */
  signalAt: number;
  overrides?: Readonly<Record<string, Primitive>>;
  /** Told of every finished call, in order. */
  called: (site: CallSite) => void;
}

export type Ended = Stop & { kind: 'end' };

const value = (name: string): Value =>
  Object.hasOwn(EXIT_CONSTANTS, name) ? EXIT_CONSTANTS[name] : constant(name);

/**
 * One sequential run in the simulator's own machine, with its own models: nobody else runs, and each choice is made by
 * the ordinal of the call that asks. Throws when the run does not end, breaches a property, or lacks a model.
 */
export class SequentialRun {
  readonly shared: Shared;
  private readonly machine: Machine;
  private readonly state: Uint8Array;
  private finished = 0;
  /** Ordinals of the calls that were asked whether they fail. */
  readonly asked: number[] = [];
  /** Ordinals of the calls that were asked whether a signal is pending. */
  readonly signals: number[] = [];
  /** The call, in the function that was started, below which something was first refused. */
  refused: { callee: string; line: number | null } | null = null;

  constructor(private readonly o: RunOptions) {
    this.shared = new Shared(o.scenario, o.features);
    this.state = Uint8Array.from(this.shared.init);
    const has = (name: string) => Object.hasOwn(o.program.functions, name);
    // what the program holds as text is run from there
    const models = Object.entries(exitPrimitives(has)).filter(([name]) => !has(name));
    const teardown = Object.fromEntries(models);
    this.machine = new Machine(
      o.program,
      { ...PRIMITIVES, ...teardown, ...o.overrides },
      value,
      { shared: this.shared, scenario: o.scenario, features: o.features, assume: () => {} },
      (env, [callee]) => env.stuck(`no model of ${JSON.stringify(callee)}`),
      { notes: () => true, note: (site) => this.watch(site) },
    );
  }

  /** The world before fork; drivers close what they opened. */
  start(): World {
    const w = initialWorld(this.shared);
    this.o.scenario.vmas.forEach((spec, k) => {
      const ops = w.objs
        .find((x) => x.kind === 'vma' && x.name === `V${k + 1}`)!
        .fields.get('vm_ops');
      if (spec.ops && typeof ops === 'object' && 'obj' in ops)
        w.put(ops, 'close', symbol('driver_close'));
    });
    return w;
  }

  /** Runs dup_mmap() on child and parent. */
  dupMmap(): Ended {
    return this.finish(this.machine.start('dup_mmap', [CHILD, PARENT], this.start()));
  }

  /** Runs exit_mmap() on the child, from where dup_mmap() ended. Throws when the program has none. */
  exitMmap(forked: Ended): Ended {
    const stop = startExit(this.machine, this.o.program, forked.world);
    if (!stop) throw new Error('the program holds no exit_mmap()');
    return this.finish(stop);
  }

  private finish(first: Stop): Ended {
    let stop = first;
    while (stop.kind === 'visible') {
      const taken = this.choose(stop.alternatives);
      if (this.saysNo(stop.alternatives[taken])) this.refused ??= outermost(stop);
      this.apply(stop.alternatives[taken].op);
      stop = this.machine.resume(stop, taken);
    }
    if (stop.kind === 'end') return stop;
    const text = stop.kind === 'stuck' ? stop.reason : stop.text;
    throw new Error(`${stop.kind} in ${stop.func}(), line ${stop.ref.line}: ${text}`);
  }

  private choose(list: readonly Alternative[]): number {
    const enabled = list.flatMap((a, k) =>
      a.op.guard.every((c) => satisfied(c, this.state)) ? [k] : [],
    );
    if (enabled.length === 0) throw new Error(`blocked before ${list[0].text}`);
    const bad = enabled.find((k) => this.saysNo(list[k]));
    if (bad === undefined || enabled.length === 1) return enabled[0];
    const { failing, signalAt } = this.o;
    const fails = / fails$/.test(String(list[bad].text));
    (fails ? this.asked : this.signals).push(this.finished);
    const now = fails
      ? failing.includes(this.finished)
      : signalAt >= 0 && this.finished >= signalAt;
    return now ? bad : enabled.find((k) => k !== bad)!;
  }

  private saysNo(a: Alternative): boolean {
    return /( fails|signal is pending)$/.test(String(a.text));
  }

  private apply(op: Op): void {
    const effects = (list: readonly Effect[]): void => {
      for (const e of list) {
        if (e.do === 'fail') throw new Error(`property ${e.property} is breached`);
        if (e.do === 'if')
          effects(e.when.every((c) => satisfied(c, this.state)) ? e.then : (e.else ?? []));
        else {
          const at = 'v' in e.at ? e.at.v : e.at.base + evaluate(e.at.index, this.state);
          this.state[at] = e.do === 'set' ? evaluate(e.to, this.state) : this.state[at] + e.by;
        }
      }
    };
    effects(op.effect);
  }

  private watch(site: CallSite): void {
    // accesses to shared fields are steps too, but no calls
    if (site.result === undefined || site.name.includes(' ')) return;
    this.finished++;
    this.o.called(site);
  }
}

function outermost(stop: Stop & { kind: 'visible' }): { callee: string; line: number | null } {
  const { func, pc } = stop.world.frames[0];
  const i = func.code[pc];
  const callee = i.op === 'call' && 'name' in i.callee ? i.callee.name : '?';
  return { callee, line: func.refs[i.ref].line };
}
