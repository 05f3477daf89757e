import { mentions, type SharedSteps } from './promela.js';

export interface TrailLength {
  /** Steps of the trail, without those that start the processes. */
  steps: number;
  /** Those of them that touch shared variables. An atomic block is one step. */
  shared: number;
}

const STEP = /^\s*(\d+):\s+proc\s+(\d+)\s.*?:(\d+) \(state \d+\)\s+\[(.*)\]\s*$/;

/** Counts the steps of `spin -t -p`. Process 0 is init. */
export function trailLength(output: string, model: SharedSteps): TrailLength {
  const all = new Set<number>();
  const shared = new Set<number>();
  for (const line of output.split('\n')) {
    const m = STEP.exec(line);
    if (!m || m[2] === '0') continue;
    const step = Number(m[1]);
    all.add(step);
    const looks = m[4] === 'else' ? model.elseLines.has(Number(m[3])) : mentions(m[4], model.names);
    if (looks) shared.add(step);
  }
  return { steps: all.size, shared: shared.size };
}
