import { useState } from 'preact/hooks';
import { plural, printable } from '../base/terminal.js';
import type { PageData, PageFinding, PageRun } from '../report/html/data.js';
import { PROPERTIES } from '../sim/property/properties.js';
import type { Scenario } from '../sim/scenario.js';
import { BoundsForm } from './bounds.js';
import type { Explored, Simulator } from './client.js';
import type { ExploreRequest } from './protocol.js';
import { Scroll } from './scroll.js';
import { countWords } from './words.js';

export interface ExploreProps {
  data: PageData;
  page: PageFinding;
  simulator: Simulator;
  /** Takes a failing run that was found, to be watched. */
  onRun(run: PageRun): void;
  /** How many were found before. */
  found: number;
}

type Status =
  | { is: 'idle' }
  | { is: 'running'; states: number }
  | { is: 'done'; input: ExploreRequest; explored: Explored; same: string | null }
  | { is: 'failed'; why: string };

/** Explores a scenario again, with other bounds or with an edit of the code. */
export function Explore({ data, page, simulator, onRun, found }: ExploreProps) {
  const [chosen, choose] = useState(0);
  const [scenario, setScenario] = useState<Scenario>(page.explored[0].scenario);
  const versions = versionsOf(page);
  const [version, setVersion] = useState(0);
  const [status, setStatus] = useState<Status>({ is: 'idle' });
  const start = async () => {
    const v = versions[version];
    const input: ExploreRequest = {
      ...{ program: v.program, delta: v.delta, entry: scenario.entry ?? page.entry },
      ...{ scenario, properties: page.explored[chosen].properties },
      limits: data.limits,
    };
    setStatus({ is: 'running', states: 0 });
    try {
      const explored = await simulator.explore(input, (states) =>
        setStatus({ is: 'running', states }),
      );
      setStatus({ is: 'done', input, explored, same: compared(data, page, input, explored) });
    } catch (e) {
      const why = (e as Error).message;
      setStatus(why === 'cancelled' ? { is: 'idle' } : { is: 'failed', why });
    }
  };
  return (
    <section class="card explore">
      <h3>Explore again</h3>
      <p>
        The simulator runs in this page. Change a bound or the code, and explore every interleaving
        of it again.
      </p>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          void start();
        }}
      >
        <div class="fields">
          <label>
            Code
            <select
              value={version}
              onChange={(e) => setVersion(Number(e.currentTarget.value))}
              name="version"
            >
              {versions.map((v, k) => (
                <option key={v.name} value={k}>
                  {v.name}
                </option>
              ))}
            </select>
          </label>
          <label>
            Scenario
            <select
              value={chosen}
              name="scenario"
              onChange={(e) => {
                const k = Number(e.currentTarget.value);
                choose(k);
                setScenario(page.explored[k].scenario);
              }}
            >
              {page.explored.map(({ scenario: s }, k) => (
                <option key={s.id} value={k}>
                  {s.id}
                </option>
              ))}
            </select>
          </label>
        </div>
        <BoundsForm scenario={scenario} onChange={setScenario} />
        <p class="actions">
          {status.is === 'running' ? (
            <button type="button" onClick={() => simulator.cancel()}>
              Cancel
            </button>
          ) : (
            <button type="submit" class="main">
              Explore
            </button>
          )}
          {scenario !== page.explored[chosen].scenario && status.is !== 'running' && (
            <button type="button" onClick={() => setScenario(page.explored[chosen].scenario)}>
              Back to the rule's bounds
            </button>
          )}
        </p>
      </form>
      <details>
        <summary>This scenario for a rule of yours</summary>
        <Scroll label="Scenario" class="scenario">
          <pre>{JSON.stringify(scenario, null, 1)}</pre>
        </Scroll>
      </details>
      <div aria-live="polite" class="outcome">
        {status.is === 'running' && (
          <p>
            <progress aria-label="Exploring" /> {plural(status.states, 'state')} so far
          </p>
        )}
        {status.is === 'failed' && <p class="problem">{printable(status.why)}</p>}
        {status.is === 'done' && (
          <Outcome
            {...status}
            onRun={(run) => onRun({ ...run, key: `e${found + 1}`, title: titleOf(versions, run) })}
          />
        )}
      </div>
    </section>
  );
}

interface Version extends Pick<PageRun, 'program' | 'delta'> {
  name: string;
}

function versionsOf(page: PageFinding): Version[] {
  return [
    { name: 'as patched', program: page.after, delta: null },
    ...(page.before === null
      ? []
      : [{ name: 'before the patch', program: page.before, delta: null }]),
    ...page.mutants.map((m) => ({ name: printable(m.label), program: page.after, delta: m.delta })),
  ];
}

const titleOf = (versions: Version[], run: Pick<PageRun, 'program' | 'delta'>): string => {
  const v = versions.find((x) => x.program === run.program && x.delta === run.delta);
  return `${v?.name ?? 'explored'}, found here`;
};

/** Says whether a scenario that the review explored too gave the same counts; null where it is another one. */
function compared(
  data: PageData,
  page: PageFinding,
  input: ExploreRequest,
  { result }: Explored,
): string | null {
  const finding = data.review.patches[page.patch]?.findings.find((f) => f.id === page.id);
  const then = finding?.evidence.scenarios?.find((s) => s.id === input.scenario.id);
  const unchanged = page.explored.some((x) => x.scenario === input.scenario);
  if (!then || !unchanged || input.delta || input.program !== page.after) return null;
  return then.states === result.states && then.failing === result.failing
    ? 'The same counts as in the review.'
    : `The review counted ${countWords(then.states, then.failing, then.exhausted)}.`;
}

interface OutcomeProps {
  input: ExploreRequest;
  explored: Explored;
  same: string | null;
  onRun(run: Omit<PageRun, 'key' | 'title'>): void;
}

function Outcome({ input, explored, same, onRun }: OutcomeProps) {
  const { result, seconds } = explored;
  const bad = result.counterexample;
  const breach = bad && PROPERTIES[bad.property];
  return (
    <>
      <p>
        <b class={bad ? 'bad' : result.exhausted ? 'good' : ''}>
          {bad ? '✕' : result.exhausted ? '✓' : '◐'}{' '}
          {countWords(result.states, result.failing, result.exhausted)}
        </b>{' '}
        <span class="quiet">({seconds.toFixed(1)} s)</span>
      </p>
      {!result.exhausted && result.limit && <p>The limit on {result.limit} was reached.</p>}
      {result.stuck.map((s) => (
        <p key={s.reason}>Not analysed to the end: {printable(s.reason)}</p>
      ))}
      {same && <p>{same}</p>}
      {bad && (
        <p>
          {breach?.breach}.{' '}
          <button
            type="button"
            onClick={() =>
              onRun({
                ...{ program: input.program, delta: input.delta, entry: input.entry },
                scenario: bad.scenario,
                schedule: bad.schedule.map((c) => [c.thread, c.edge]),
                property: breach!.id,
                checked: bad.checked,
              })
            }
          >
            Watch it
          </button>
        </p>
      )}
    </>
  );
}
