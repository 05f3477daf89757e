import { Prng } from '../../base/prng.js';
import type { Choice, SearchResult } from './search.js';
import { firstProperty, propertyBits, type System } from './system.js';

export interface RandomOptions {
  seed: number;
  runs: number;
  /** Times that a thread which could go on is set aside, per run. */
  preemptions: number;
  properties: ReadonlySet<number>;
  stopAtFirst: boolean;
  /** Steps after which a run is given up. */
  maxSteps: number;
}

/**
 * Random schedules with a bounded number of preemptions. Finds, never proves: `exhausted` is always false. The same
 * seed gives the same runs.
 */
export class RandomSearch {
  private length = 100;

  constructor(
    private readonly sys: System,
    private readonly o: RandomOptions,
  ) {}

  run(): SearchResult {
    const rng = new Prng(this.o.seed);
    const result: SearchResult = {
      states: 0,
      transitions: 0,
      exhausted: false,
      limit: null,
      failing: 0,
      failures: [],
      bytes: 0,
    };
    for (let n = 0; n < this.o.runs; n++) {
      this.once(rng, result);
      if (result.failing && this.o.stopAtFirst) break;
    }
    return result;
  }

  private once(rng: Prng, result: SearchResult): void {
    const { sys, o } = this;
    const b = sys.initial();
    const schedule: Choice[] = [];
    const asked = propertyBits(o.properties);
    let current = -1;
    // preemptions fall anywhere in a run as long as the last one
    const at = new Set(Array.from({ length: o.preemptions }, () => rng.below(this.length)));
    for (let step = 0; step < o.maxSteps; step++) {
      const enabled = this.enabled(b.nodes, b.bytes);
      this.length = Math.max(1, step);
      if (enabled.length === 0) return;
      const threads = [...new Set(enabled.map((c) => c.thread))];
      if (!threads.includes(current)) current = threads[rng.below(threads.length)];
      else if (at.has(step)) current = threads[rng.below(threads.length)];
      const mine = enabled.filter((c) => c.thread === current);
      const choice = mine[rng.below(mine.length)];
      schedule.push(choice);
      result.transitions++;
      const edge = sys.edges[choice.thread][b.nodes[choice.thread]][choice.edge];
      b.nodes[choice.thread] = edge.to;
      const breach = (edge.apply?.(b.bytes) ?? 0) & asked;
      if (breach !== 0) {
        result.failing++;
        if (result.failures.length < 64)
          result.failures.push({ property: firstProperty(breach), schedule });
        return;
      }
    }
  }

  private enabled(nodes: Uint16Array, bytes: Uint8Array): Choice[] {
    const out: Choice[] = [];
    for (let thread = 0; thread < this.sys.threads; thread++)
      this.sys.edges[thread][nodes[thread]].forEach((e, edge) => {
        if (e.guard === null || e.guard(bytes)) out.push({ thread, edge });
      });
    return out;
  }
}
