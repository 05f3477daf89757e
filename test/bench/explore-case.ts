import { type KeptPrograms, lowerProgram } from '../../src/cfront/index.js';
import { buildForkSystem, type ForkSystem } from '../../src/sim/explore/fork-system.js';
import { replay } from '../../src/sim/explore/replay.js';
import { type Choice, Search } from '../../src/sim/explore/search.js';
import { shortest } from '../../src/sim/explore/shortest.js';
import { FEATURES_6_12 } from '../../src/sim/kernel/features.js';
import { copyWithoutProtection } from '../../src/sim/kernel/primitives/pages.js';
import { isModelled } from '../../src/sim/known.js';
import type { Primitive } from '../../src/sim/machine/primitive.js';
import type { Program } from '../../src/sim/program.js';
import { PROPERTIES } from '../../src/sim/property/properties.js';
import { skeletonHelpers } from '../../src/source/index.js';
import type { SourceFile } from '../../src/source/types.js';
import type { Case, Mode, Verdict } from './cases.js';
import { forkScenario } from './scenario.js';

/** What one exploration gave. */
export interface Explored {
  verdict: Verdict | 'bounded' | 'stuck';
  /** Property that the counterexample breaks, or null. */
  property: string | null;
  states: number;
  transitions: number;
  failing: number;
  /** Steps of the counterexample that touch shared variables, all its steps, and those that a report shows. */
  shared: number;
  steps: number;
  shown: number;
  /** Milliseconds since the process (or the call) began, at the end of each phase. */
  at: { loaded: number; lowered: number; built: number; searched: number; done: number };
}

const LIMITS = { states: 20_000_000, nodes: 200_000 };

let helperFile: SourceFile | null = null;
/** One object for all programs of a process, so that it is indexed once, as a review has it. */
const helpers = (): SourceFile => (helperFile ??= skeletonHelpers());

/** Lowers dup_mmap() of these files: the Program that a review would run. */
export async function lowerCase(files: SourceFile[], programs?: KeptPrograms): Promise<Program> {
  return lowerProgram({
    files,
    entries: ['dup_mmap'],
    isModelled: isModelled,
    declarations: [helpers()],
    ...(programs ? { kept: { programs, modelled: '' } } : {}),
  });
}

/**
 * Explores one case in one mode, from its files. All properties count but the kernel's own assertion, which needs no interleaving and
 * which fork.pml does not have: it would end every mutant's search at once.
 */
export async function exploreCase(
  files: SourceFile[],
  c: Case,
  mode: Mode,
  { now = () => 1000 * process.uptime(), kept }: { now?: () => number; kept?: KeptPrograms } = {},
): Promise<Explored> {
  const loaded = now();
  const program = await lowerCase(files, kept);
  const lowered = now();
  const unprotected: Primitive = function* (env, [dst, src]) {
    return yield* copyWithoutProtection(env, dst, src);
  };
  const fs = buildForkSystem({
    program,
    entry: 'dup_mmap',
    scenario: forkScenario(c),
    features: FEATURES_6_12,
    limits: LIMITS,
    ...(c.mutant === 8 ? { overrides: { copy_page_range: unprotected } } : {}),
  });
  if (!fs) throw new Error(`bench: more than ${LIMITS.nodes} private states`);
  const built = now();
  const counted = new Set(PROPERTIES.flatMap((x, k) => (x.id === 'assertion' ? [] : [k])));
  const found = new Search(fs.merged, {
    order: mode === 'first' ? 'depth' : 'breadth',
    properties: counted,
    stopAtFirst: mode === 'first',
    enough: mode === 'shortest',
    maxStates: LIMITS.states,
  }).run();
  const searched = now();
  const example =
    mode === 'first' ? found.failures[0] : shortest(fs.system, found.failures, counted);
  const stuck = fs.notes.stuck.size > 0;
  return {
    verdict: found.failing ? 'violated' : stuck ? 'stuck' : found.exhausted ? 'holds' : 'bounded',
    property: example ? PROPERTIES[example.property].id : null,
    states: found.states,
    transitions: found.transitions,
    failing: found.failing,
    ...lengths(fs, example?.schedule ?? [], counted),
    at: { loaded, lowered, built, searched, done: now() },
  };
}

function lengths(fs: ForkSystem, schedule: Choice[], counted: ReadonlySet<number>) {
  const run = replay(fs.system, schedule, counted);
  if (run.refused) throw new Error(`bench: the counterexample does not replay: ${run.refused}`);
  const nodes = fs.system.spec.threads.map(() => 0);
  let shared = 0;
  for (const { thread, edge } of schedule) {
    const e = fs.system.spec.threads[thread].nodes[nodes[thread]][edge];
    nodes[thread] = e.to;
    if (e.op.guard.length || e.op.effect.length) shared++;
  }
  const shown = run.steps.filter((s) => !s.info.hidden).length;
  return { shared, steps: schedule.length, shown };
}
