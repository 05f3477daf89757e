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
