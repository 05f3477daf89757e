import { afterEach, expect, it } from 'vitest';
import type { StandIn } from './stand-in.js';
import { gitHubWith } from './world.js';

let hub: StandIn;

afterEach(() => hub.close());

async function call(method: string, path: string, body?: object, token = 'ghs_known') {
  hub.tokens.add('ghs_known');
  const response = await fetch(`http://${hub.host}/api/v3${path}`, {
    method,
    headers: { authorization: `token ${token}` },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

it('refuses what it does not know, loudly', async () => {
  hub = await gitHubWith();
  const repo = `/repos/${hub.options.payload.repository.full_name}`;
  expect((await call('GET', '/user')).status).toBe(501);
  expect((await call('DELETE', `${repo}/pulls/2/reviews/1`)).status).toBe(501);
  expect((await call('GET', `${repo}/pulls/2`, undefined, 'ghs_guessed')).status).toBe(501);
  expect((await call('POST', '/app/installations/1/access_tokens', {}, 'x.y.z')).status).toBe(501);
  expect(hub.refused).toHaveLength(4);
  expect((await call('GET', `${repo}/pulls/2`)).status).toBe(200);
  expect((await call('GET', `${repo}/pulls/3`)).status).toBe(404);
});

it('checks requests against the description of the API', async () => {
  hub = await gitHubWith();
  const repo = `/repos/${hub.options.payload.repository.full_name}`;
  const head_sha = hub.pull.head.sha;
  const run = { name: 'x', head_sha, status: 'in_progress' };
  const bad: [string, string, object?][] = [
    ['GET', `${repo}/pulls/two`],
    ['GET', `${repo}/pulls?state=half`],
    ['GET', `${repo}/pulls?per_pages=3`],
    ['POST', `${repo}/check-runs`, { ...run, conclusion: 'fine' }],
    ['POST', `${repo}/check-runs`, { ...run, colour: 'red' }],
    ['POST', `${repo}/check-runs`, { name: 'x' }],
    ['POST', `${repo}/check-runs`, { ...run, output: { title: 't', summary: 'x'.repeat(65_536) } }],
    ['POST', `${repo}/check-runs`],
    ['POST', `${repo}/pulls/2/reviews`, { event: 'SHOUT' }],
  ];
  // without the description (no network) nothing of this is checked
  for (const [method, path, body] of hub.api ? bad : [])
    expect((await call(method, path, body)).status, `${method} ${path}`).toBe(501);
  expect((await call('POST', `${repo}/check-runs`, run)).status).toBe(201);
  expect(hub.refused).toHaveLength(hub.api ? bad.length : 0);
});

it('knows what the app may do', async () => {
  hub = await gitHubWith();
  hub.options.permissions = { metadata: 'read' };
  const repo = `/repos/${hub.options.payload.repository.full_name}`;
  expect((await call('GET', `${repo}/pulls/2`)).status).toBe(403);
  expect((await call('GET', `${repo}/collaborators/mallory/permission`)).status).toBe(404);
  expect((await call('GET', `${repo}/collaborators/Codertocat/permission`)).status).toBe(200);
});

it('refuses a whole review for one line outside the diff', async () => {
  hub = await gitHubWith();
  const path = `/repos/${hub.options.payload.repository.full_name}/pulls/2/reviews`;
  const at = (line: number, side = 'RIGHT') => ({ path: 'kernel/fork.c', line, side, body: 'x' });
  const review = (...comments: object[]) =>
    call('POST', path, { commit_id: hub.pull.head.sha, event: 'COMMENT', body: 'x', comments });
  expect((await review(at(14), at(3))).status).toBe(422);
  expect((await review(at(14, 'LEFT'))).status).toBe(422);
  expect(hub.comments).toEqual([]);
  expect((await review(at(14), at(8), at(11, 'LEFT'))).status).toBe(200);
  expect(hub.comments).toHaveLength(3);
});
