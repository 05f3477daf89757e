import { createHmac, generateKeyPairSync } from 'node:crypto';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Prng } from '../../../src/base/prng.js';
import { createHandler } from '../../../src/github/handler.js';
import { type Job, laneOf } from '../../../src/github/jobs.js';
import { createService, WEBHOOK_PATH } from '../../../src/github/service.js';
import { DEFAULT_CONFIG } from '../../../src/judge/configuration.js';
import { exampleEvent, examplePayload, SECRET } from '../../github/delivery.js';
import { mutate, once, pick } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { damage } from './damage.js';

interface Case {
  event: string;
  body: string;
  /** The signature is GitHub's. */
  signed: boolean;
}

const EXAMPLES: [string, object][] = [
  ...['opened', 'synchronize', 'reopened'].map((a): [string, object] => [
    'pull_request',
    examplePayload(a),
  ]),
  ['issue_comment', exampleEvent('issue_comment', 'created')],
  ['pull_request_review_comment', exampleEvent('pull_request_review_comment', 'created')],
  ['check_run', exampleEvent('check_run', 'rerequested')],
  ['check_run', exampleEvent('check_run', 'requested_action')],
  ['check_suite', exampleEvent('check_suite', 'rerequested')],
];
/** Members that are looked at; the rest of a payload is ballast. */
const KEPT =
  'action number pull_request repository installation sender issue comment check_run check_suite requested_action changes before identifier id login owner name user head base sha ref title state draft changed_files commits updated_at head_sha app type body identifier'.split(
    ' ',
  );

function slim(x: unknown): unknown {
  if (Array.isArray(x)) return x.slice(0, 2).map(slim);
  if (typeof x !== 'object' || x === null) return x;
  return Object.fromEntries(
    Object.entries(x)
      .filter(([key]) => KEPT.includes(key))
      .map(([key, value]) => [key, slim(value)]),
  );
}

const SEEDS = EXAMPLES.map(([event, x]): [string, string] => {
  const data = slim(x) as { comment?: { body: string }; issue?: object };
  if (data.comment) data.comment.body = '/forklore review';
  if (data.issue) data.issue = { ...data.issue, pull_request: {} };
  return [event, JSON.stringify(data)];
});
const WORDS = ['{', '}', '[', ']', ',', ':', '"', 'null', '1e9', '-1', '"../"', '\\u0000', '{}'];

function make(r: Prng): Case {
  const [event, text] = pick(r, SEEDS);
  const signed = !once(r, 20);
  const said = once(r, 20) ? pick(r, SEEDS)[0] : event;
  if (once(r, 5))
    return { event: said, body: mutate(r, text, WORDS, pick(r, SEEDS)[1], 2), signed };
  const data = JSON.parse(text) as object;
  for (let n = r.below(4); n > 0; n--) damage(r, data);
  return { event: said, body: JSON.stringify(data), signed };
}

const jobs: Job[] = [];
let port: Promise<number> | null = null;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The real handler; what it queues is looked at, not done. */
async function start(): Promise<number> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const service = await createService({
    env: {
      ...{ NODE_ENV: 'test', APP_ID: '1', WEBHOOK_SECRET: SECRET, LOG_LEVEL: 'silent' },
      PRIVATE_KEY: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string,
    },
    review: () => Promise.reject(new Error('no review is wanted')),
    parseConfig: () => DEFAULT_CONFIG,
    explainRule: async () => ({ text: null, known: [] }),
  });
  const queue = {
    add: async (job: Job) => {
      jobs.push(job);
      return 'added' as const;
    },
    size: async () => ({ waiting: 0, running: 0 }),
    close: async () => {},
  };
  const handler = await createHandler({ ...service, queue });
  const server = createServer((q, s) => void handler(q, s));
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

let serial = 0;

async function post({ event, body, signed }: Case): Promise<number> {
  port ??= start();
  const key = signed ? SECRET : 'another';
  const signature = createHmac('sha256', key).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': `d${++serial}`,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const options = { port: await port, host: '127.0.0.1', path: WEBHOOK_PATH, agent, headers };
  return new Promise((resolve, reject) => {
    const q = request({ ...options, method: 'POST' }, (s) => {
      s.resume();
      s.on('end', () => resolve(s.statusCode ?? 0));
    });
    q.on('error', reject);
    q.end(body);
  });
}

async function run(c: Case): Promise<Depth> {
  jobs.length = 0;
  const status = await post(c);
  hold(status >= 200 && status < 500, `answered with ${status}`);
  hold(c.signed || status === 400 || status === 401, `taken without a signature: ${status}`);
  hold(jobs.length <= 1 && (jobs.length === 0 || status < 300), 'refused, and queued');
  for (const job of jobs) {
    hold(Number.isSafeInteger(job.installation) && job.installation > 0, 'no installation');
    const lane = laneOf(job);
    hold(/^\d+:[\w.-]+\/[\w.-]+[#@][0-9a-f]+$/.test(lane), `queued for ${lane}`);
    if (job.kind === 'pull')
      hold(/^[0-9a-f]{40,64}$/.test(job.event.headSha), `queued a head ${job.event.headSha}`);
  }
  return status < 300 ? 'deep' : 'refused';
}

export const webhook: Target<Case> = {
  name: 'webhook',
  runs: 60_000,
  make,
  run,
  bytes: (c) => c.body,
};
