import type { ApplicationFunction } from 'probot';
import { EVENTS, type Payload, routeDelivery } from './events.js';
import { describeJob } from './jobs.js';
import type { JobQueue } from './queue.js';
import type { Seen } from './recent.js';

/** What became of a delivery. */
export type DeliveryResult = 'queued' | 'ignored' | 'repeated' | 'failed';

export interface AppOptions {
  queue: JobQueue;
  /** Deliveries that were taken before. */
  seen: Seen;
  /** Our app's id, to tell its check runs from those of others. */
  appId: number;
  onDelivery?: (event: string, result: DeliveryResult) => void;
}

/**
 * The Probot app. It answers each delivery at once and leaves the work to the queue. A delivery that GitHub repeats is
 * taken again only when it could not be queued.
 */
export function createApp(options: AppOptions): ApplicationFunction {
  const { queue, seen, appId, onDelivery = () => {} } = options;
  return (app) => {
    app.on([...EVENTS], async ({ id, name, payload, log }) => {
      const routed = routeDelivery({ name, id, payload: payload as Payload }, appId);
      if ('ignored' in routed) {
        onDelivery(name, 'ignored');
        log.info(`${name}: ignored, ${routed.ignored}`);
        return;
      }
      if (await seen.has(id)) {
        onDelivery(name, 'repeated');
        log.info(`${name}: ignored, delivered before`);
        return;
      }
      try {
        const added = await queue.add({ ...routed.job, delivery: id });
        // only now: a process that dies before has taken nothing
        await seen.add(id);
        onDelivery(name, 'queued');
        log.info(`${describeJob(routed.job)}: ${added}`);
      } catch (error) {
        onDelivery(name, 'failed');
        throw error;
      }
    });
  };
}
