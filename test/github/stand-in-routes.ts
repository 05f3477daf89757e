import { verify } from 'node:crypto';
import type { Seen, StandIn, StoredCheck, StoredComment } from './stand-in.js';
import { commentable } from './stand-in-diff.js';

export interface Reply {
  status: number;
  /** Text goes out as a raw file, anything else as JSON. */
  body: unknown;
  headers?: Record<string, string>;
}

type Route = (hub: StandIn, seen: Seen, parts: string[]) => Reply;

const ROUTES: [method: string, path: RegExp, route: Route][] = [
  ['GET', /^\/pulls\/(\d+)$/, getPull],
  ['GET', /^\/pulls\/(\d+)\/files$/, (hub, seen) => page(hub.options.files, seen)],
  ['GET', /^\/pulls\/(\d+)\/comments$/, (hub, seen) => page(hub.comments, seen)],
  ['GET', /^\/compare\/([0-9a-f]{40})\.\.\.([0-9a-f]{40})$/, compare],
  ['GET', /^\/contents\/(.+)$/, contents],
  ['GET', /^\/commits\/([0-9a-f]{40})\/check-runs$/, listChecks],
  ['POST', /^\/check-runs$/, createCheck],
  ['PATCH', /^\/check-runs\/(\d+)$/, updateCheck],
  ['POST', /^\/pulls\/(\d+)\/reviews$/, createReview],
  ['POST', /^\/pulls\/(\d+)\/comments$/, createComment],
];

/** What GitHub would answer; an unknown or unauthorised request is refused and recorded. */
export function answer(hub: StandIn, seen: Seen): Reply {
  const token = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(seen.path);
  if (seen.method === 'POST' && token) return issueToken(hub, seen, Number(token[1]));
  const given = /^(?:token|bearer) (.+)$/i.exec(seen.headers.authorization ?? '')?.[1] ?? '';
  if (!hub.tokens.has(given)) return refuse(hub, seen, 'no installation token');
  const prefix = `/repos/${hub.options.payload.repository.full_name}`;
  const rest = seen.path.startsWith(`${prefix}/`) ? seen.path.slice(prefix.length) : null;
  for (const [method, path, route] of ROUTES) {
    const parts = rest === null || method !== seen.method ? null : path.exec(rest);
    if (!parts) continue;
    if (rest?.startsWith('/pulls/') && Number(parts[1]) !== hub.pull.number) return missing();
    return route(hub, seen, parts.slice(1));
  }
  return refuse(hub, seen, 'unknown request');
}

function refuse(hub: StandIn, seen: Seen, why: string): Reply {
  hub.refused.push(`${why}: ${seen.method} ${seen.path}?${seen.query}`);
  return { status: 501, body: { message: `stand-in: ${why}` } };
}

const missing = (): Reply => ({ status: 404, body: { message: 'Not Found' } });
const invalid = (...errors: string[]): Reply => ({
  status: 422,
  body: { message: 'Unprocessable Entity', errors },
});

function issueToken(hub: StandIn, seen: Seen, installation: number): Reply {
  const jwt = /^bearer (.+)$/i.exec(seen.headers.authorization ?? '')?.[1] ?? '';
  const [head, claims, signature] = jwt.split('.');
  const { app, payload } = hub.options;
  const valid =
    signature !== undefined &&
    verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      app.publicKey,
      Buffer.from(signature, 'base64url'),
    ) &&
    Number(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss) === app.id;
  if (!valid) return refuse(hub, seen, 'token request without a valid JWT');
  if (installation !== payload.installation?.id) return missing();
  const token = `ghs_test${hub.nextId++}`;
  hub.tokens.add(token);
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  return {
    status: 201,
    body: { token, expires_at: expires, permissions: {}, repository_selection: 'all' },
  };
}

function getPull(hub: StandIn): Reply {
  return { status: 200, body: { ...hub.pull, changed_files: hub.pull.changed_files } };
}

