import { expect, it } from 'vitest';
import { buildChild } from './build.js';
import { deliverOnce, environment, fleet, push, until } from './fleet.js';
import { Child } from './process.js';

it('logs are JSON lines without tokens, titles or text of patches, also about failures', async () => {
  const hub = await fleet(2);
  const server = new Child(await buildChild(), 'server', {
    ...environment(hub, null),
    LOG_LEVEL: 'debug',
  });
  try {
    await server.start();
    hub.weather = ({ method, path }) =>
      method === 'POST' && path.endsWith('/pulls/2/reviews')
        ? { status: 500, body: { message: 'no' } }
        : null;
    hub.tokens.clear();
    for (const pull of hub.pulls)
      await deliverOnce(server.url, push(hub, pull, 0), `d${pull.number}`);
    await deliverOnce(server.url, { title: 'secret-title' }, 'x');
    expect(
      await until(() => hub.checks.filter((k) => k.status === 'completed').length > 1, 30_000),
    ).toBe(true);
    await server.end('SIGTERM');
    const lines = server.output.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(lines.join('\n')).toContain('#1 at');
    for (const token of hub.tokens) expect(server.output).not.toContain(token);
    expect(hub.tokens.size).toBeGreaterThan(0);
    for (const text of [
      'ghs_',
      'BEGIN RSA',
      'secret-title',
      hub.pulls[0].data.title,
      'vma_start_write',
      "Locks the child's",
    ])
      expect(server.output, text).not.toContain(text);
  } finally {
    await server.end('SIGKILL');
    await hub.close();
  }
}, 60_000);
