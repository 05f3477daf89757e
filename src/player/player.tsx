import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { printable } from '../base/terminal.js';
import type { PageData, PageFinding, PageProgram, PageRun } from '../report/html/data.js';
import type { Film, FrameStep } from '../sim/explore/frames.js';
import { PROPERTIES } from '../sim/property/properties.js';
import type { Simulator } from './client.js';
import { Lanes } from './lanes.js';
import { placeToShow } from './listing.js';
import type { Route } from './route.js';
import { Code } from './source.js';
import { StatePanel } from './state.js';
import { Transport } from './transport.js';
import { useKeys } from './use-keys.js';

export interface PlayerProps {
  data: PageData;
  page: PageFinding;
  simulator: Simulator;
  route: Route;
  go(change: Partial<Route>): void;
  /** Runs that were found in the page, after those that the review kept. */
  extra: PageRun[];
}

/** Watches one run: steps, source and state side by side. */
export function Player({ data, page, simulator, route, go, extra }: PlayerProps) {
  const runs = [...page.runs, ...extra];
  const run = runs.find((r) => r.key === route.run) ?? preferred(data, page) ?? runs[0];
  const { film, problem } = useFilm(simulator, run);
  return (
    <section class="player" aria-label="Player" id="player-top">
      <h3>{run.delta ? 'How an edit of it would break' : 'How it breaks'}</h3>
      <div class="run">
        {runs.length > 1 ? (
          <label>
            Run{' '}
            <select
              value={run.key}
              onChange={(e) => go({ run: e.currentTarget.value, step: null })}
            >
              {runs.map((r) => (
                <option key={r.key} value={r.key}>
                  {nameOf(r)}
                </option>
              ))}
            </select>
          </label>
        ) : (
          run.delta && <b>{nameOf(run)}</b>
        )}
        {(run.delta || page.id === 'trace') && <Told run={run} />}
      </div>
      {problem && (
        <p class="problem" role="alert">
          {printable(problem)}
        </p>
      )}
      {film ? (
        <Screen key={run.key} {...{ data, page, run, film, route, go }} />
      ) : (
        !problem && <p class="quiet">Running it again ...</p>
      )}
    </section>
  );
}

const nameOf = (r: PageRun): string =>
  r.delta ? `if the code were edited: ${printable(r.title)}` : printable(r.title);

/** The run that the review speaks of: the counterexample, else the counterfactual. */
function preferred(data: PageData, page: PageFinding): PageRun | undefined {
  const finding = data.review.patches[page.patch]?.findings.find((f) => f.id === page.id);
  const wanted = finding?.evidence.counterfactual?.mutant;
  return page.runs.find((r) => r.key === 'x') ?? page.runs.find((r) => r.title === wanted);
}

function Told({ run }: { run: PageRun }) {
  const breach = PROPERTIES.find((p) => p.id === run.property)?.breach ?? run.property;
  return (
    <p class={run.delta ? 'told edit' : 'told'}>
      {run.delta ? 'Not what the patch does: this run is of an edited version, in which ' : 'Here '}
      {breach}.
    </p>
  );
}

function useFilm(simulator: Simulator, run: PageRun) {
  const [state, set] = useState<{ run: PageRun; film: Film | null; problem: string | null }>({
    ...{ run, film: null, problem: null },
  });
  useEffect(() => {
    let wanted = true;
    simulator.film(run).then(
      ({ film, problem }) => wanted && set({ run, film, problem }),
      (e: Error) => wanted && set({ run, film: null, problem: e.message }),
    );
    return () => {
      wanted = false;
    };
  }, [simulator, run]);
  return state.run === run ? state : { film: null, problem: null };
}

type ScreenProps = Omit<PlayerProps, 'simulator' | 'extra'> & { run: PageRun; film: Film };

function Screen({ data, page, run, film, route, go }: ScreenProps) {
  const last = film.frames.length - 1;
  const at = useMemo(() => {
    const k = film.frames.findIndex((f) => f.step?.label === route.step);
    return k < 0 ? 0 : k;
  }, [film, route.step]);
  const [playing, setPlaying] = useState(false);
  const to = (k: number) => {
    const frame = film.frames[Math.max(0, Math.min(last, k))];
    go({ step: frame.step?.label ?? null });
  };
  const play = () => {
    if (!playing && at === last) to(0);
    setPlaying(!playing);
  };
  useKeys({
    next: () => to(at + 1),
    back: () => to(at - 1),
    first: () => to(0),
    last: () => to(last),
    play,
  });
  useEffect(() => {
    if (!playing) return;
    if (at >= last) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => to(at + 1), 1400);
    return () => clearTimeout(timer);
  });
  const frame = film.frames[at];
  const finding = data.review.patches[page.patch]?.findings.find((f) => f.id === page.id);
  return (
    <>
      <Transport {...{ film, at, playing, to }} onPlay={play} />
      <Now step={frame.step} property={run.property} />
      <div class="screen">
        <Lanes film={film} at={at} to={to} />
        <Code
          program={data.programs[run.program]}
          delta={run.delta}
          entry={run.entry}
          here={hereAt(film, at, data.programs[run.program])}
          files={data.patches[page.patch]?.files ?? []}
          mark={finding?.location ?? null}
        />
        <StatePanel film={film} frame={frame} before={film.frames[Math.max(0, at - 1)]} />
      </div>
    </>
  );
}

/** The last line of the program that was reached, and whether the current step is another thread's. */
function hereAt(film: Film, at: number, program: PageProgram) {
  for (let k = at; k > 0; k--) {
    const place = placeToShow(film.frames[k].step!.stack, program);
    if (place) return { place, paused: k < at };
  }
  return null;
}

/** The current step in words, told to screen readers whenever it changes. */
function Now({ step, property }: { step: FrameStep | null; property: string }) {
  const ref = useRef<HTMLParagraphElement>(null);
  const inner = step?.stack[0];
  return (
    <p class={step?.breaks ? 'now breaks' : 'now'} aria-live="polite" ref={ref}>
      {step === null ? (
        'Before the first step: the parent is about to fork.'
      ) : (
        <>
          <span class="label">{step.label}</span> <b>{step.lane}</b>
          {': '}
          {printable(step.text)}
          {inner && (
            <span class="quiet">
              {' '}
              in {inner.function}()
              {inner.line !== null && `, ${printable(inner.path)}:${inner.line}`}
            </span>
          )}
          {step.breaks && <strong> ✕ breaks {property}</strong>}
        </>
      )}
    </p>
  );
}
