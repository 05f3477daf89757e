import { ForkloreError } from '../../base/errors.js';
import { MODEL_VERSION, VERSION } from '../../base/version.js';
import type { Features } from '../kernel/features.js';
import type { Program } from '../program.js';
import { PROPERTIES, propertyIndex } from '../property/properties.js';
import { DEFAULT_LIMITS, type Scenario } from '../scenario.js';
import { buildForkSystem, type ForkSystem } from './fork-system.js';
import { type Replay, replay } from './replay.js';
import type { Choice } from './search.js';
import { isFeatures, isProgram, isScenario } from './trace-check.js';

/**
 * A run that can be repeated: what was run, in which scenario, and every choice that was made (scheduling, failures and
 * signals alike). It holds no text of the steps: they come out of running it again.
 */
export interface TraceFile {
  schema: 'forklore.trace/1';
  tool: string;
  model: number;
  rule: string;
  /** Property that the run breaks. */
  property: string;
  /** Properties that were checked when the run was found: a breach of another one takes a run elsewhere. All, if absent. */
  checked?: string[];
  features: Features;
  entry: string;
  scenario: Scenario;
  /** [thread, alternative] for each step. */
  schedule: [number, number][];
  program: Program;
  /** The functions that run, as their files hold them; absent where no source was at hand. */
  source?: Listing[];
}

/** Lines of one function, for the reader. */
export interface Listing {
  function: string;
  path: string;
  /** Index of the first line in its rebuilt file: `SourceRef.at` counts from there. */
  at: number;
  lines: ListedLine[];
}

export interface ListedLine {
  text: string;
  /** Line in the file, null where the line was filled in. */
  line: number | null;
  /** The patch adds the line. */
  changed: boolean;
  /** Neither the tree nor the patch has the line: it was filled in. */
  filled: boolean;
}

export interface TraceInput {
  source?: Listing[];
  rule: string;
  property: number;
  checked?: readonly string[];
  features: Features;
  entry: string;
  scenario: Scenario;
  schedule: readonly Choice[];
  program: Program;
}

/** A trace of this version of forklore. */
export function makeTrace(t: TraceInput): TraceFile {
  return {
    schema: 'forklore.trace/1',
    tool: VERSION,
    model: MODEL_VERSION,
    rule: t.rule,
    property: PROPERTIES[t.property].id,
    ...(t.checked ? { checked: [...t.checked] } : {}),
    features: t.features,
    entry: t.entry,
    scenario: t.scenario,
    schedule: t.schedule.map((c) => [c.thread, c.edge]),
    program: t.program,
    ...(t.source ? { source: t.source } : {}),
  };
}

/** JSON text of a trace. */
export function writeTrace(t: TraceFile): string {
  return JSON.stringify(t, (_k, x: unknown) =>
    typeof x === 'bigint' ? { $bigint: String(x) } : x,
  );
}

/** Reads a trace. Throws an `input` error that says what is wrong with it; another version is refused by name. */
export function readTrace(name: string, text: string): TraceFile {
  let data: unknown;
  try {
    data = JSON.parse(text, (_k, x: unknown) => {
      if (x === null || typeof x !== 'object' || !('$bigint' in x)) return x;
      return /^-?\d{1,40}$/.test(String(x.$bigint)) ? BigInt(String(x.$bigint)) : 0;
    });
  } catch {
    throw new ForkloreError('input', `${name}: not a trace (no JSON)`);
  }
  const t = data as Partial<TraceFile> | null;
  if (t === null || typeof t !== 'object' || t.schema !== 'forklore.trace/1')
    throw new ForkloreError('input', `${name}: not a forklore trace`);
  if (t.model !== MODEL_VERSION)
    throw new ForkloreError(
      'input',
      `${name}: made with kernel model ${t.model} (forklore ${t.tool}), this is model ${MODEL_VERSION} (forklore ${VERSION}); review the patch again`,
    );
  const ok =
    Array.isArray(t.schedule) &&
    t.schedule.every(
      (c) => Array.isArray(c) && c.length === 2 && c.every((x) => Number.isInteger(x) && x >= 0),
    ) &&
    typeof t.rule === 'string' &&
    typeof t.tool === 'string' &&
    isScenario(t.scenario) &&
    isFeatures(t.features) &&
    isProgram(t.program) &&
    typeof t.entry === 'string' &&
    Object.hasOwn(t.program!.functions, t.entry) &&
    PROPERTIES.some((p) => p.id === t.property);
  if (!ok || !checkedIsRight(t.checked) || !sourceIsRight(t.source))
    throw new ForkloreError('input', `${name}: a part of the trace is missing or damaged`);
  return data as TraceFile;
}

const checkedIsRight = (checked: unknown): boolean =>
  checked === undefined ||
  (Array.isArray(checked) && checked.every((id) => PROPERTIES.some((p) => p.id === id)));

/** `source` is text for the reader only; it may be missing, but not damaged. */
function sourceIsRight(source: unknown): boolean {
  if (source === undefined) return true;
  const lineIsRight = (l: Partial<ListedLine> | null) =>
    typeof l?.text === 'string' && (l.line === null || Number.isInteger(l.line));
  return (
    Array.isArray(source) &&
    source.every(
      (s: Partial<Listing> | null) =>
        typeof s?.function === 'string' &&
        typeof s.path === 'string' &&
        Number.isInteger(s.at) &&
        Array.isArray(s.lines) &&
        s.lines.every(lineIsRight),
    )
  );
}

/** Runs a trace again. `ended` says what the run came to. */
export function runTrace(t: TraceFile): {
  system: ForkSystem;
  run: Replay;
  ended: 'violated' | 'other' | 'refused';
} {
  const system = buildForkSystem({
    program: t.program,
    entry: t.entry,
    scenario: t.scenario,
    features: t.features,
    limits: DEFAULT_LIMITS,
    ...(t.checked ? { checked: new Set(t.checked) } : {}),
  });
  if (!system)
    throw new ForkloreError('limit', 'the program has too many private states to be replayed');
  const expected = propertyIndex(t.property);
  const run = replay(
    system.system,
    t.schedule.map(([thread, edge]) => ({ thread, edge })),
    new Set([expected]),
  );
  return {
    system,
    run,
    ended: run.refused !== null ? 'refused' : run.property === expected ? 'violated' : 'other',
  };
}