function page(
  items: unknown[],
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

function compare(hub: StandIn, _seen: Seen, [base, head]: string[]): Reply {
  if (base !== hub.pull.base.sha || !hub.heads.has(head)) return missing();
  return {
    status: 200,
    body: { merge_base_commit: { sha: hub.options.mergeBase ?? base }, files: [] },
  };
}

function contents(hub: StandIn, seen: Seen, [path]: string[]): Reply {
  if (!/application\/vnd\.github\.(v3\.)?raw/.test(seen.headers.accept ?? '')) {
    return refuse(hub, seen, `contents as ${seen.headers.accept}`);
  }
  const tree = hub.options.trees[seen.query.get('ref') ?? ''] ?? {};
  if (path in tree) return { status: 200, body: tree[path] };
  const below = Object.keys(tree).filter((name) => name.startsWith(`${path}/`));
  return below.length === 0
    ? missing()
    : { status: 200, body: below.map((name) => ({ path: name })) };
}

function listChecks(hub: StandIn, seen: Seen, [sha]: string[]): Reply {
  const [name, app] = [seen.query.get('check_name'), seen.query.get('app_id')];
  const runs = hub.checks.filter(
    (run) =>
      run.head_sha === sha &&
      (name === null || run.name === name) &&
      (app === null || run.app.id === Number(app)),
  );
  return page(runs, seen, (part) => ({ total_count: runs.length, check_runs: part }));
}

function createCheck(hub: StandIn, seen: Seen): Reply {
  const { name, head_sha } = seen.body as { name?: string; head_sha?: string };
  if (!name || !head_sha || !hub.heads.has(head_sha)) return invalid(`no such commit: ${head_sha}`);
  const { id, slug } = hub.options.app;
  const run: StoredCheck = {
    id: hub.nextId++,
    name,
    head_sha,
    status: 'queued',
    conclusion: null,
    external_id: null,
    output: null,
    app: { id, slug },
  };
  const reply = changeCheck(run, seen.body);
  if (reply.status === 200) hub.checks.push(run);
  return reply.status === 200 ? { status: 201, body: run } : reply;
}

function updateCheck(hub: StandIn, seen: Seen, [id]: string[]): Reply {
  const run = hub.checks.find((r) => r.id === Number(id));
  return run ? changeCheck(run, seen.body) : missing();
}

function changeCheck(run: StoredCheck, body: Record<string, unknown>): Reply {
  const { status, conclusion, external_id, output } = body as unknown as StoredCheck;
  if (conclusion && !['success', 'failure', 'neutral'].includes(conclusion))
    return invalid('conclusion');
  if (status === 'completed' && !conclusion) return invalid('completed without a conclusion');
  if (output) {
    if (!output.title || !output.summary) return invalid('output without title or summary');
    if (output.title.length > 255) return invalid('title is too long');
    const longest = Math.max(
      Buffer.byteLength(output.summary),
      Buffer.byteLength(output.text ?? ''),
    );
    if (longest > 65_535) return invalid('output is too long');
  }
  Object.assign(run, {
    status: status ?? run.status,
    conclusion: conclusion ?? run.conclusion,
    external_id: external_id ?? run.external_id,
    output: output ?? run.output,
  });
  return { status: 200, body: run };
}

interface CommentBody {
  path: string;
  line: number;
  side: string;
  body: string;
}

function createReview(hub: StandIn, seen: Seen): Reply {
  const body = seen.body as {
    commit_id: string;
    event: string;
    body?: string;
    comments?: CommentBody[];
  };
  if (!hub.heads.has(body.commit_id)) return invalid('no such commit');
  if (body.event !== 'COMMENT' || !body.body) return invalid('event COMMENT needs a body');
  const comments = body.comments ?? [];
  const errors = comments.flatMap((c) => anchorErrors(hub, c));
  if (errors.length > 0) return invalid(...errors);
  const stored = comments.map((c) => store(hub, c, body.commit_id));
  hub.reviews.push({
    body: body.body,
    event: body.event,
    commit_id: body.commit_id,
    comments: stored,
  });
  return { status: 200, body: { id: hub.nextId++ } };
}

function createComment(hub: StandIn, seen: Seen): Reply {
  const body = seen.body as unknown as CommentBody & { commit_id: string };
  if (!hub.heads.has(body.commit_id)) return invalid('no such commit');
  const errors = anchorErrors(hub, body);
  return errors.length > 0
    ? invalid(...errors)
    : { status: 201, body: store(hub, body, body.commit_id) };
}

function anchorErrors(hub: StandIn, { path, line, side, body }: CommentBody): string[] {
  const file = hub.options.files.find((f) => f.filename === path);
  if (!file?.patch) return ['Path could not be resolved'];
  if (!body || body.length > 65_536) return ['body'];
  const place = `${side}:${line}`;
  const open = commentable(file.patch).has(place) && !hub.blocked.has(`${path}:${place}`);
  return open ? [] : ['Line could not be resolved'];
}

function store(hub: StandIn, c: CommentBody, commit: string): StoredComment {
  const user = { login: `${hub.options.app.slug}[bot]` };
  const { path, line, side, body } = c;
  const comment = { id: hub.nextId++, path, line, side, body, commit_id: commit, user };
  hub.comments.push(comment);
  return comment;
}
