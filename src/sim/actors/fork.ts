import { plain } from '../explore/breach.js';
import type { Automaton, Inspector, StepInfo } from '../explore/graph.js';
import { fail, type Op, TAU } from '../explore/op.js';
import { constant } from '../kernel/constants.js';
import type { Features } from '../kernel/features.js';
import { EXIT_CONSTANTS, exitPrimitives } from '../kernel/primitives/exit.js';
import { PRIMITIVES } from '../kernel/primitives/index.js';
import { addUsers, hasUsers, neverPut } from '../kernel/primitives/mm.js';
import { CHILD, KERNEL, PARENT, TASK } from '../kernel/primitives/support.js';
import { XA_ZERO_ENTRY } from '../kernel/primitives/tree.js';
import { initialWorld } from '../kernel/setup.js';
import type { Shared } from '../kernel/shared.js';
import { countTreeNodes, treeBreaches } from '../kernel/tree-ends.js';
import { dumpTree } from '../kernel/tree-picture.js';
import { unknownCallee } from '../kernel/unknown.js';
import { locksVma } from '../known.js';
import type { KnownSteps, Memo } from '../machine/known-steps.js';
import { type Knowledge, Machine } from '../machine/machine.js';
import type { Alternative, Primitive } from '../machine/primitive.js';
import type { Stop } from '../machine/stop.js';
import { isPtr, isSym, type Ptr, pointer, type Sym, type Value } from '../machine/value.js';
import { World } from '../machine/world.js';
import type { Program, SourceRef } from '../program.js';
import { type Broken, brokenAtEnd, succeeds } from '../property/end/index.js';
import { propertyIndex } from '../property/properties.js';
import { startExit } from './exit.js';
import { guards } from './guards.js';
import { type ForkNotes, type LockNote, lockNote, noNotes, takeCall, takeLock } from './notes.js';
import { pictureOf, stackOf, TreeWatch } from './picture.js';
import { HELD_BY, visitsOf } from './visitors/index.js';
import { childEntries, noteReturn } from './visitors/walk.js';

export interface ForkOptions {
  program: Program;
  entry: string;
  shared: Shared;
  features: Features;
  /** Properties that are checked; a breach of another one ends a run, which is then reported as not analysed. */
  checked?: ReadonlySet<string>;
  /** Models that replace the built-in ones, for tests and what-if questions. */
  overrides?: Readonly<Record<string, Primitive>>;
  /** What executing other versions has shown, and is shown by this one. Not used with `overrides`. */
  steps?: KnownSteps;
}

/** `fork`: the entry runs; `walker`: the child is torn down by who held it last; `exit`: it exits some time later. */
type Phase = 'fork' | 'walker' | 'exit';

/** What is taken down of a call: of a VMA lock whose VMA that was. */
type Noted = { name: string; lock: LockNote | null } | null;

interface Running {
  stop: Stop;
  phase: Phase;
}
/** A part of the run has ended: `broken` is told, one by one, then `last` is done and the run goes on with `then`. */
interface Telling {
  broken: Broken[];
  info: StepInfo;
  last: { op: Op; text: string; hidden: boolean };
  then: State;
}
type EdgeOf = ReturnType<Automaton<State>['edges']>[0];
type State = Running | Telling | { after: 'checked' | 'abandoned' };

/**
 * The thread that forks: it runs `entry` of the Program on the parent and the child. When that returns 0, what parent
 * and child share is checked once; held locks at the end are a breach.
 */
