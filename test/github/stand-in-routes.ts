import type { Seen, StandIn } from './stand-in.js';
import * as app from './stand-in-app.js';
import * as checks from './stand-in-checks.js';
import * as people from './stand-in-people.js';
import * as pulls from './stand-in-pulls.js';
import type { Permissions } from './stand-in-state.js';

export interface Reply {
  status: number;
  /** Text goes out as a raw file, anything else as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

export type Route = (hub: StandIn, seen: Seen, parts: string[]) => Reply;

type Need = [keyof Permissions, 'read' | 'write'];

/** What the app may ask of a repository, and the permission that GitHub's documentation names for it. */
const ROUTES: [method: string, path: RegExp, need: Need, route: Route][] = [
  ['GET', /^\/pulls$/, ['pull_requests', 'read'], pulls.list],
  ['GET', /^\/pulls\/(\d+)$/, ['pull_requests', 'read'], pulls.get],
  ['GET', /^\/pulls\/(\d+)\/files$/, ['pull_requests', 'read'], pulls.files],
  ['GET', /^\/pulls\/(\d+)\/commits$/, ['pull_requests', 'read'], pulls.commits],
  ['GET', /^\/pulls\/(\d+)\/comments$/, ['pull_requests', 'read'], pulls.comments],
  ['POST', /^\/pulls\/(\d+)\/comments$/, ['pull_requests', 'write'], pulls.createComment],
  ['PATCH', /^\/pulls\/comments\/(\d+)$/, ['pull_requests', 'write'], pulls.updateComment],
  ['GET', /^\/pulls\/(\d+)\/reviews$/, ['pull_requests', 'read'], pulls.reviews],
  ['POST', /^\/pulls\/(\d+)\/reviews$/, ['pull_requests', 'write'], pulls.createReview],
  ['PUT', /^\/pulls\/(\d+)\/reviews\/(\d+)$/, ['pull_requests', 'write'], pulls.updateReview],
  ['GET', /^\/compare\/([0-9a-f]{40})\.\.\.([0-9a-f]{40})$/, ['contents', 'read'], pulls.compare],
  ['GET', /^\/contents\/(.+)$/, ['contents', 'read'], pulls.contents],
  ['GET', /^\/commits\/([0-9a-f]{40})$/, ['contents', 'read'], pulls.commit],
  ['GET', /^\/commits\/([0-9a-f]{40})\/check-runs$/, ['checks', 'read'], checks.list],
  ['POST', /^\/check-runs$/, ['checks', 'write'], checks.create],
  ['PATCH', /^\/check-runs\/(\d+)$/, ['checks', 'write'], checks.update],
  ['GET', /^\/issues\/(\d+)\/comments$/, ['pull_requests', 'read'], people.conversation],
  ['POST', /^\/issues\/(\d+)\/comments$/, ['pull_requests', 'write'], people.say],
  ['POST', /^\/issues\/comments\/(\d+)\/reactions$/, ['pull_requests', 'write'], people.react],
  ['POST', /^\/pulls\/comments\/(\d+)\/reactions$/, ['pull_requests', 'write'], people.react],
  ['GET', /^\/collaborators\/([\w-]+)\/permission$/, ['metadata', 'read'], people.permission],
];

/** What GitHub would answer; an unknown or unauthorised request is refused and recorded. */
export function answer(hub: StandIn, seen: Seen): Reply {
  const asApp = app.route(hub, seen);
  if (asApp) return asApp;
  const given = /^(?:token|bearer) (.+)$/i.exec(seen.headers.authorization ?? '')?.[1] ?? '';
  if (!hub.tokens.has(given)) return refuse(hub, seen, 'no installation token');
  const { owner, full_name } = hub.options.payload.repository;
  if (seen.path.startsWith(`/repos/${owner.login}/.github/`)) return app.shared(hub, seen);
  if (seen.path === '/installation/repositories') return app.repositories(hub, seen);
  const prefix = `/repos/${full_name}`;
  const rest = seen.path.startsWith(`${prefix}/`) ? seen.path.slice(prefix.length) : null;
  for (const [method, path, need, route] of ROUTES) {
    const parts = rest === null || method !== seen.method ? null : path.exec(rest);
    if (!parts) continue;
    return allowed(hub.permissions, need) ? route(hub, seen, parts.slice(1)) : forbidden();
  }
  return refuse(hub, seen, 'unknown request');
}

function allowed(has: Permissions, [what, level]: Need): boolean {
  return has[what] === 'write' || has[what] === level;
}

export function refuse(hub: StandIn, seen: Seen, why: string): Reply {
  hub.refused.push(`${why}: ${seen.method} ${seen.path}?${seen.query}`);
  return { status: 501, body: { message: `stand-in: ${why}` } };
}

export const missing = (): Reply => ({ status: 404, body: { message: 'Not Found' } });

const forbidden = (): Reply => ({
  status: 403,
  body: { message: 'Resource not accessible by integration' },
});

export const invalid = (...errors: string[]): Reply => ({
  status: 422,
  body: { message: 'Unprocessable Entity', errors },
});

/** One page of a list, with the link to the next. */
export function page(
  items: readonly unknown[],
  seen: Seen,
  wrap: (part: unknown[]) => unknown = (part) => part,
): Reply {
  const size = Math.min(100, Number(seen.query.get('per_page') ?? 30));
  const number = Number(seen.query.get('page') ?? 1);
  const part = items.slice((number - 1) * size, number * size);
  const headers: Record<string, string> = {};
  if (number * size < items.length) {
    const next = new URL(`http://${seen.headers.host}/api/v3${seen.path}?${seen.query}`);
    next.searchParams.set('page', String(number + 1));
    headers.link = `<${next}>; rel="next"`;
  }
  return { status: 200, body: wrap(part), headers };
}
