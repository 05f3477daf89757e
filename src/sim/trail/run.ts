import { startExit } from '../actors/exit.js';
import { markerUsed, modelsFor } from '../actors/fork.js';
import { noteReturn } from '../actors/visitors/walk.js';
import { allSatisfied, carryOut } from '../explore/op.js';
import { constant } from '../kernel/constants.js';
import type { Features } from '../kernel/features.js';
import { EXIT_CONSTANTS } from '../kernel/primitives/exit.js';
import { CHILD, PARENT, TASK } from '../kernel/primitives/support.js';
import { initialWorld } from '../kernel/setup.js';
import { Shared } from '../kernel/shared.js';
import { unknownCallee } from '../kernel/unknown.js';
import { Machine } from '../machine/machine.js';
import type { Primitive } from '../machine/primitive.js';
import type { Stop } from '../machine/stop.js';
import { isPtr, isSym, type Value } from '../machine/value.js';
import { World } from '../machine/world.js';
import type { Program, SourceRef } from '../program.js';
import { succeeds } from '../property/end/index.js';
import type { Scenario } from '../scenario.js';
import { type Called, isSilentField, marksPlace, type Silence, silenceOf } from './silent.js';

/** A call on the way of one run, or a store to a field that nothing reads. */
export interface Passed {
  /** Name of the function; `mm.field` for a store. */
  name: string;
  store: boolean;
  args: string;
  /** Of the arguments those that nobody looks at. */
  unseen: string;
  silence: Silence | null;
  /** Name and arguments. */
  text: string;
  /** It has an effect, or may have one: what is done before it and after it is told by it. */
  counts: boolean;
  ref: SourceRef;
}

/** One run of the forking thread alone, to its end and through the exit of a child that was completed. */
export interface Trail {
  /** What failed in it: the same text for the same choices in another version. */
  key: string;
  passed: readonly Passed[];
  /** False: it ended at a breach, or where something is not modelled. */
  whole: boolean;
}

export interface TrailInput {
  program: Program;
  entry: string;
  scenario: Scenario;
  features: Features;
  /** Only the run in which nothing fails. */
  plain?: boolean;
}

/** Bounds of this look: runs of one version, and steps of a run. */
const MAX_TRAILS = 200;
const MAX_STOPS = 5_000;

/** What each run passes: the one in which nothing fails, and for each failure the runs that it is first and last in. */
export function trailsOf(input: TrailInput): Map<string, Trail> {
  return new TrailMaker(input).all();
}

interface Choice {
  /** At which stop of the plain run, and which way is taken there. */
  at: number;
  way: number;
  key: string;
}

type Visible = Stop & { kind: 'visible' };

/** Where the plain run was at one of its stops: others go on from there. */
interface Mark {
  stop: Visible;
  bytes: Uint8Array;
  passed: number;
  exiting: boolean;
}

class TrailMaker {
  private readonly shared: Shared;
  private readonly machine: Machine;
  private readonly marks: Mark[] = [];
  private log: Passed[] = [];
  private exiting = false;

  constructor(private readonly input: TrailInput) {
    const { program, scenario, features } = input;
    this.shared = new Shared(scenario, features);
    const models = { ...storesOf(program), ...modelsFor({ program }) };
    const has = (name: string) => Object.hasOwn(models, name);
    this.machine = new Machine(
      program,
      models,
      (name) => EXIT_CONSTANTS[name] ?? constant(name),
      { shared: this.shared, scenario, features, assume: () => {} },
      unknownCallee,
      {
        notes: (name) => !Object.hasOwn(program.functions, name),
        note: ({ name, args, world, result, ref }) => {
          if (result === undefined) return;
          const of = { known: has(name), exiting: this.exiting };
          this.log.push(passedOf(name, args, world, ref, of));
        },
      },
      { returned: noteReturn, noObject: markerUsed },
    );
  }

  all(): Map<string, Trail> {
    const choices: Choice[] = [];
    const plain = this.plain(choices);
    const out = new Map<string, Trail>([['', plain]]);
    if (this.input.plain) return out;
    for (const c of ends(choices).slice(0, MAX_TRAILS)) out.set(c.key, this.other(plain, c));
    return out;
  }

