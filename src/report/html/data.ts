import type { FilePatch } from '../../intake/types.js';
import type { Review } from '../../judge/types.js';
import type { Listing, TraceFile } from '../../sim/explore/trace.js';
import type { Features } from '../../sim/kernel/features.js';
import type { ProgramDelta } from '../../sim/mutate/delta.js';
import type { Program } from '../../sim/program.js';
import type { Limits, Scenario } from '../../sim/scenario.js';

/** One version of the code, ready to be run in the page. */
export interface PageProgram {
  program: Program;
  features: Features;
  source: Listing[];
}

/** A run that can be watched: choices only, its steps come out of running it. */
export interface PageRun {
  /** Short name within its finding, for links: `x` the counterexample, `m1` the first mutant, `t` a saved trace. */
  key: string;
  /** What was run: `as patched`, or the edit. */
  title: string;
  /** Index in `PageData.programs`. */
  program: number;
  /** The edit, for a mutant. */
  delta: ProgramDelta | null;
  entry: string;
  scenario: Scenario;
  schedule: TraceFile['schedule'];
  /** Id of the property that breaks, and of those that were checked (null: all). */
  property: string;
  checked: string[] | null;
}

/** A mutant that was tried for a finding. */
export interface PageMutant {
  label: string;
  delta: ProgramDelta;
  /** Key of the run that caught it, null for a survivor. */
  run: string | null;
}

/** What belongs to one finding beside what the review says of it. */
export interface PageFinding {
  /** `Finding.id`; `trace` where a saved trace is played. */
  id: string;
  patch: number;
  /** Indices of the programs; null where there is none. */
  after: number;
  before: number | null;
  entry: string;
  /** What was explored: scenarios, with the properties that were checked in each. */
  explored: { scenario: Scenario; properties: string[] }[];
  runs: PageRun[];
  mutants: PageMutant[];
}

/** All that a page shows. Plain data; texts come from patches and are never markup. */
export interface PageData {
  schema: 'forklore.page/1';
  review: Review;
  /** Files of each patch of the review, in the same order. */
  patches: { files: Pick<FilePatch, 'oldPath' | 'newPath' | 'hunks'>[] }[];
  programs: PageProgram[];
  findings: PageFinding[];
  /** Of each exploration. */
  limits: Limits;
}

/** The player's code and looks, as the build makes them, with their SHA-256 digests in base64. */
export interface PageAssets {
  script: string;
  scriptHash: string;
  style: string;
  styleHash: string;
}

/** A page before it is written out. */
export interface Page {
  data: PageData;
  assets: PageAssets;
}
