import type { PageProgram, PageRun } from '../report/html/data.js';
import { checkScenario } from '../sim/explore/check.js';
import { filmOf } from '../sim/explore/frames.js';
import { runTrace } from '../sim/explore/trace.js';
import { applyDelta, type ProgramDelta } from '../sim/mutate/delta.js';
import type { Program } from '../sim/program.js';
import type { Answer, ExploreRequest, Request } from './protocol.js';

let programs: PageProgram[] = [];

const edited = (program: number, delta: ProgramDelta | null): Program => {
  const base = programs[program].program;
  return delta ? applyDelta(base, delta) : base;
};

function film(id: number, run: PageRun): Answer {
  const { features } = programs[run.program];
  const { entry, scenario, schedule, property, checked } = run;
  const ran = runTrace({
    ...{ schema: 'forklore.trace/1', tool: '', model: 0, rule: '' },
    ...{ features, entry, scenario, schedule, property },
    program: edited(run.program, run.delta),
    ...(checked ? { checked } : {}),
  });
  const problem =
    ran.ended === 'violated'
      ? null
      : (ran.run.refused ?? 'this run does not fail as it was recorded');
  return { id, film: filmOf(ran.run, ran.system), problem };
}

function explore(id: number, input: ExploreRequest, send: (a: Answer) => void): Answer {
  const started = performance.now();
  let told = started;
  const result = checkScenario({
    program: edited(input.program, input.delta),
    features: programs[input.program].features,
    entry: input.entry,
    scenario: input.scenario,
    properties: input.properties,
    limits: input.limits,
    stopAtFirst: false,
    expired: (states = 0) => {
      const now = performance.now();
      if (now - told > 100) {
        told = now;
        send({ id, progress: states });
      }
      return false;
    },
  });
  return { id, result, seconds: (performance.now() - started) / 1000 };
}

/** The simulator's side of the page: answers each request, one after the other. */
export function serve(scope: {
  onmessage: ((e: { data: Request }) => void) | null;
  postMessage(a: Answer): void;
}): void {
  scope.onmessage = ({ data: r }) => {
    if (r.do === 'programs') {
      programs = r.programs;
      return;
    }
    const send = (a: Answer) => scope.postMessage(a);
    try {
      send(r.do === 'film' ? film(r.id, r.run) : explore(r.id, r.input, send));
    } catch (error) {
      send({ id: r.id, error: error instanceof Error ? error.message : String(error) });
    }
  };
}
