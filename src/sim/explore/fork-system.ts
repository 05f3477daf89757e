import { forkingThread } from '../actors/fork.js';
import type { ForkNotes } from '../actors/notes.js';
import { loadingThread } from '../actors/read.js';
import { storingThread } from '../actors/store.js';
import { madvisingThread, mmapWriter } from '../actors/zap.js';
import type { Features } from '../kernel/features.js';
import { Shared } from '../kernel/shared.js';
import type { KnownSteps } from '../machine/known-steps.js';
import type { Primitive } from '../machine/primitive.js';
import type { Program } from '../program.js';
import type { Limits, Scenario, ThreadKind } from '../scenario.js';
import { passingOver } from './breach.js';
import { type ThreadGraph, toGraph } from './graph.js';
import { narrowed } from './narrow.js';
import { quotient } from './quotient.js';
import { System } from './system.js';

/** A scenario with its threads enumerated, ready to be explored. */
export interface ForkSystem {
  /** Every node apart, for showing runs; made when it is first asked for. */
  readonly system: System;
  /** Nodes merged that no run can tell apart, for searching. Schedules are the same. */
  merged: System;
  /** The forking thread, every node apart. */
  fork: ThreadGraph;
  shared: Shared;
  notes: ForkNotes;
  /** The same for who checks some of its properties only: equal to what is built for those. */
  narrowed(asked: ReadonlySet<string>): ForkSystem;
}

export interface ForkSystemInput {
  program: Program;
  entry: string;
  scenario: Scenario;
  features: Features;
  limits: Limits;
  overrides?: Readonly<Record<string, Primitive>>;
  /** What executing other versions of the program has shown. */
  steps?: KnownSteps;
  /** Properties that are checked; all when left out. */
  checked?: ReadonlySet<string>;
  /** False: nothing is kept that showing states of the forking thread takes. */
  keep?: boolean;
  /** True once the time for this scenario is over. */
  expired?: (states?: number) => boolean;
}

const ACTORS = {
  store: storingThread,
  load: loadingThread,
  madvise: madvisingThread,
  'mmap-writer': mmapWriter,
} satisfies Record<ThreadKind, unknown>;

/** Threads of one kind and length are interchangeable. */
const groupOf = (x: Scenario['threads'][0]): number =>
  1 + 16 * Object.keys(ACTORS).indexOf(x.kind ?? 'store') + x.accesses;

interface Users {
  shared: Shared;
  graphs: (ThreadGraph | null)[];
}

const users = new WeakMap<Scenario, Map<string, Users>>();

/** Layout and user threads of a scenario: the same for every program, so they are made once. */
function usersOf(scenario: Scenario, features: Features, limit: number): Users {
  let byFeatures = users.get(scenario);
  if (!byFeatures) {
    byFeatures = new Map();
    users.set(scenario, byFeatures);
  }
  const key = `${JSON.stringify(features)} ${limit}`;
  let u = byFeatures.get(key);
  if (!u) {
    const shared = new Shared(scenario, features);
    const n = scenario.threads.length;
    u = {
      shared,
      graphs: scenario.threads.map((x, k) =>
        toGraph(ACTORS[x.kind ?? 'store'](shared, k + 1, userName(k + 1, n)), limit),
      ),
    };
    byFeatures.set(key, u);
  }
  return u;
}

/** The forking thread of a scenario without other threads, to be enumerated as far as it is needed. */
export function loneFork(input: ForkSystemInput) {
  const { scenario, features, limits } = input;
  const { shared } = usersOf(scenario, features, limits.nodes);
  const { automaton, notes } = startFork(input, shared);
  const system = (graph: ThreadGraph): System =>
    new System({
      names: shared.names,
      init: shared.init,
      threads: [graph],
      groups: [0],
      blocks: [[]],
    });
  return { automaton, notes, init: shared.init, system };
}

function startFork(input: ForkSystemInput, shared: Shared) {
  const { automaton, notes } = forkingThread({
    program: input.program,
    entry: input.entry,
    shared,
    features: input.features,
    ...(input.overrides ? { overrides: input.overrides } : {}),
    ...(input.steps ? { steps: input.steps } : {}),
    ...(input.checked ? { checked: input.checked } : {}),
  });
  return { automaton: passingOver(automaton, input.scenario.known ?? []), notes };
}

/** Enumerates the threads of a scenario. Returns null when a thread has more private states than the limit, or time is over. */
export function buildForkSystem(input: ForkSystemInput): ForkSystem | null {
  const { scenario, features, limits } = input;
  const { shared, graphs: users } = usersOf(scenario, features, limits.nodes);
  const { automaton, notes } = startFork(input, shared);
  const alone = scenario.threads.length ? null : { init: shared.init };
  const fork = toGraph(automaton, limits.nodes, input.expired, alone, input.keep);
  if (!fork || users.some((g) => g === null)) return null;
  return systemOf(fork, users as ThreadGraph[], shared, notes);
}

function systemOf(
  fork: ThreadGraph,
  users: readonly ThreadGraph[],
  shared: Shared,
  notes: ForkNotes,
): ForkSystem {
  const full = [fork, ...users];
  const { threads } = shared.scenario;
  const make = (graphs: ThreadGraph[]): System =>
    new System({
      names: shared.names,
      init: shared.init,
      threads: graphs,
      groups: full.map((_, t) => (t === 0 ? 0 : groupOf(threads[t - 1]))),
      blocks: full.map((_, t) =>
        t === 0 ? [] : [...shared.tlb[t], ...shared.copying[t], shared.lost[t], shared.missed[t]],
      ),
    });
  let system: System | null = null;
  return {
    get system() {
      system ??= make(full);
      return system;
    },
    merged: make(full.map(quotient)),
    fork,
    shared,
    notes,
    narrowed: (asked) => systemOf(narrowed(fork, asked), users, shared, notes),
  };
}

const userName = (t: number, users: number): string =>
  users === 1 ? 'thread' : `thread ${String.fromCharCode(64 + t)}`;
