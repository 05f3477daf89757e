import { MAX_COMMENT_CHARS } from '../base/limits.js';
import type { Job } from './jobs.js';
import { type PullData, pullInfo } from './pull.js';

/** The fields of GitHub's deliveries that are looked at. */
export interface Payload {
  action?: string;
  installation?: { id: number };
  repository?: { name: string; owner: { login: string } };
  sender?: { login: string; type?: string };
  pull_request?: PullData;
  changes?: { base?: unknown };
  /** Head before a push. */
  before?: string;
  check_run?: { head_sha: string; app?: { id: number } | null };
  check_suite?: { head_sha: string; app?: { id: number } | null };
  requested_action?: { identifier: string };
  issue?: { number: number; pull_request?: unknown };
  comment?: { id: number; body?: string | null; user?: { login: string; type?: string } | null };
}

export interface Delivery {
  name: string;
  id: string;
  payload: Payload;
}

/** What is to be done about a delivery: a job, or nothing and why. */
export type Routed = { job: Job } | { ignored: string };

/** Every event that is looked at, as Probot names them; app.yml subscribes to them. */
export const EVENTS = [
  'pull_request.opened',
  'pull_request.reopened',
  'pull_request.ready_for_review',
  'pull_request.synchronize',
  'pull_request.edited',
  'check_run.rerequested',
  'check_run.requested_action',
  'check_suite.rerequested',
  'issue_comment.created',
  'pull_request_review_comment.created',
] as const;

/** Turns a delivery into work. `appId` tells our check runs from those of others; null: every one is ours. */
export function routeDelivery({ name, id, payload }: Delivery, appId: number | null): Routed {
  const { repository, installation, action } = payload;
  if (!repository || !installation) return { ignored: 'not of an installation' };
  const place = {
    installation: installation.id,
    owner: repository.owner.login,
    repo: repository.name,
  };
  if (name === 'pull_request') return pullEvent(payload, place);
  // a check may be requested again by an app, through the API
  if (name === 'check_run' || name === 'check_suite') {
    const check = payload[name];
    if (!check) return { ignored: 'no check' };
    if (appId !== null && check.app && check.app.id !== appId) return { ignored: 'of another app' };
    const sha = check.head_sha;
    if (action === 'rerequested') return { job: { kind: 'sha', ...place, sha, again: id } };
    const identifier = payload.requested_action?.identifier;
    if (action === 'requested_action' && identifier !== undefined) {
      const login = payload.sender?.login ?? '';
      return { job: { kind: 'action', ...place, sha, identifier, login, delivery: id } };
    }
    return { ignored: `${name}.${action}` };
  }
  return commentEvent(name, payload, place);
}

type Place = Pick<Job, 'installation' | 'owner' | 'repo'>;

function pullEvent(payload: Payload, place: Place): Routed {
  const { action, pull_request: pull, changes } = payload;
  if (!pull) return { ignored: 'no pull request' };
  if (action === 'edited' && !changes?.base) return { ignored: 'the base did not change' };
  const before = action === 'synchronize' && payload.before ? { before: payload.before } : {};
  const event = { ...pullInfo(pull), ...before };
  return { job: { kind: 'pull', ...place, event, again: '' } };
}

function commentEvent(name: string, payload: Payload, place: Place): Routed {
  const { comment, issue, pull_request: pull, sender } = payload;
  const thread = name === 'pull_request_review_comment';
  if (!comment || payload.action !== 'created') return { ignored: `${name}.${payload.action}` };
  if (!thread && !issue?.pull_request) return { ignored: 'not on a pull request' };
  if (sender?.type === 'Bot' || comment.user?.type === 'Bot') return { ignored: 'from a bot' };
  const body = (comment.body ?? '').slice(0, MAX_COMMENT_CHARS);
  if (!/^\/forklore\b/m.test(body)) return { ignored: 'no command' };
  const number = thread ? pull?.number : issue?.number;
  if (number === undefined) return { ignored: 'no pull request' };
  const login = comment.user?.login ?? '';
  return {
    job: { kind: 'command', ...place, number, comment: { id: comment.id, thread, body, login } },
  };
}
