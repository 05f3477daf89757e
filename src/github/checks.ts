import { createHash } from 'node:crypto';
import type { Annotation } from '../report/annotations.js';
import type { CheckPage } from '../report/checkrun.js';
import type { GitHubClient, PullInfo, RepoRef, World } from './types.js';
import { writeOnce } from './write-once.js';

/** Name of the check run, as branch protection rules know it. */
export const CHECK_NAME = 'forklore';
/** GitHub: "limits the number of annotations to a maximum of 50 per API request". */
export const ANNOTATIONS_A_REQUEST = 50;

/** A check run of ours that is open: the job's to finish. */
export interface OpenCheck {
  id: number;
  /** Annotations that an earlier try has left. */
  annotated: number;
}

/** A button of the check run's page. */
export interface Action {
  /** At most 20 characters. */
  label: string;
  /** At most 40 characters. */
  description: string;
  /** At most 20 characters. */
  identifier: string;
}

export interface CheckData {
  id: number;
  status: string;
  external_id: string | null;
  output?: { annotations_count?: number };
}

export interface CheckContext {
  client: GitHubClient;
  repo: RepoRef;
  pull: PullInfo;
  /** Our app; without it check runs are told apart by name and external id only. */
  appId: number | null;
  world: World;
  /** What the result depends on beside the head: base branch, configuration, and who asked for another review. */
  cause: { config: string; again: string };
}

/** What a run left behind: `done` is final for its cause, `retry` may be run again. */
type Mark = 'open' | 'done' | 'retry';

/** Ties a check run to the pull request (two may have the same head commit) and to what the result depends on. */
function externalId({ pull, cause }: CheckContext, mark: Mark): string {
  const key = [pull.baseRef, cause.config, cause.again].join('\n');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return `forklore:2:${mark}:${pull.number}:${hash}`;
}

/** What the external ids of a pull request's unfinished runs start with. */
export const openPrefix = (number: number): string => `forklore:2:open:${number}:`;

/** Whether one of a head's check runs is a finished review of that pull request, whatever it depended on. */
export function isReviewed(runs: readonly CheckData[], number: number): boolean {
  const prefix = `forklore:2:done:${number}:`;
  return runs.some((run) => run.status === 'completed' && run.external_id?.startsWith(prefix));
}

/**
 * The check run for the pull request's head: one that an earlier run left unfinished or that told of trouble, or a new
 * one; null when this head was reviewed already for the same cause.
 */
export async function openCheck(context: CheckContext): Promise<OpenCheck | null> {
  const { client, repo, pull, world } = context;
  const before = await checksAt(context, pull.headSha);
  const done = externalId(context, 'done');
  if (before.some((run) => run.status === 'completed' && run.external_id === done)) return null;
  const open = externalId(context, 'open');
  const unfinished = (runs: CheckData[]) =>
    runs.find((run) => run.status !== 'completed' && run.external_id === open) ?? null;
  const find = async () => unfinished(await checksAt(context, pull.headSha));
  const create = async () => {
    const { data } = await client.rest.checks.create({
      ...repo,
      name: CHECK_NAME,
      head_sha: pull.headSha,
      status: 'in_progress',
      external_id: open,
      started_at: world.clock().toISOString(),
      request: { retries: 0 },
    });
    return data as CheckData;
  };
  const failed = externalId(context, 'retry');
  const reopened = before.find((r) => r.status === 'completed' && r.external_id === failed);
  if (reopened && !unfinished(before))
    await client.rest.checks.update({
      ...repo,
      check_run_id: reopened.id,
      status: 'in_progress',
      external_id: open,
    });
  const run = unfinished(before) ?? reopened ?? (await writeOnce(find, create, world.sleep));
  return { id: run.id, annotated: run.output?.annotations_count ?? 0 };
}

/** What stands on the check run in the end. */
export interface CheckResult {
  page: CheckPage;
  annotations?: readonly Annotation[];
  actions?: readonly Action[];
  /** `retry` lets the next delivery review this head again. */
  mark: 'done' | 'retry';
}

/** Finishes the check run; annotations beyond what one request takes are sent before. */
export async function finishCheck(
  context: CheckContext,
  check: OpenCheck,
  { page, annotations = [], actions = [], mark }: CheckResult,
): Promise<void> {
  const { client, repo, world } = context;
  const output = (from: number) => ({
    title: page.title,
    summary: page.summary,
    ...(page.text === '' ? {} : { text: page.text }),
    ...(from < annotations.length
      ? { annotations: annotations.slice(from, from + ANNOTATIONS_A_REQUEST) }
      : {}),
  });
  const run = { ...repo, check_run_id: check.id };
  let sent = check.annotated;
  for (; annotations.length - sent > ANNOTATIONS_A_REQUEST; sent += ANNOTATIONS_A_REQUEST) {
    // sent again blindly, a lost answer would double them
    const request = { retries: 0 };
    await client.rest.checks.update({
      ...run,
      status: 'in_progress',
      output: output(sent),
      request,
    });
  }
  await client.rest.checks.update({
    ...run,
    status: 'completed',
    conclusion: page.conclusion,
    completed_at: world.clock().toISOString(),
    external_id: externalId(context, mark),
    output: output(sent),
    ...(actions.length > 0 ? { actions: [...actions] } : {}),
  });
}

/** Our check runs for a commit. */
export async function checksAt(
  { client, repo, appId }: Pick<CheckContext, 'client' | 'repo' | 'appId'>,
  sha: string,
): Promise<CheckData[]> {
  const runs = await client.paginate(client.rest.checks.listForRef, {
    ...repo,
    ref: sha,
    check_name: CHECK_NAME,
    filter: 'all',
    per_page: 100,
    ...(appId === null ? {} : { app_id: appId }),
  });
  return runs as CheckData[];
}
