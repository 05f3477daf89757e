import { beforeAll, describe, expect, it } from 'vitest';
import { deliver } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { buildChild } from './build.js';
import {
  badWeather,
  deliverOnce,
  environment,
  fleet,
  generator,
  push,
  until,
  wrongs,
} from './fleet.js';
import { Child, startRedis } from './process.js';

let file = '';

beforeAll(async () => {
  file = await buildChild();
});

interface Delivery {
  payload: object;
  id: string;
}

interface Plan {
  pulls: number;
  deliveries: number;
  /** Called before a delivery; may kill and start processes. */
  event: Map<number, () => Promise<void>>;
}

/** Opens and pushes pull requests, each delivery once, and repeats earlier ones until `deliveries` are sent. */
async function rain(
  hub: StandIn,
  url: () => string,
  plan: Plan,
  random: () => number,
): Promise<number> {
  const sent: Delivery[] = [];
  const rounds = new Map<number, number>();
  const heads = Math.floor(plan.pulls * 1.5);
  let opened = 0;
  let taken = 0;
  for (let i = 0; i < plan.deliveries; i++) {
    await plan.event.get(i)?.();
    const left = heads - opened;
    const fresh = left > 0 && random() < left / (plan.deliveries - i);
    let delivery = sent[Math.floor(random() * sent.length)];
    if (fresh || !delivery) {
      const again = opened >= plan.pulls;
      const pull = hub.pulls[again ? Math.floor(random() * plan.pulls) : opened];
      const round = rounds.get(pull.number) ?? 0;
      rounds.set(pull.number, round + 1);
      opened++;
      delivery = { payload: push(hub, pull, round), id: `${pull.number}-${round}` };
      sent.push(delivery);
    } else if (random() < 0.5) {
      // the same state under another delivery id, as "reopened" or a second webhook would send it
      delivery = { ...delivery, id: `${delivery.id}-${i}` };
    }
    if (await deliverOnce(url(), delivery.payload, delivery.id)) taken++;
  }
  return taken;
}

