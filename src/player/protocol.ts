import type { PageProgram, PageRun } from '../report/html/data.js';
import type { ScenarioResult } from '../sim/explore/check.js';
import type { Film } from '../sim/explore/frames.js';
import type { ProgramDelta } from '../sim/mutate/delta.js';
import type { Limits, Scenario } from '../sim/scenario.js';

/** What is explored again: one scenario with one version or edit of the code. */
export interface ExploreRequest {
  program: number;
  delta: ProgramDelta | null;
  entry: string;
  scenario: Scenario;
  properties: string[];
  limits: Limits;
}

/** To the worker. */
export type Request =
  | { do: 'programs'; programs: PageProgram[] }
  | { do: 'film'; id: number; run: PageRun }
  | { do: 'explore'; id: number; input: ExploreRequest };

/** From the worker. `progress`: states found so far; a failing scenario is searched several times, to shrink it. */
export type Answer =
  | { id: number; film: Film; problem: string | null }
  | { id: number; progress: number }
  | { id: number; result: ScenarioResult; seconds: number }
  | { id: number; error: string };
