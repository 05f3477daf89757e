import { verify } from 'node:crypto';
import type { Seen, StandIn } from './stand-in.js';
import { missing, page, type Reply, refuse } from './stand-in-routes.js';

/** Requests that the app makes for itself, with a signed token; null: not one of those. */
export function route(hub: StandIn, seen: Seen): Reply | null {
  const token = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(seen.path);
  const known =
    token !== null || ['/app', '/app/installations', '/app/hook/config'].includes(seen.path);
  if (!known) return null;
  if (!isSigned(hub, seen)) return refuse(hub, seen, 'app request without a valid JWT');
  if (token) return seen.method === 'POST' ? issueToken(hub, Number(token[1])) : missing();
  const { app, payload } = hub.options;
  const permissions = hub.permissions;
  if (seen.path === '/app/installations')
    return page([{ id: payload.installation?.id, suspended_at: null, permissions }], seen);
  if (seen.path === '/app/hook/config') return { status: 200, body: { ...hub.hook } };
  return {
    status: 200,
    body: { id: app.id, slug: app.slug, name: app.slug, permissions, events: hub.events },
  };
}

function isSigned(hub: StandIn, seen: Seen): boolean {
  const jwt = /^bearer (.+)$/i.exec(seen.headers.authorization ?? '')?.[1] ?? '';
  const [head, claims, signature] = jwt.split('.');
  if (signature === undefined) return false;
  const data = Buffer.from(`${head}.${claims}`);
  const { app } = hub.options;
  const signed = verify('sha256', data, app.publicKey, Buffer.from(signature, 'base64url'));
  const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: unknown };
  return signed && Number(iss) === app.id;
}

function issueToken(hub: StandIn, installation: number): Reply {
  if (installation !== hub.options.payload.installation?.id) return missing();
  const token = `ghs_test${hub.nextId++}`;
  hub.tokens.add(token);
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return {
    status: 201,
    body: {
      token,
      expires_at: expires,
      permissions: hub.permissions,
      repository_selection: 'all',
    },
  };
}

export function repositories(hub: StandIn, seen: Seen): Reply {
  const { name, full_name, owner } = hub.options.payload.repository;
  const one = { id: 1, name, full_name, owner, archived: false };
  return page([one], seen, (part) => ({ total_count: 1, repositories: part }));
}

/** The owner's `.github` repository holds at most a configuration. */
export function shared(hub: StandIn, seen: Seen): Reply {
  const wanted = seen.path.endsWith('/contents/.github/forklore.yml');
  return wanted && hub.shared !== null ? { status: 200, body: hub.shared } : missing();
}
