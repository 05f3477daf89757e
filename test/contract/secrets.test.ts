import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { redact } from '../../src/base/redact.js';
import { failureReason } from '../../src/github/failure.js';
import { buildChild } from '../chaos/build.js';
import { deliverOnce, environment, fleet, push, until } from '../chaos/fleet.js';
import { Child } from '../chaos/process.js';
import { deliver, SECRET } from '../github/delivery.js';
import type { StandIn } from '../github/stand-in.js';
import { KEY } from '../github/world.js';
import { forklore } from '../support.js';

const TOKENS = [
  'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  'gho_16C7e42F292c6912E7710c838347Ae178B4a',
  'ghs_APPID.eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJl',
  'github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJl',
];
const PASSWORD = 'a-password-of-redis';
const HOME = '/home/somebody/of/this/host';
const LEAK = [...TOKENS, SECRET, `redis://:${PASSWORD}@10.1.2.3:6379`, `at ${HOME}/file.js:1`].join(
  ' ',
);

let hub: StandIn;
let server: Child;

afterEach(async () => {
  await server?.end('SIGKILL');
  await hub?.close();
});

async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
  hub = await fleet(2);
  server = new Child(await buildChild(), 'server', {
    ...environment(hub, null),
    ...{ LOG_LEVEL: 'debug', LEAK, HOME },
    ...env,
  });
  await server.start();
}

/** All that the app has told anybody: its logs, and what GitHub was sent. */
const told = (): string =>
  [
    server.output,
    JSON.stringify([hub.requests, hub.checks, hub.pulls.map((p) => [p.reviews, p.comments])]),
  ].join('\n');

function expectClean(text: string): void {
  for (const secret of [...TOKENS, ...hub.tokens, SECRET, PASSWORD, KEY.privateKey])
    expect(text).not.toContain(secret);
  const line = KEY.privateKey.split('\n')[3];
  expect(text).not.toContain(line);
}

describe('secrets', () => {
  it.each([
    ...TOKENS,
    `redis://u:${PASSWORD}@h:1`,
    KEY.privateKey,
    `Auth: Bearer ${'a1'.repeat(20)}`,
  ])('are known by their form: %#', (secret) => {
    const text = redact(`before ${secret} after`);
    expect(text).toContain('before ');
    expect(text).toContain('[redacted]');
    for (const part of secret.match(/[A-Za-z0-9]{12,}/g) ?? []) expect(text).not.toContain(part);
  });

  it('are not seen in commit ids, paths and words', () => {
    const text =
      'the token of kernel/fork.c at 1234567890abcdef1234567890abcdef12345678 https://x/y';
    expect(redact(text)).toBe(text);
  });

  it('are in no log and no check run when a review fails and says all of them', async () => {
    await start({ REVIEW: 'leak' });
    const [pull] = hub.pulls;
    await deliverOnce(server.url, push(hub, pull, 0), 'd1');
    const failed = () => hub.checks.some((k) => k.status === 'completed');
    expect(await until(failed, 30_000)).toBe(true);
    await server.end('SIGTERM');
    expect(server.output).toContain('failed');
    expectClean(told());
    const posted = JSON.stringify(hub.checks);
    expect(posted).toContain('[redacted]');
    for (const place of [HOME, hostname().length > 5 ? hostname() : HOME, process.cwd()])
      expect(posted).not.toContain(place);
  });

  it('are in no log when GitHub fails and repeats what it was sent', async () => {
    await start();
    hub.weather = ({ method, path }) =>
      method === 'POST' && path.endsWith('/reviews')
        ? { status: 422, body: { message: `no: ${LEAK} ${[...hub.tokens].join(' ')}` } }
        : null;
    const [pull] = hub.pulls;
    await deliverOnce(server.url, push(hub, pull, 0), 'd1');
    expect(await until(() => hub.checks.some((k) => k.status === 'completed'), 30_000)).toBe(true);
    await server.end('SIGTERM');
    expect(hub.tokens.size).toBeGreaterThan(0);
    expectClean(told());
  });

  it('are in no log of deliveries that are refused, and neither is their text', async () => {
    await start();
    const payload = push(hub, hub.pulls[0], 0);
    payload.pull_request.title = `a title of theirs ${TOKENS[1]}`;
    const wrong = { ...payload, installation: { id: 'x' } };
    const unsigned = await deliver(server.url, payload, { signature: `sha256=${'0'.repeat(64)}` });
    const statuses = [unsigned.status, (await deliver(server.url, wrong)).status];
    await server.end('SIGTERM');
    expect(statuses).toEqual([400, 400]);
    expect(server.output).not.toContain('a title of theirs');
    expectClean(told());
  });

  it('are in no error of the command line', () => {
    const r = forklore('review', `/nowhere/${TOKENS[0]}`, '-x', TOKENS[1]);
    const s = forklore('review', `/nowhere/${TOKENS[0]}.mbox`);
    for (const token of TOKENS) expect(r.out + r.err + s.out + s.err).not.toContain(token);
    expect(s.err).toContain('no such file');
  });
});

describe('the reason of a failure', () => {
  it('names no place on this host', () => {
    const reason = failureReason(new Error(`ENOENT: no such file, open '${HOME}/x/rules.yaml'`));
    expect(reason).toBe("internal error: ENOENT: no such file, open '.../rules.yaml'");
    expect(failureReason(new Error('kernel/fork.c: a/b is wrong'))).toContain('kernel/fork.c: a/b');
  });
});
