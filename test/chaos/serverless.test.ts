import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { webhookHandler } from '../../src/serverless.js';
import { buildChild } from './build.js';
import { deliverOnce, environment, fleet, push, until } from './fleet.js';
import { Child, startRedis } from './process.js';

it('needs Redis: the process stops after its answer', async () => {
  const hub = await fleet(1);
  expect(() => webhookHandler(environment(hub, null))).toThrow('REDIS_URL is not set');
  await hub.close();
});

it('queues from a function, a worker elsewhere reviews', async (t) => {
  const redis = await startRedis();
  if (!redis) return t.skip('redis-server is not installed');
  const hub = await fleet(1);
  const env = environment(hub, redis.url);
  const handler = webhookHandler(env);
  const front = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  const worker = new Child(await buildChild(), 'worker', { ...env, PORT: '0' });
  try {
    expect(await deliverOnce(url, push(hub, hub.pulls[0], 0), 'a')).toBe(true);
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ waiting: 1, running: 0 });
    expect(hub.requests).toEqual([]);
    await worker.start();
    expect(await until(() => hub.checks[0]?.status === 'completed', 30_000)).toBe(true);
    expect(hub.reviews).toHaveLength(1);
    // the job is counted when it has ended, which is a little after its check run
    const counted = async () =>
      (await (await fetch(`${worker.url}/metrics`)).text()).includes(
        'forklore_jobs_total{kind="pull",outcome="reviewed"} 1',
      );
    expect(await until(counted, 10_000)).toBe(true);
  } finally {
    await worker.end('SIGKILL');
    await redis.stop();
    front.closeAllConnections();
    front.close();
    await hub.close();
  }
}, 90_000);
