import { useEffect, useRef } from 'preact/hooks';
import type { Film, FrameStep } from '../sim/explore/frames.js';
import { laneOrder } from './lane-order.js';
import { Scroll } from './scroll.js';
import { Soft } from './soft.js';

/** The run as a table: one row per step, one lane per thread. */
export function Lanes({ film, at, to }: { film: Film; at: number; to(k: number): void }) {
  const row = useRef<HTMLTableRowElement>(null);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const [r, b] = [row.current, box.current];
    if (r && b) b.scrollTop = r.offsetTop - b.clientHeight / 2;
  }, [at]);
  const lanes = laneOrder(film.lanes).filter(
    (lane) => lane === film.lanes[0] || film.frames.some((f) => f.step?.lane === lane),
  );
  return (
    <section class="card lanes" aria-label="Steps by thread">
      <h3>Steps</h3>
      <Scroll label="All steps" box={box}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">Step</span>
              </th>
              {lanes.map((lane) => (
                <th scope="col" key={lane}>
                  {lane}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {film.frames.map((f, k) =>
              f.step ? (
                <tr
                  key={f.step.label}
                  ref={k === at ? row : undefined}
                  class={rowClass(f.step, k, at)}
                  aria-current={k === at ? 'step' : undefined}
                >
                  <th scope="row">
                    {k === at && <span class="pointer">▶</span>}
                    {f.step.label}
                  </th>
                  {lanes.map((lane) => (
                    <td key={lane} class={lane === f.step!.lane ? 'mine' : 'other'}>
                      {lane === f.step!.lane && <Cell step={f.step!} press={() => to(k)} />}
                    </td>
                  ))}
                </tr>
              ) : null,
            )}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

const rowClass = (s: FrameStep, k: number, at: number): string =>
  [k === at ? 'current' : k > at ? 'later' : '', s.inner ? 'inner' : '', s.breaks ? 'breaks' : '']
    .filter(Boolean)
    .join(' ');

function Cell({ step, press }: { step: FrameStep; press(): void }) {
  return (
    <button type="button" class="step" onClick={press}>
      <span class="who">{step.lane}</span>
      <Soft text={step.text} />
      {step.breaks && <strong class="break"> ✕ breaks here</strong>}
    </button>
  );
}