export function forkingThread(o: ForkOptions): { automaton: Automaton<State>; notes: ForkNotes } {
  const notes = noNotes();
  // set while a step is run again to be looked at: nothing is noted then
  let trees: TreeWatch | null = null;
  const worldOf = (s: State): World | null =>
    'stop' in s && 'world' in s.stop ? s.stop.world : null;
  const inspector: Inspector<State> = {
    picture: (s) => {
      const world = worldOf(s);
      return world && pictureOf(world);
    },
    stack: (s) => stackOf(worldOf(s) ?? new World()),
    between: (s, edge) => {
      if (!('stop' in s) || s.stop.kind !== 'visible') return [];
      trees = new TreeWatch(s.stop.world);
      try {
        machine.resume(s.stop, edge, true);
        return trees.events;
      } finally {
        trees = null;
      }
    },
  };
  const models = modelsFor(o);
  const visits = visitsOf(o.shared.scenario, o.features);
  const memory = () => initialWorld(o.shared);
  const knowledge: Knowledge<Noted> | null =
    o.steps && !o.overrides
      ? {
          version: o.steps.version(o.program),
          memo: o.steps.memo(o.shared, Object.keys(models), memory),
        }
      : null;
  const machine = new Machine<Noted>(
    knowledge?.version.program ?? o.program,
    models,
    (name) => EXIT_CONSTANTS[name] ?? constant(name),
    {
      shared: o.shared,
      scenario: o.shared.scenario,
      features: o.features,
      assume: (text) => notes.assumptions.add(text),
    },
    unknownCallee,
    {
      notes: (name) => trees !== null || locksVma(name),
      note: (site) => {
        trees?.see(site);
        return locksVma(site.name) ? { name: site.name, lock: lockNote(site) } : null;
      },
      take: (note, at) => {
        if (!note || trees) return;
        takeCall(note.name, at, notes);
        if (note.lock) takeLock(note.lock, at, notes);
      },
      called: (name, at) => takeCall(name, at, notes),
    },
    {
      interrupt: (w, callee) => {
        const own = guards(w, callee, o.features);
        const others = visits(w);
        return own.length === 0 ? others : [...own, ...others];
      },
      returned: noteReturn,
      noObject: markerUsed,
    },
    knowledge,
  );
  const run: Run = { machine, o: entryOf(o, notes), notes, memo: knowledge?.memo ?? null };
  const args = run.o.entry === 'dup_mm' ? [TASK, PARENT] : [CHILD, PARENT];
  const start = machine.start(run.o.entry, args, knowledge?.memo.initial ?? memory());
  return {
    notes,
    automaton: {
      name: 'fork',
      initial: { stop: start, phase: 'fork' },
      key: (s) => keyOf(s, machine),
      inspect: inspector,
      describe: (s) => ('stop' in s ? describe(s.stop) : {}),
      abandoned: (s) =>
        'stop' in s ? s.stop.kind === 'stuck' : 'after' in s && s.after === 'abandoned',
      edges: (s) => ('stop' in s ? edgesOf(s, run) : 'broken' in s ? tell(s) : []),
    },
  };
}

const modelsOf = new WeakMap<Program, Record<string, Primitive>>();

/** The models that a program runs with: not those of functions that it holds the text of. */
export function modelsFor({
  program,
  overrides,
}: Pick<ForkOptions, 'program' | 'overrides'>): Record<string, Primitive> {
  let models = modelsOf.get(program);
  if (!models) {
    const has = (name: string) => Object.hasOwn(program.functions, name);
    const all = Object.entries({ ...PRIMITIVES, ...exitPrimitives(has) });
    models = Object.fromEntries(all.filter(([name]) => !has(name)));
    modelsOf.set(program, models);
  }
  return overrides ? { ...models, ...overrides } : models;
}

/** A program without dup_mm() runs as far as it goes, and the report says that the rest is missing. */
function entryOf(o: ForkOptions, notes: ForkNotes): ForkOptions {
  if (o.entry !== 'dup_mm' || Object.hasOwn(o.program.functions, 'dup_mm')) return o;
  const reason = 'dup_mm() is not at hand: nothing of what follows dup_mmap() was run';
  notes.stuck.set(reason, { reason, path: o.program.functions.dup_mmap?.path ?? '', line: null });
  return { ...o, entry: 'dup_mmap' };
}

type ForkMachine = Machine<Noted>;

interface Run {
  machine: ForkMachine;
  o: ForkOptions;
  notes: ForkNotes;
  memo: Memo<Noted> | null;
}

function keyOf(s: State, machine: ForkMachine): string {
  if ('stop' in s) return `${s.phase} ${machine.key(s.stop)}`;
  if ('after' in s) return s.after;
  const broken = s.broken.map((b) => `${b.property} ${b.text}`).join();
  // the last step tells a fork that succeeded, whose memory is looked at, from one that failed
  return `${broken} ${s.last.text} > ${keyOf(s.then, machine)}`;
}

