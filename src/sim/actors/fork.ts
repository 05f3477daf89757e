import type { Automaton, Inspector, StepInfo } from '../explore/graph.js';
import { fail, type Op, TAU } from '../explore/op.js';
import { constant } from '../kernel/constants.js';
import type { Features } from '../kernel/features.js';
import { EXIT_CONSTANTS, exitPrimitives } from '../kernel/primitives/exit.js';
import { PRIMITIVES } from '../kernel/primitives/index.js';
import { CHILD, int, KERNEL, PARENT } from '../kernel/primitives/support.js';
import { entries, XA_ZERO_ENTRY } from '../kernel/primitives/tree.js';
import { initialWorld } from '../kernel/setup.js';
import type { Shared } from '../kernel/shared.js';
import { treeBreaches } from '../kernel/tree-ends.js';
import { dumpTree } from '../kernel/tree-picture.js';
import { unknownCallee } from '../kernel/unknown.js';
import { type CallSite, Machine, type Stop } from '../machine/machine.js';
import type { Env, Primitive } from '../machine/primitive.js';
import { isPtr, type Ptr, pointer } from '../machine/value.js';
import { World } from '../machine/world.js';
import type { Program, SourceRef } from '../program.js';
import { type Broken, brokenAtEnd, succeeds } from '../property/end/index.js';
import { propertyIndex } from '../property/properties.js';
import { pictureOf, stackOf, TreeWatch } from './picture.js';

/** Where the run could not be continued, and why. */
export interface Stuck {
  reason: string;
  path: string;
  line: number | null;
}

/** A place where the program locks a VMA, and whose VMA that was. */
export interface LockSite {
  ref: SourceRef;
  func: string;
  /** C variable that was passed, null for an expression. */
  variable: string | null;
  /** `V1`, `V1'` */
  target: string;
  /** The parent's own VMA, or a copy. */
  old: boolean;
  /** The last entry that the program looked up came from the child's tree. */
  fromChildTree: boolean;
}

/** What came up while the forking thread was enumerated. */
export interface ForkNotes {
  assumptions: Set<string>;
  stuck: Map<string, Stuck>;
  /** Names of the primitives that ran, with the places of their calls. */
  calls: Map<string, Set<SourceRef>>;
  locks: Map<string, LockSite>;
}

export interface ForkOptions {
  program: Program;
  entry: string;
  shared: Shared;
  features: Features;
  /** Properties that are checked; a breach of another one ends a run, which is then reported as not analysed. */
  checked?: ReadonlySet<string>;
  /** Models that replace the built-in ones, for tests and what-if questions. */
  overrides?: Readonly<Record<string, Primitive>>;
}

/** The run is over; what is broken is told step by step. */
interface Finished {
  ended: Stop & { kind: 'end' };
  broken: Broken[];
}
type State = { stop: Stop } | Finished | { after: 'checked' | 'abandoned' };
type EdgeOf = ReturnType<Automaton<State>['edges']>[0];

/**
 * The thread that forks: it runs `entry` of the Program on the parent and the child. When that returns 0, what parent
 * and child share is checked once; held locks at the end are a breach.
 */
export function forkingThread(o: ForkOptions): { automaton: Automaton<State>; notes: ForkNotes } {
  const notes: ForkNotes = {
    assumptions: new Set(),
    stuck: new Map(),
    calls: new Map(),
    locks: new Map(),
  };
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
        machine.resume(s.stop, edge);
        return trees.events;
      } finally {
        trees = null;
      }
    },
  };
  const machine = new Machine(
    o.program,
    {
      ...PRIMITIVES,
      ...exitPrimitives((name) => Object.hasOwn(o.program.functions, name)),
      ...o.overrides,
    },
    (name) => EXIT_CONSTANTS[name] ?? constant(name),
    {
      shared: o.shared,
      scenario: o.shared.scenario,
      features: o.features,
      assume: (text) => notes.assumptions.add(text),
    },
    unknownCallee,
    (site) => {
      if (trees) trees.see(site);
      else watch(site, notes);
    },
  );
  const start = machine.start(o.entry, [CHILD, PARENT], initialWorld(o.shared));
  return {
    notes,
    automaton: {
      name: 'fork',
      initial: { stop: start },
      key: (s) =>
        'stop' in s
          ? machine.key(s.stop)
          : 'ended' in s
            ? `${machine.key(s.ended)} ${s.broken.map((b) => b.text).join('; ')}`
            : s.after,
      inspect: inspector,
      describe: (s) => ('stop' in s ? describe(s.stop) : {}),
      abandoned: (s) =>
        'stop' in s ? s.stop.kind === 'stuck' : 'after' in s && s.after === 'abandoned',
      edges: (s) =>
        'stop' in s ? edgesOf(s.stop, machine, o, notes) : 'ended' in s ? finish(s, o) : [],
    },
  };
}

