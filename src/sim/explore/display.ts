import type { Replay } from './replay.js';

/** A step as a report shows it: the shape of `TraceStep`. */
export interface ShownStep {
  thread: string;
  function: string;
  path: string;
  line: number | null;
  text: string;
}

/**
 * Names of the threads of a run. User threads are interchangeable, so they are named in the order in which they come
 * up: `thread A`, `thread B`; a single one is `thread`. Those that do not come up follow.
 */
export function threadNames(run: Replay, threads: number): string[] {
  const order = [
    ...new Set(run.steps.filter((s) => !s.info.hidden && s.thread > 0).map((s) => s.thread)),
  ];
  for (let t = 1; t < threads; t++) if (!order.includes(t)) order.push(t);
  const name = (t: number): string =>
    t === 0
      ? 'fork'
      : threads === 2
        ? 'thread'
        : `thread ${String.fromCharCode(65 + order.indexOf(t))}`;
  return Array.from({ length: threads }, (_, t) => name(t));
}

/** The steps of a run that the reader sees. */
export function shownSteps(run: Replay, threads: number): ShownStep[] {
  const names = threadNames(run, threads);
  return run.steps
    .filter((s) => !s.info.hidden)
    .map((s) => ({
      thread: s.info.thread ?? names[s.thread],
      function: s.info.function,
      path: s.info.path,
      line: s.info.line,
      text: s.text,
    }));
}
