import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { JobQueue } from './queue.js';

/** What became of an HTTP delivery before the app saw it, beside the app's own results. */
export type Refusal = 'bad-signature' | 'too-large' | 'not-json' | 'malformed' | 'error';

/** Figures about one process, for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly deliveries: Counter;
  readonly jobs: Counter;
  readonly seconds: Histogram;
  readonly requests: Counter;

  constructor(queue: () => JobQueue | null) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.deliveries = new Counter({
      name: 'forklore_deliveries_total',
      help: 'Webhook deliveries by event and what became of them',
      labelNames: ['event', 'result'],
      registers,
    });
    this.jobs = new Counter({
      name: 'forklore_jobs_total',
      help: 'Jobs by kind and outcome',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'forklore_job_seconds',
      help: 'Time that jobs took, waiting not counted',
      labelNames: ['kind'],
      buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300],
      registers,
    });
    this.requests = new Counter({
      name: 'forklore_github_responses_total',
      help: 'Answers of GitHub by status; 0 when none came',
      labelNames: ['status'],
      registers,
    });
    const gauge: Gauge = new Gauge({
      name: 'forklore_queue_jobs',
      help: 'Jobs that wait and run',
      labelNames: ['state'],
      registers,
      collect: async () => {
        const size = await queue()?.size();
        if (!size) return;
        gauge.set({ state: 'waiting' }, size.waiting);
        gauge.set({ state: 'running' }, size.running);
      },
    });
  }

  delivery(event: string, result: string): void {
    this.deliveries.inc({ event, result });
  }

  refused(result: Refusal): void {
    this.deliveries.inc({ event: '', result });
  }
}
