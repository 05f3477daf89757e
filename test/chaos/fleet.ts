import { createHash } from 'node:crypto';
import { deliver, examplePayload, type PullPayload, SECRET } from '../github/delivery.js';
import type { Seen, StandIn } from '../github/stand-in.js';
import type { Reply } from '../github/stand-in-routes.js';
import { Pull } from '../github/stand-in-state.js';
import { APP, gitHubWith, KEY } from '../github/world.js';

/** xorshift32: the same weather for the same seed. */
export function generator(seed: number): () => number {
  let x = seed | 0 || 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

export const shaOf = (text: string): string => createHash('sha1').update(text).digest('hex');

/** GitHub with many pull requests, all closed until `open` is called on them. */
export async function fleet(count: number): Promise<StandIn> {
  const hub = await gitHubWith();
  hub.pulls.length = 0;
  for (let i = 1; i <= count; i++) {
    const payload = examplePayload('opened').pull_request;
    payload.number = i;
    const pull = new Pull(payload, hub.options.files);
    payload.changed_files = hub.options.files.length;
    payload.state = 'closed';
    hub.pulls.push(pull);
  }
  return hub;
}

/** Gives a pull request a new head; the title names it, so that the stub review finds something new there. */
export function push(hub: StandIn, pull: Pull, round: number): PullPayload {
  const sha = shaOf(`${pull.number} ${round}`);
  const minute = String(round).padStart(2, '0');
  pull.data.state = 'open';
  pull.data.title = `head ${sha.slice(0, 16)}`;
  hub.push(sha, `2024-01-01T00:${minute}:00Z`, undefined, pull);
  const payload = examplePayload(round === 0 ? 'opened' : 'synchronize');
  payload.number = pull.number;
  payload.pull_request = structuredClone(pull.data);
  payload.installation = hub.options.payload.installation;
  payload.repository = hub.options.payload.repository;
  return payload;
}

/** One request in `share` fails: half of them before they are carried out, half after; some are called too fast. */
export function badWeather(
  share: number,
  random: () => number,
): (seen: Seen) => Reply | 'after-500' | null {
  return () => {
    const dice = random();
    if (dice < share / 2) return { status: 502, body: { message: 'Server Error' } };
    if (dice < share) return 'after-500';
    if (dice < share + 0.01)
      return {
        status: 403,
        headers: { 'retry-after': '1' },
        body: { message: 'You have exceeded a secondary rate limit' },
      };
    return null;
  };
}

export const environment = (hub: StandIn, redis: string | null): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  APP_ID: String(APP.id),
  PRIVATE_KEY: KEY.privateKey,
  WEBHOOK_SECRET: SECRET,
  GHE_HOST: hub.host,
  GHE_PROTOCOL: 'http',
  LOG_LEVEL: 'info',
  PORT: '0',
  ...(redis ? { REDIS_URL: redis } : {}),
});

/** Delivers as GitHub does: once, and no answer is no answer. True when it was taken. */
export async function deliverOnce(url: string, payload: object, id: string): Promise<boolean> {
  try {
    return (await deliver(url, payload, { id })).status === 200;
  } catch {
    return false;
  }
}

/** What is wrong in the end: heads without or with more than one review or finished check run, doubled comments. */
export function wrongs(hub: StandIn): string[] {
  const out: string[] = [];
  for (const pull of hub.pulls) {
    if (pull.data.state !== 'open') continue;
    const head = pull.data.head.sha;
    const name = `#${pull.number}`;
    const shas = new Set([head, ...pull.reviews.map((r) => r.commit_id)]);
    for (const sha of shas) {
      const runs = hub.checks.filter((k) => k.head_sha === sha);
      const done = runs.filter((k) => k.status === 'completed' && k.conclusion === 'failure');
      const reviews = pull.reviews.filter((r) => r.commit_id === sha);
      const current = sha === head;
      if (current && done.length !== 1) out.push(`${name}: ${done.length} finished check runs`);
      if (current && reviews.length !== 1) out.push(`${name}: ${reviews.length} reviews`);
      if (!current && (done.length > 1 || reviews.length > 1))
        out.push(`${name}: an older head twice`);
    }
    const texts = pull.comments.map((c) => /finding=(\w+)/.exec(c.body)?.[1]);
    if (new Set(texts).size !== texts.length) out.push(`${name}: a comment twice`);
  }
  const open = hub.checks.filter((k) => k.status !== 'completed');
  for (const k of open) out.push(`check run ${k.id} at ${k.head_sha} is still ${k.status}`);
  const perHead = new Map<string, number>();
  for (const k of hub.checks) perHead.set(k.head_sha, (perHead.get(k.head_sha) ?? 0) + 1);
  for (const [sha, n] of perHead) if (n > 1) out.push(`${n} check runs at ${sha}`);
  return out;
}

/** Waits until `done` holds; false when `ms` milliseconds are over before. */
export async function until(done: () => Promise<boolean> | boolean, ms: number): Promise<boolean> {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    if (await done()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
