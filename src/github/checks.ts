import type { CheckPage } from '../report/checkrun.js';
import type { GitHubClient, PullInfo, RepoRef, World } from './types.js';
import { writeOnce } from './write-once.js';

/** Name of the check run, as branch protection rules know it. */
export const CHECK_NAME = 'forklore';

/** A check run of ours that is open: the job's to finish. */
export interface OpenCheck {
  id: number;
  /** Login of the app's bot user, the author of our comments; null when GitHub does not tell. */
  bot: string | null;
}

interface CheckData {
  id: number;
  status: string;
  external_id: string | null;
  app: { slug?: string } | null;
}

export interface CheckContext {
  client: GitHubClient;
  repo: RepoRef;
  pull: PullInfo;
  /** Our app; without it check runs are told apart by name and external id only. */
  appId: number | null;
  world: World;
}

/** What a run left behind: `done` is final for this head and base, `retry` may be run again. */
type Mark = 'open' | 'done' | 'retry';

/** Ties a check run to the pull request: two pull requests may have the same head commit. */
function externalId(pull: PullInfo, mark: Mark): string {
  return `forklore:1:${mark}:${pull.number}:${pull.baseRef}`;
}

/**
 * The check run for the pull request's head: one that an earlier run left unfinished, or a new one; null when this head
 * was reviewed already.
 */
export async function openCheck(context: CheckContext): Promise<OpenCheck | null> {
  const { client, repo, pull, world } = context;
  const before = await ownChecks(context);
  const done = externalId(pull, 'done');
  if (before.some((run) => run.status === 'completed' && run.external_id === done)) return null;
  const open = externalId(pull, 'open');
  const unfinished = (runs: CheckData[]) =>
    runs.find((run) => run.status !== 'completed' && run.external_id === open) ?? null;
  const find = async () => unfinished(await ownChecks(context));
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
  const run = unfinished(before) ?? (await writeOnce(find, create, world.sleep));
  const slug = run.app?.slug;
  return { id: run.id, bot: slug ? `${slug}[bot]` : null };
}

/** Finishes the check run. `mark` `retry` lets the next delivery review this head again. */
export async function finishCheck(
  context: CheckContext,
  check: OpenCheck,
  page: CheckPage,
  mark: 'done' | 'retry',
): Promise<void> {
  const { client, repo, pull, world } = context;
  await client.rest.checks.update({
    ...repo,
    check_run_id: check.id,
    status: 'completed',
    conclusion: page.conclusion,
    completed_at: world.clock().toISOString(),
    external_id: externalId(pull, mark),
    output: {
      title: page.title,
      summary: page.summary,
      ...(page.text === '' ? {} : { text: page.text }),
    },
  });
}

async function ownChecks({ client, repo, pull, appId }: CheckContext): Promise<CheckData[]> {
  const runs = await client.paginate(client.rest.checks.listForRef, {
    ...repo,
    ref: pull.headSha,
    check_name: CHECK_NAME,
    filter: 'all',
    per_page: 100,
    ...(appId === null ? {} : { app_id: appId }),
  });
  return runs as CheckData[];
}
