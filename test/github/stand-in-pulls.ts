import type { Seen, StandIn } from './stand-in.js';
import { commentable, sameHunk } from './stand-in-diff.js';
import { invalid, missing, page, type Reply, refuse } from './stand-in-routes.js';
import type { Pull, StoredComment } from './stand-in-state.js';

const LIMIT = 65_536;

function pullOf(hub: StandIn, number: string): Pull | null {
  return hub.pulls.find((p) => p.number === Number(number)) ?? null;
}

export function list(hub: StandIn, seen: Seen): Reply {
  const state = seen.query.get('state') ?? 'open';
  const fits = hub.pulls.filter((p) => state === 'all' || p.data.state === state);
  return page(
    fits.map((p) => p.data),
    seen,
  );
}

export function get(hub: StandIn, _seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  if (!pull) return missing();
  const { files, commits, data } = pull;
  const changed_files = Math.max(files.length, data.changed_files);
  return { status: 200, body: { ...data, changed_files, commits: Math.max(1, commits.length) } };
}

/** GitHub lists 3000 files at most. */
export function files(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  return pull ? page(pull.files.slice(0, 3000), seen) : missing();
}

export function commits(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  if (!pull) return missing();
  const all = pull.commits.map(({ sha, message, parents = 1 }) => ({
    sha,
    commit: { message },
    parents: Array.from({ length: parents }, () => ({})),
  }));
  return page(all, seen);
}

export function commit(hub: StandIn, _seen: Seen, [sha]: string[]): Reply {
  const found = hub.pulls.flatMap((p) => p.commits).find((c) => c.sha === sha);
  return found
    ? { status: 200, body: { sha, commit: { message: found.message }, files: found.files } }
    : missing();
}

export function comments(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  return pull ? page(pull.comments, seen) : missing();
}

export function reviews(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  return pull ? page(pull.reviews, seen) : missing();
}

export function compare(hub: StandIn, _seen: Seen, [base, head]: string[]): Reply {
  const known = hub.pulls.some((p) => p.data.base.sha === base);
  if (!known || !hub.heads.has(head)) return missing();
  return {
    status: 200,
    body: { merge_base_commit: { sha: hub.options.mergeBase ?? base }, files: [] },
  };
}

export function contents(hub: StandIn, seen: Seen, [path]: string[]): Reply {
  if (!/application\/vnd\.github\.(v3\.)?raw/.test(seen.headers.accept ?? ''))
    return refuse(hub, seen, `contents as ${seen.headers.accept}`);
  const tree = hub.options.trees[seen.query.get('ref') ?? 'default'] ?? {};
  if (path in tree) return { status: 200, body: tree[path] };
  const below = Object.keys(tree).filter((name) => name.startsWith(`${path}/`));
  return below.length === 0
    ? missing()
    : { status: 200, body: below.map((name) => ({ path: name })) };
}

interface CommentBody {
  path: string;
  line?: number;
  side?: string;
  start_line?: number;
  start_side?: string;
  subject_type?: 'line' | 'file';
  body: string;
}

/** One bad anchor refuses the whole review. */
export function createReview(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  if (!pull) return missing();
  const body = seen.body as {
    commit_id: string;
    event: string;
    body?: string;
    comments?: CommentBody[];
  };
  if (!hub.heads.has(body.commit_id)) return invalid('no such commit');
  if (body.event !== 'COMMENT' || !body.body) return invalid('event COMMENT needs a body');
  if (body.body.length > LIMIT) return invalid('body is too long');
  const drafts = body.comments ?? [];
  const errors = drafts.flatMap((c) => anchorErrors(hub, pull, c));
  if (errors.length > 0) return invalid(...errors);
  const id = hub.nextId++;
  const stored = drafts.map((c) => store(hub, pull, c, body.commit_id));
  const user = bot(hub);
  pull.reviews.push({
    id,
    body: body.body,
    event: body.event,
    commit_id: body.commit_id,
    user,
    comments: stored,
  });
  return { status: 200, body: { id, body: body.body, user } };
}

export function updateReview(hub: StandIn, seen: Seen, [number, id]: string[]): Reply {
  const review = pullOf(hub, number)?.reviews.find((r) => r.id === Number(id));
  if (!review) return missing();
  const body = String(seen.body.body ?? '');
  if (body === '' || body.length > LIMIT) return invalid('body');
  review.body = body;
  return { status: 200, body: { id: review.id, body } };
}

export function createComment(hub: StandIn, seen: Seen, [number]: string[]): Reply {
  const pull = pullOf(hub, number);
  if (!pull) return missing();
  const body = seen.body as unknown as CommentBody & { commit_id: string };
  if (!hub.heads.has(body.commit_id)) return invalid('no such commit');
  const errors = anchorErrors(hub, pull, body);
  return errors.length > 0
    ? invalid(...errors)
    : { status: 201, body: store(hub, pull, body, body.commit_id) };
}

export function updateComment(hub: StandIn, seen: Seen, [id]: string[]): Reply {
  const comment = hub.pulls.flatMap((p) => p.comments).find((c) => c.id === Number(id));
  if (!comment) return missing();
  const body = String(seen.body.body ?? '');
  if (body === '' || body.length > LIMIT) return invalid('body');
  comment.body = body;
  return { status: 200, body: comment };
}

function anchorErrors(hub: StandIn, pull: Pull, c: CommentBody): string[] {
  const file = pull.files.find((f) => f.filename === c.path);
  if (!file) return ['Path could not be resolved'];
  if (!c.body || c.body.length > LIMIT) return ['body'];
  if (c.subject_type === 'file') return c.line === undefined ? [] : ['a file comment has no line'];
  if (!file.patch) return ['Path could not be resolved'];
  const places = commentable(file.patch);
  const place = `${c.side}:${c.line}`;
  if (!places.has(place) || hub.blocked.has(`${c.path}:${place}`))
    return ['Line could not be resolved'];
  if (c.start_line === undefined) return [];
  const side = c.start_side ?? 'RIGHT';
  const starts = places.has(`${side}:${c.start_line}`) && c.start_line < c.line!;
  if (!starts || side !== c.side) return ['Start line could not be resolved'];
  return sameHunk(file.patch, c.start_line, c.line!) ? [] : ['not within one hunk'];
}

const bot = (hub: StandIn) => ({ login: `${hub.options.app.slug}[bot]`, type: 'Bot' as const });

function store(hub: StandIn, pull: Pull, c: CommentBody, commit: string): StoredComment {
  const comment: StoredComment = {
    id: hub.nextId++,
    path: c.path,
    line: c.line ?? null,
    original_line: c.line ?? null,
    side: c.side ?? 'RIGHT',
    start_line: c.start_line ?? null,
    start_side: c.start_side ?? null,
    subject_type: c.subject_type ?? 'line',
    body: c.body,
    commit_id: commit,
    user: bot(hub),
  };
  pull.comments.push(comment);
  return comment;
}
