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
 * The steps of a run that the reader sees. User threads are interchangeable, so they are named in the order in which
 * they come up: `thread A`, `thread B`.
 */
export function shownSteps(run: Replay): ShownStep[] {
  const shown = run.steps.filter((s) => !s.info.hidden);
  const users = [...new Set(shown.map((s) => s.thread).filter((t) => t > 0))];
  const name = (t: number): string =>
    t === 0
      ? 'fork'
      : users.length === 1
        ? 'thread'
        : `thread ${String.fromCharCode(65 + users.indexOf(t))}`;
  return shown.map((s) => ({
    thread: name(s.thread),
    function: s.info.function,
    path: s.info.path,
    line: s.info.line,
    text: s.text,
  }));
}