/** A breach that the kernel survives is told, and the run goes on. */
function tell({ broken, info, last, then }: Telling): EdgeOf[] {
  const [first, ...rest] = broken;
  if (!first)
    return [
      { op: last.op, info: { ...info, text: last.text, hidden: last.hidden }, next: () => then },
    ];
  const next = (): State => ({ broken: rest, info, last, then });
  const { property, text } = first;
  const breach = { property, how: 'told' } as const;
  return [{ op: failOp(property), info: { ...info, text, hidden: false }, breach, next }];
}

function edgesOf({ stop, phase }: Running, run: Run): EdgeOf[] {
  const { machine, o, notes } = run;
  const by = phase === 'fork' ? {} : { thread: whoseThread(phase, stop) };
  if (stop.kind === 'visible') {
    return stop.alternatives.map((a, k) => ({
      op: a.op,
      info: {
        ...infoOf(stop.ref, a.function ?? stop.func, a.text, a.hidden),
        ...{ ...by, ...named(a) },
        ...(a.op.effect.some((e) => e.do === 'fail') ? causeIn(stop.world) : {}),
      },
      next: (): State => ({ stop: machine.resume(stop, k), phase }),
    }));
  }
  if (stop.kind === 'end') return tell(finish(stop, phase, run));
  if (stop.kind === 'breach') {
    const asked = !o.checked || o.checked.has(stop.property);
    const { property, text, ref } = stop;
    notes.stuck.set(`${property} ${text}`, { ...stuckAt(text, ref), property });
    return [
      {
        op: asked ? failOp(property) : TAU,
        info: { ...infoOf(ref, stop.func, text), ...by },
        ...(asked ? { breach: { property, how: 'ends' } as const } : {}),
        next: (): State => ({ after: asked ? 'checked' : 'abandoned' }),
      },
    ];
  }
  notes.stuck.set(stop.reason, stuckAt(stop.reason, stop.ref));
  return [];
}

/** What had failed, for a step that breaks something. */
function causeIn(world: World): { cause?: string } {
  const failure = world.get(KERNEL, '__failure') ?? 0;
  return isSym(failure) ? { cause: failure.sym } : {};
}

const stuckAt = (reason: string, { path, line }: SourceRef) => ({ reason, path, line });

const named = (a: Alternative) => (a.thread === undefined ? {} : { thread: a.thread });

/** Who drops the last reference when it is not fork. */
function whoseThread(phase: Phase, stop: Stop): string {
  const by = 'world' in stop ? stop.world.get(KERNEL, HELD_BY) : undefined;
  return phase === 'walker' && isSym(by ?? 0) ? (by as Sym).sym : 'child';
}

/** Both trees, as a person reads them: `V1' V2 -` where `-` is the failure marker. */
function describe(stop: Stop): Record<string, string> {
  if (stop.kind !== 'visible' && stop.kind !== 'end') return {};
  const tree = (mm: Ptr) => dumpTree(stop, pointer(mm.obj, 'mm_mt')) || 'empty';
  return { 'parent tree': tree(PARENT), 'child tree': tree(CHILD) };
}

function infoOf(ref: SourceRef, func: string, text: StepInfo['text'], hidden?: boolean): StepInfo {
  const at = ref.at === undefined ? {} : { at: ref.at };
  return { function: func, path: ref.path, line: ref.line, text, hidden: hidden ?? false, ...at };
}

const failOps = new Map<string, Op>();

function failOp(property: string): Op {
  let op = failOps.get(property);
  if (!op) failOps.set(property, (op = { guard: [], effect: [fail(propertyIndex(property))] }));
  return op;
}

/** The use of the failure marker as a pointer to a VMA. */
export function markerUsed(x: Value, what: string): Broken | null {
  if (x !== XA_ZERO_ENTRY) return null;
  return { property: 'failure-marker', text: `uses the failure marker as a VMA (${what})` };
}

