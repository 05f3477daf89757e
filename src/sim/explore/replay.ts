import type { StepInfo } from './graph.js';
import { type Choice, DEADLOCK } from './search.js';
import { firstProperty, propertyBits, type StateBuffer, type System } from './system.js';

/** One step of a run, with the state before it. */
export interface ReplayedStep {
  thread: number;
  /** Index of the edge that was taken. */
  edge: number;
  threadName: string;
  info: Omit<StepInfo, 'text'>;
  text: string;
  /** Shared variables before and after the step. */
  before: Uint8Array;
  after: Uint8Array;
  /** Node of each thread after the step. */
  nodes: number[];
}

export interface Replay {
  steps: ReplayedStep[];
  /** Property that the last step breaks, or -1. */
  property: number;
  /** State after the last step. */
  end: StateBuffer;
  /** Why the schedule could not be followed to its end, or null. */
  refused: string | null;
}

/**
 * Follows a schedule step by step. It is refused where a thread can not do what the schedule says; steps after the one
 * that breaks a property in `properties` are refused too.
 */
export function replay(
  sys: System,
  schedule: readonly Choice[],
  properties: ReadonlySet<number>,
): Replay {
  const b = sys.initial();
  const steps: ReplayedStep[] = [];
  let property = -1;
  const asked = propertyBits(properties);
  for (const [k, c] of schedule.entries()) {
    const graph = sys.spec.threads[c.thread];
    const edge = graph?.nodes[b.nodes[c.thread]]?.[c.edge];
    const compiled = graph && sys.edges[c.thread][b.nodes[c.thread]]?.[c.edge];
    const where = `step ${k + 1}`;
    if (!edge || !compiled) return { steps, property, end: b, refused: `${where}: no such choice` };
    if (property >= 0)
      return { steps, property, end: b, refused: `${where}: the run has ended before` };
    if (compiled.guard && !compiled.guard(b.bytes))
      return { steps, property, end: b, refused: `${where}: ${graph.name} is blocked there` };
    const before = b.bytes.slice(0, sys.vars);
    const { text, ...info } = edge.info;
    steps.push({
      thread: c.thread,
      edge: c.edge,
      threadName: graph.name,
      info,
      text: typeof text === 'string' ? text : text(before),
      before,
      after: before,
      nodes: [],
    });
    b.nodes[c.thread] = edge.to;
    const breach = (compiled.apply?.(b.bytes) ?? 0) & asked;
    Object.assign(steps[steps.length - 1], {
      after: b.bytes.slice(0, sys.vars),
      nodes: [...b.nodes],
    });
    if (breach) property = firstProperty(breach);
  }
  if (property < 0 && properties.has(DEADLOCK) && stuckForGood(sys, b)) property = DEADLOCK;
  return { steps, property, end: b, refused: null };
}

function stuckForGood(sys: System, b: StateBuffer): boolean {
  if (sys.finished(b)) return false;
  for (let t = 0; t < sys.threads; t++)
    for (const e of sys.edges[t][b.nodes[t]])
      if (e.guard === null || e.guard(b.bytes)) return false;
  return true;
}
