import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  badWeather,
  deliverOnce,
  environment,
  fleet,
  generator,
  push,
  until,
} from '../chaos/fleet.js';
import { Child, startRedis } from '../chaos/process.js';
import type { StandIn } from '../github/stand-in.js';
import { filesFromPatch, treeFromFolder } from '../github/stand-in-diff.js';
import { ROOT } from '../support.js';

/*
 * Figures of the app under load: real server and worker processes, real Redis, the stand-in for GitHub, Octokit's pauses
 * scaled to nothing. Reviews are real ones of the miniature tree; for memory they are stubs, since it is about what the
 * server keeps.
 */

const args = process.argv.slice(2);
const number = (name: string, other: number) => {
  const at = args.indexOf(name);
  return at < 0 ? other : Number(args[at + 1]);
};
const PULLS = number('--pulls', 40);
const DELIVERIES = number('--deliveries', 10_000);

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Pull requests that all lock the copy, on the miniature tree. */
async function realFleet(count: number): Promise<StandIn> {
  const hub = await fleet(count);
  const patch = readFileSync(join(ROOT, 'fixtures/mails/lock-copy.mbox'), 'utf8');
  const files = filesFromPatch(patch);
  for (const pull of hub.pulls) {
    pull.files = files;
    pull.data.changed_files = files.length;
  }
  hub.options.trees[hub.pulls[0].data.base.sha] = treeFromFolder(join(ROOT, 'fixtures/mini-6.12'));
  return hub;
}

const finished = (hub: StandIn) => hub.checks.filter((k) => k.status === 'completed').length;

const percentile = (values: number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
};

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

/** Figures about reviews that were not made would be none. */
function reviewed(hub: StandIn): void {
  const odd = hub.checks.find((k) => k.conclusion !== 'failure');
  if (odd) throw new Error(`no review: ${odd.output?.title}: ${odd.output?.summary.slice(0, 200)}`);
}

async function burst(file: string, workers: number): Promise<void> {
  const redis = (await startRedis())!;
  const hub = await realFleet(PULLS + workers * 2);
  const env = { ...environment(hub, redis.url), REVIEW: 'real', CONCURRENCY: '1' };
  const server = new Child(file, 'server-only', env);
  const all = Array.from({ length: workers }, () => new Child(file, 'worker', env));
  await Promise.all([server, ...all].map((child) => child.start()));
  // threads, grammar and code of each worker are warm
  for (let i = 0; i < workers * 2; i++)
    await deliverOnce(server.url, push(hub, hub.pulls[PULLS + i], 0), `w${i}`);
  await until(() => finished(hub) === workers * 2, 120_000);
  const began = performance.now();
  for (let i = 0; i < PULLS; i++)
    await deliverOnce(server.url, push(hub, hub.pulls[i], 0), `d${i}`);
  const answered = performance.now() - began;
  await until(() => finished(hub) === PULLS + workers * 2, 600_000);
  const took = performance.now() - began;
  const rate = (PULLS / took) * 60_000;
  console.log(
    `${workers} worker${workers > 1 ? 's' : ' '}  ${PULLS} reviews in ${seconds(took)}: ${rate.toFixed(0)} a minute; all deliveries answered after ${seconds(answered)}`,
  );
  reviewed(hub);
  for (const child of [server, ...all]) await child.end('SIGTERM');
  await redis.stop();
  await hub.close();
}

async function latency(file: string): Promise<void> {
  const hub = await realFleet(PULLS + 2);
  const posted = new Map<number, number>();
  hub.weather = (seen) => {
    const at = /\/pulls\/(\d+)\/reviews$/.exec(seen.path);
    if (at && seen.method === 'POST') posted.set(Number(at[1]), performance.now());
    return null;
  };
  const server = new Child(file, 'server', { ...environment(hub, null), REVIEW: 'real' });
  await server.start();
  for (const pull of hub.pulls.slice(PULLS))
    await deliverOnce(server.url, push(hub, pull, 0), `w${pull.number}`);
  await until(() => finished(hub) === 2, 120_000);
  const answers: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < PULLS; i++) {
    const pull = hub.pulls[i];
    const began = performance.now();
    await deliverOnce(server.url, push(hub, pull, 0), `d${i}`);
    answers.push(performance.now() - began);
    await until(() => posted.has(pull.number), 60_000);
    times.push((posted.get(pull.number) ?? Number.NaN) - began);
    await until(() => finished(hub) === i + 3, 60_000);
  }
  console.log(
    `webhook to answer         p50 ${seconds(percentile(answers, 0.5))}  p95 ${seconds(percentile(answers, 0.95))}`,
  );
  console.log(
    `webhook to posted review  p50 ${seconds(percentile(times, 0.5))}  p95 ${seconds(percentile(times, 0.95))}`,
  );
  await server.end('SIGTERM');
  await hub.close();
}

async function memory(file: string): Promise<void> {
  const heads = Math.ceil(DELIVERIES / 4);
  const hub = await fleet(heads);
  const random = generator(1);
  hub.weather = badWeather(0, random);
  const server = new Child(file, 'server', {
    ...environment(hub, null),
    REVIEW_MS: '0',
    CONCURRENCY: '8',
    LOG_LEVEL: process.env.DEBUG_LOAD ? 'info' : 'silent',
  });
  await server.start();
  const rss: string[] = [];
  let opened = 0;
  for (let i = 0; i < DELIVERIES; i++) {
    const fresh = i % 4 === 0 && opened < heads;
    const pull = hub.pulls[fresh ? opened++ : Math.floor(random() * opened)];
    const id = fresh ? `d${pull.number}` : random() < 0.5 ? `d${pull.number}` : `r${i}`;
    const payload = fresh ? push(hub, pull, 0) : { ...push(hub, pull, 0) };
    await deliverOnce(server.url, payload, id);
    if (i % 4 === 3) await until(() => finished(hub) >= opened - 8, 30_000);
    if ((i + 1) % Math.ceil(DELIVERIES / 10) === 0)
      rss.push(`${i + 1}: ${Math.round(server.rss() / 1e6)}`);
  }
  await until(() => finished(hub) === opened, 60_000);
  console.log(`memory of the server in MB after deliveries  ${rss.join('  ')}`);
  console.log(`${finished(hub)} of ${opened} heads have their check run`);
  if (process.env.DEBUG_LOAD)
    console.log(
      server.output,
      hub.refused,
      hub.checks.map((k) => [k.head_sha.slice(0, 8), k.status, k.conclusion]),
    );
  await server.end('SIGTERM');
  await hub.close();
}

if (!existsSync(join(ROOT, 'dist/cli/review-thread.js')))
  throw new Error('run npm run build first');
const file = join(ROOT, 'node_modules/.cache/forklore-bench/app-child.mjs');
const only = args.find((a) => ['latency', 'burst', 'memory'].includes(a));
if (!only || only === 'latency') await latency(file);
if (!only || only === 'burst') for (const workers of [1, 2]) await burst(file, workers);
if (!only || only === 'memory') await memory(file);
await wait(0);
process.exit(0);