/** The end of a part of the run: what must be in order now is checked, and the child is torn down where it has to be. */
function finish(stop: Stop & { kind: 'end' }, phase: Phase, run: Run): Telling {
  const { machine, o, memo } = run;
  const { world } = stop;
  const forked = phase === 'fork' && succeeds(o.entry, stop.value);
  const info: StepInfo = {
    function: phase === 'fork' ? o.entry : 'mmput',
    path: stop.ref?.path ?? '',
    line: stop.ref?.line ?? null,
    text: '',
    hidden: false,
    ...(stop.ref?.at === undefined ? {} : { at: stop.ref.at }),
    ...(phase === 'fork' ? {} : { thread: whoseThread(phase, stop) }),
    ...causeIn(world),
  };
  const last = o.entry === 'dup_mm' ? lastPut(world, phase, forked) : null;
  const more = last && startExit(machine, o.program, last);
  const then: State = more
    ? { stop: more, phase: forked ? 'exit' : 'walker' }
    : { after: 'checked' };
  // a failed child that somebody still holds is looked at when that one has let go of it
  const heldOn = more !== null && !forked;
  const look = () => [
    ...heldLocks(world),
    ...(heldOn ? [] : left(world, phase === 'fork' ? stop.value : 0, o)),
  ];
  const found = memo
    ? memo.once(`${o.entry} ${phase} ${heldOn} ${machine.key(stop)}`, look)
    : look();
  const broken = found.filter(
    (b, k) =>
      (!o.checked || o.checked.has(b.property)) &&
      found.findIndex((x) => x.property === b.property && sameKind(x.text, b.text)) === k,
  );
  return { broken, info, last: lastStep(forked, o), then };
}

/** Several things of a kind are told once. */
const sameKind = (a: string, b: string): boolean => plain(a) === plain(b);

/** What fork did last where it has succeeded, by its entry: what is wrong then is no step of its. */
export const FORKED = { dup_mmap: 'has returned 0', dup_mm: 'has succeeded' } as const;

/** Where fork has succeeded, what parent and child share is looked at. */
function lastStep(forked: boolean, o: ForkOptions): Telling['last'] {
  if (!forked) return { op: TAU, text: 'the end', hidden: true };
  const op = o.shared.op('forked', () => ({
    guard: [],
    effect: [...o.shared.checkNoSharedWritable(), ...o.shared.checkContent()],
  }));
  return { op, text: FORKED[o.entry === 'dup_mmap' ? 'dup_mmap' : 'dup_mm'], hidden: false };
}

function left(world: World, value: Value, o: ForkOptions): Broken[] {
  const succeeded = succeeds(o.entry, value);
  return [
    ...treeLeft(world, o.entry === 'dup_mm', succeeded),
    ...brokenAtEnd(world, o.entry, value, o.shared),
    ...treeBreaches(world, succeeded),
  ];
}

/**
 * What the child's tree must not be at the end: gone after a teardown (one that still has a user is never torn down),
 * and without VMAs of the parent before the marker where a teardown is to follow.
 */
function treeLeft(world: World, torn: boolean, forked: boolean): Broken[] {
  if (forked) return [];
  const list = childEntries(world);
  if (torn) {
    const out: Broken[] = [];
    if (neverPut(world, CHILD))
      out.push({ property: 'unwind', text: 'has failed, and the mm of the child is never put' });
    if (list.length || countTreeNodes(world).child)
      out.push({ property: 'tree-leak', text: "leaves the nodes of the child's tree behind" });
    return out;
  }
  const first = list.find((r) => r.entry === XA_ZERO_ENTRY || isParents(world, r.entry));
  if (!first || !isPtr(first.entry)) return [];
  const text = `has failed; ${world.obj(first.entry).name} is in the child's tree`;
  return [{ property: 'parent-vma-left', text }];
}

const isParents = (w: World, entry: Value): boolean => isPtr(entry) && w.obj(entry).kind === 'vma';

/** The world from which the last reference to the child is dropped; null when it is gone or is not dropped here. */
function lastPut(world: World, phase: Phase, forked: boolean): World | null {
  if (phase !== 'fork' || !hasUsers(world, CHILD)) return null;
  const held = world.get(KERNEL, HELD_BY) !== undefined;
  if (!forked) return held ? world : null;
  const w = new World(world);
  if (held) {
    addUsers(w, CHILD, -1);
    w.put(KERNEL, HELD_BY, undefined);
  }
  return w;
}

function heldLocks(world: World): Broken[] {
  const held = [PARENT, CHILD].filter((mm) => Number(world.get(mm, '__mmap_lock') ?? 0) !== 0);
  if (!held.length) return [];
  const names = held.map((mm) => world.obj(mm).name).join(' and ');
  return [{ property: 'lock-state', text: `returns with the mmap lock of the ${names} held` }];
}
