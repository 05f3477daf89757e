import { checksAt, isReviewed } from './checks.js';
import { failureReason } from './failure.js';
import { pullInfo } from './pull.js';
import type { Service } from './service.js';
import type { GitHubClient, RepoRef } from './types.js';

/**
 * Looks on GitHub for work that was lost while nothing ran: open pull requests of the installations whose head has no
 * finished check run of ours. What can not be read is logged and left to the next start. Never rejects.
 */
export async function recover(service: Service, signal: AbortSignal): Promise<void> {
  const { runner, log } = service;
  try {
    const app = await runner.deps.clientFor();
    let found = 0;
    for await (const page of app.paginate.iterator(app.rest.apps.listInstallations, {
      per_page: 100,
    })) {
      for (const installation of page.data) {
        if (signal.aborted) return;
        if (installation.suspended_at) continue;
        found += await recoverInstallation(service, installation.id, signal);
      }
    }
    log.info(`looked for lost work: ${found} pull requests`);
  } catch (error) {
    log.warn(`the search for lost work failed: ${failureReason(error)}`);
  }
}

async function recoverInstallation(
  service: Service,
  installation: number,
  signal: AbortSignal,
): Promise<number> {
  const client = await service.runner.deps.clientFor(installation);
  const repositories = await client.paginate(client.rest.apps.listReposAccessibleToInstallation, {
    per_page: 100,
  });
  let found = 0;
  for (const { name, owner, archived } of repositories) {
    if (signal.aborted) return found;
    const repo = { owner: owner.login, repo: name };
    if (!archived) found += await recoverRepository(service, client, installation, repo, signal);
  }
  return found;
}

async function recoverRepository(
  { queue, settings }: Service,
  client: GitHubClient,
  installation: number,
  repo: RepoRef,
  signal: AbortSignal,
): Promise<number> {
  const open = await client.paginate(client.rest.pulls.list, {
    ...repo,
    state: 'open',
    per_page: 100,
  });
  let found = 0;
  for (const pull of open) {
    if (signal.aborted) return found;
    const event = pullInfo(pull);
    const runs = await checksAt({ client, repo, appId: settings.appId }, event.headSha);
    if (isReviewed(runs, event.number)) continue;
    await queue.add({ kind: 'pull', installation, ...repo, event, again: '' });
    found++;
  }
  return found;
}