function edgesOf(stop: Stop, machine: Machine, o: ForkOptions, notes: ForkNotes) {
  if (stop.kind === 'visible') {
    return stop.alternatives.map((a, k) => ({
      op: a.op,
      info: infoOf(stop.ref, stop.func, a.text, a.hidden),
      next: (): State => ({ stop: machine.resume(stop, k) }),
    }));
  }
  if (stop.kind === 'end') return finish({ ended: stop, broken: brokenBy(stop, o) }, o);
  if (stop.kind === 'breach') {
    const asked = !o.checked || o.checked.has(stop.property);
    if (!asked)
      notes.stuck.set(stop.text, { reason: stop.text, path: stop.ref.path, line: stop.ref.line });
    return [
      {
        op: asked ? failOp(stop.property) : TAU,
        info: infoOf(stop.ref, stop.func, stop.text),
        next: (): State => ({ after: asked ? 'checked' : 'abandoned' }),
      },
    ];
  }
  notes.stuck.set(stop.reason, { reason: stop.reason, path: stop.ref.path, line: stop.ref.line });
  return [];
}

/** Both trees, as a person reads them: `V1' V2 -` where `-` is the failure marker. */
function describe(stop: Stop): Record<string, string> {
  if (stop.kind !== 'visible' && stop.kind !== 'end') return {};
  const tree = (mm: Ptr) => dumpTree(stop, pointer(mm.obj, 'mm_mt')) || 'empty';
  return { 'parent tree': tree(PARENT), 'child tree': tree(CHILD) };
}

function watch(site: CallSite, notes: ForkNotes): void {
  let refs = notes.calls.get(site.name);
  if (!refs) {
    refs = new Set();
    notes.calls.set(site.name, refs);
  }
  refs.add(site.ref);
  const vma = site.args[0];
  if ((site.name === 'vma_start_write' || site.name === 'vma_start_write_killable') && isPtr(vma)) {
    const target = site.world.obj(vma);
    notes.locks.set(`${site.ref.path}:${site.ref.line}:${site.ref.text}:${target.kind}`, {
      ref: site.ref,
      func: site.func,
      variable: site.variables[0],
      target: target.name,
      old: target.kind === 'vma',
      fromChildTree: site.world.get(KERNEL, 'found_in') === CHILD.obj,
    });
  }
}

function infoOf(ref: SourceRef, func: string, text: StepInfo['text'], hidden?: boolean): StepInfo {
  const at = ref.at === undefined ? {} : { at: ref.at };
  return { function: func, path: ref.path, line: ref.line, text, hidden: hidden ?? false, ...at };
}

/** The first VMA of the parent that a walk of the child's tree meets, up to a failure marker; null without one. */
function parentVmaLeft(world: World): string | null {
  const list = entries({ world } as Parameters<typeof entries>[0], pointer(CHILD.obj, 'mm_mt'));
  for (const r of list) {
    if (r.entry === XA_ZERO_ENTRY) return null;
    if (isPtr(r.entry) && world.obj(r.entry).kind === 'vma') return world.obj(r.entry).name;
  }
  return null;
}

const failOp = (property: string): Op => ({ guard: [], effect: [fail(propertyIndex(property))] });

/** What is broken at the end of a run, the first of each property that is asked for. */
function brokenBy(stop: Stop & { kind: 'end' }, o: ForkOptions): Broken[] {
  const { world, value } = stop;
  const broken = [
    ...brokenAtEnd(world, o.entry, value, o.shared),
    ...treeBreaches(world, succeeds(o.entry, value)),
  ];
  const held = [PARENT, CHILD].filter((mm) => int({ world } as Env, mm, '__mmap_lock') !== 0);
  if (held.length) {
    const names = held.map((mm) => world.obj(mm).name).join(' and ');
    const text = `returns with the mmap lock of the ${names} held`;
    broken.unshift({ property: 'lock-state', text });
  }
  const left = succeeds(o.entry, value) ? null : parentVmaLeft(world);
  if (left !== null)
    broken.unshift({
      property: 'parent-vma-left',
      text: `has failed; ${left} is in the child's tree`,
    });
  return broken.filter(
    (b, k) =>
      (!o.checked || o.checked.has(b.property)) &&
      broken.findIndex((x) => x.property === b.property) === k,
  );
}

/** One step for each thing that is broken; the last one looks at what parent and child share. */
function finish({ ended, broken }: Finished, o: ForkOptions): EdgeOf[] {
  const info: StepInfo = {
    function: o.entry,
    path: ended.ref?.path ?? '',
    line: ended.ref?.line ?? null,
    text: '',
    hidden: false,
    ...(ended.ref?.at === undefined ? {} : { at: ended.ref.at }),
  };
  const [first, ...rest] = broken;
  if (first)
    return [
      {
        op: failOp(first.property),
        info: { ...info, text: first.text },
        next: (): State => ({ ended, broken: rest }),
      },
    ];
  const next = (): State => ({ after: 'checked' });
  if (!succeeds(o.entry, ended.value))
    return [{ op: TAU, info: { ...info, hidden: true, text: 'fork fails' }, next }];
  const effect = [...o.shared.checkNoSharedWritable(), ...o.shared.checkContent()];
  const said = o.entry === 'dup_mmap' ? 'has returned 0' : 'has succeeded';
  return [{ op: { guard: [], effect }, info: { ...info, text: said }, next }];
}