/** What the processes have logged about the pull requests that are named. */
function about(what: string[], children: Child[]): string {
  const names = new Set(what.map((w) => /^#\d+(?=:)/.exec(w)?.[0]).filter((n) => n !== undefined));
  const lines = children.flatMap((child) =>
    child.output.split('\n').map((l) => `${child.kind} ${l}`),
  );
  const named = lines.filter(
    (l) => l.includes('lost work') || [...names].some((n) => l.includes(`${n} at`)),
  );
  return [...what, ...named].join('\n');
}

async function counted(url: string, result: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.split('\n').filter((l) => l.startsWith('forklore_deliveries_total'));
  const of = lines.filter((l) => l.includes(`result="${result}"`));
  return of.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('1,000 deliveries through bad weather', () => {
  it('with Redis: the server and a worker killed twice each, nothing is lost and nothing comes twice', async (t) => {
    const redis = await startRedis();
    if (!redis) return t.skip('redis-server is not installed');
    const seed = Number(process.env.CHAOS_SEED ?? 20_240_101);
    const random = generator(seed);
    const hub = await fleet(200);
    const env = environment(hub, redis.url);
    const server = new Child(file, 'server-only', env);
    const [a, b] = [new Child(file, 'worker', env), new Child(file, 'worker', env)];
    try {
      hub.weather = badWeather(0.2, random);
      await Promise.all([server.start(), a.start(), b.start()]);
      const kill = (child: Child) => () => child.end('SIGKILL');
      const start = (child: Child) => () => child.start();
      const event = new Map([
        [150, kill(a)],
        [250, kill(server)],
        [270, start(server)],
        [400, start(a)],
        [500, kill(b)],
        [650, kill(server)],
        [670, start(server)],
        [700, start(b)],
      ]);
      const plan = { pulls: 200, deliveries: 1000, event };
      const taken = await rain(hub, () => server.url, plan, random);
      expect(taken).toBeLessThan(1000);
      const quiet = async () => {
        const health = (await (await fetch(`${server.url}/healthz`)).json()) as Record<
          string,
          number
        >;
        return health.waiting + health.running === 0 && wrongs(hub).length === 0;
      };
      if (!(await until(quiet, 60_000))) console.error(about(wrongs(hub), [server, a, b]));
      expect(wrongs(hub), `seed ${seed}`).toEqual([]);
      expect(hub.pulls.every((p) => p.data.state === 'open')).toBe(true);

      const before = await counted(server.url, 'repeated');
      const payload = push(hub, hub.pulls[0], 59);
      expect((await deliver(server.url, payload, { id: 'x' })).status).toBe(200);
      expect((await deliver(server.url, payload, { id: 'x' })).status).toBe(200);
      expect(await counted(server.url, 'repeated')).toBe(before + 1);
      const bad = { signature: `sha256=${'0'.repeat(64)}` };
      expect((await deliver(server.url, payload, bad)).status).toBeGreaterThanOrEqual(400);
      expect((await deliver(server.url, 'no json')).status).toBe(400);
      expect((await deliver(server.url, { pad: 'x'.repeat(6_000_000) })).status).toBe(413);
      for (const result of ['bad-signature', 'not-json', 'too-large'])
        expect(await counted(server.url, result), result).toBe(1);
      expect(hub.refused).toEqual([]);
    } finally {
      await Promise.all([server.end('SIGKILL'), a.end('SIGKILL'), b.end('SIGKILL')]);
      await redis.stop();
      await hub.close();
    }
  }, 120_000);

  it('a search for lost work that GitHub does not answer at first goes on', async () => {
    const hub = await fleet(20);
    for (const pull of hub.pulls) push(hub, pull, 0);
    let asked = 0;
    // more failures in a row than Octokit tries again
    hub.weather = ({ path }) =>
      /installations$|repositories$|check-runs$/.test(path) && asked++ % 12 < 9
        ? { status: 502, body: { message: 'Server Error' } }
        : null;
    const server = new Child(file, 'server', environment(hub, null));
    try {
      await server.start();
      await until(() => asked > 60, 30_000);
      hub.weather = () => null;
      await until(() => wrongs(hub).length === 0, 30_000);
      expect(wrongs(hub)).toEqual([]);
    } finally {
      await server.end('SIGKILL');
      await hub.close();
    }
  }, 90_000);

  it('in one process: killed twice, what was lost is found on GitHub', async () => {
    const random = generator(7);
    const hub = await fleet(30);
    const server = new Child(file, 'server', environment(hub, null));
    try {
      hub.weather = badWeather(0.2, random);
      await server.start();
      const kill = () => server.end('SIGKILL');
      const start = () => server.start();
      const event = new Map([
        [40, kill],
        [50, start],
        [100, kill],
        [101, start],
      ]);
      await rain(hub, () => server.url, { pulls: 30, deliveries: 130, event }, random);
      const current = () => wrongs(hub).filter((w) => w.startsWith('#'));
      await until(() => current().length === 0, 40_000);
      expect(current()).toEqual([]);
      expect(hub.refused).toEqual([]);
    } finally {
      await server.end('SIGKILL');
      await hub.close();
    }
  }, 60_000);
});

describe('a newer head', () => {
  it('aborts the review of the older one in whatever process it runs', async (t) => {
    const redis = await startRedis();
    if (!redis) return t.skip('redis-server is not installed');
    const hub = await fleet(1);
    const env = { ...environment(hub, redis.url), REVIEW_MS: '4000' };
    const server = new Child(file, 'server-only', env);
    const workers = [new Child(file, 'worker', env), new Child(file, 'worker', env)];
    try {
      await Promise.all([server, ...workers].map((child) => child.start()));
      const [pull] = hub.pulls;
      await deliverOnce(server.url, push(hub, pull, 0), 'a');
      expect(await until(() => hub.checks.length === 1, 30_000)).toBe(true);
      await deliverOnce(server.url, push(hub, pull, 1), 'b');
      const done = () => hub.checks.length === 2 && hub.checks.every((k) => k.conclusion !== null);
      expect(await until(done, 30_000)).toBe(true);
      expect(hub.checks.map((k) => [k.conclusion, k.output?.title])).toEqual([
        ['neutral', 'Superseded by a newer push'],
        ['failure', '1 problem introduced, 1 rule holds'],
      ]);
      expect(pull.reviews.map((r) => r.commit_id)).toEqual([pull.data.head.sha]);
    } finally {
      await Promise.all([server, ...workers].map((child) => child.end('SIGKILL')));
      await redis.stop();
      await hub.close();
    }
  }, 90_000);
});