  /** The run in which nothing fails; the ways that it does not take go to `others`. */
  private plain(others: Choice[]): Trail {
    const { machine, shared, input } = this;
    const args = input.entry === 'dup_mm' ? [TASK, PARENT] : [CHILD, PARENT];
    const start = machine.start(input.entry, args, initialWorld(shared));
    const offered = new Map<string, number>();
    const whole = this.follow(start, Uint8Array.from(shared.init), (stop, bytes, open) => {
      const { exiting } = this;
      const at = this.marks.push({ stop, bytes: bytes.slice(), passed: this.log.length, exiting });
      for (const k of open.slice(1)) {
        const { text } = stop.alternatives[k];
        const said = typeof text === 'string' ? text : text(bytes);
        const nth = (offered.get(said) ?? 0) + 1;
        offered.set(said, nth);
        others.push({ at: at - 1, way: k, key: `${said} (${nth})` });
      }
    });
    return { key: '', passed: this.log, whole };
  }

  /** The run that leaves the plain one at a choice. */
  private other(plain: Trail, { at, way, key }: Choice): Trail {
    const { stop, bytes, passed, exiting } = this.marks[at];
    this.log = plain.passed.slice(0, passed);
    this.exiting = exiting;
    const own = bytes.slice();
    const next = this.take(stop, way, own);
    const whole = this.follow(next, own, () => {});
    return { key, passed: this.log, whole };
  }

  private take(stop: Stop, way: number, bytes: Uint8Array): Stop {
    if (stop.kind === 'visible') carryOut(stop.alternatives[way].op.effect, bytes);
    return this.machine.resume(stop, way);
  }

  /** Goes the first way that is open, to the end; whether it comes there. */
  private follow(
    from: Stop,
    bytes: Uint8Array,
    told: (stop: Visible, bytes: Uint8Array, open: readonly number[]) => void,
  ): boolean {
    let stop = from;
    for (let n = 0; n < MAX_STOPS; n++) {
      if (stop.kind === 'end') {
        const next = this.exit(stop);
        if (!next) return true;
        stop = next;
        continue;
      }
      if (stop.kind !== 'visible') return false;
      const open = stop.alternatives.flatMap((a, k) =>
        allSatisfied(a.op.guard, bytes) ? [k] : [],
      );
      if (open.length === 0) return false;
      told(stop, bytes, open);
      stop = this.take(stop, open[0], bytes);
    }
    return false;
  }

  /** The child that is complete exits; null where it is not, or has done so. */
  private exit({ value, world }: Stop & { kind: 'end' }): Stop | null {
    const { entry, program } = this.input;
    if (this.exiting || entry !== 'dup_mm' || !succeeds(entry, value)) return null;
    this.exiting = true;
    return startExit(this.machine, program, new World(world));
  }
}

/** Of choices with the same text the first and the last. */
function ends(choices: readonly Choice[]): Choice[] {
  const said = (c: Choice) => c.key.replace(/ \(\d+\)$/, '');
  return choices.filter(
    (c, k) =>
      choices.findIndex((x) => said(x) === said(c)) === k ||
      choices.findLastIndex((x) => said(x) === said(c)) === k,
  );
}

/** For each field of an mm that the program stores to, and that nobody reads, a model that only stores. */
function storesOf(program: Program): Record<string, Primitive> {
  const out: Record<string, Primitive> = {};
  for (const f of Object.values(program.functions))
    for (const i of f.code)
      if (i.op === 'store' && i.path !== '' && isSilentField(i.path))
        out[`store mm.${i.path}`] = (env, [at, x]) => {
          if (isPtr(at)) env.world.put(at, '', x);
          return 0;
        };
  return out;
}

function passedOf(
  name: string,
  args: readonly Value[],
  world: World,
  ref: SourceRef,
  of: Called,
): Passed {
  const store = name.startsWith('store ');
  const silence = store ? 'whole' : silenceOf(name, args, of);
  const said = args.map((x) => textOf(x, world));
  const blind = silence !== null && typeof silence === 'object' ? silence.arguments : [];
  const own = store ? name.slice('store '.length) : name;
  return {
    ...{ name: own, store, silence, ref, args: said.join() },
    unseen: blind.map((k) => said[k] ?? '').join(),
    text: `${own}(${said.join()})`,
    counts: marksPlace(name),
  };
}

/** Names that do not depend on what a program calls its variables. */
function textOf(x: Value, world: World): string {
  if (isPtr(x)) {
    const { kind, name } = world.obj(x);
    return `${kind === 'local' ? 'a local' : name}${x.path ? `.${x.path}` : ''}`;
  }
  return isSym(x) ? x.sym : typeof x === 'object' ? 'a value' : String(x);
}
