import { setTimeout as wait } from 'node:timers/promises';
import { checksAt, isReviewed } from './checks.js';
import { failureReason } from './failure.js';
import { pullInfo } from './pull.js';
import { ATTEMPTS, pauseAfter } from './queue.js';
import type { Service } from './service.js';
import type { GitHubClient, PullInfo, RepoRef } from './types.js';

/** One look at everything: what was handed in, and how often GitHub did not answer. */
interface Look {
  found: number;
  failed: number;
}

/**
 * Looks on GitHub for work that was lost while nothing ran: open pull requests of the installations whose head has no
 * finished check run of ours. What can not be read does not keep the rest from being found, and is looked at again after
 * a pause, a few times. Never rejects.
 */
export async function recover(
  service: Service,
  signal: AbortSignal,
  firstPauseMs?: number,
): Promise<void> {
  const { log } = service;
  for (let attempt = 1; !signal.aborted; attempt++) {
    const look = { found: 0, failed: 0 };
    await guarded(service, look, () => everything(service, look, signal));
    log.info(`looked for lost work: ${look.found} pull requests`);
    if (look.failed === 0) return;
    if (attempt === ATTEMPTS) return log.warn('the search for lost work is given up');
    await wait(pauseAfter(attempt, firstPauseMs), undefined, { signal }).catch(() => {});
  }
}

/** A part that fails is counted and left to the next look. */
async function guarded({ log }: Service, look: Look, part: () => Promise<void>): Promise<void> {
  try {
    await part();
  } catch (error) {
    look.failed++;
    log.warn(`the search for lost work: ${failureReason(error)}`);
  }
}

async function everything(service: Service, look: Look, signal: AbortSignal): Promise<void> {
  const app = await service.runner.deps.clientFor();
  const all = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
  for (const { id, suspended_at } of all) {
    if (signal.aborted) return;
    if (!suspended_at) await guarded(service, look, () => ofOwner(service, look, id, signal));
  }
}

async function ofOwner(
  service: Service,
  look: Look,
  installation: number,
  signal: AbortSignal,
): Promise<void> {
  const client = await service.runner.deps.clientFor(installation);
  const list = client.rest.apps.listReposAccessibleToInstallation;
  for (const { name, owner, archived } of await client.paginate(list, { per_page: 100 })) {
    if (signal.aborted) return;
    if (archived) continue;
    const repo = { owner: owner.login, repo: name };
    await guarded(service, look, async () => {
      const options = { ...repo, state: 'open' as const, per_page: 100 };
      for (const pull of await client.paginate(client.rest.pulls.list, options)) {
        if (signal.aborted) return;
        const event = pullInfo(pull);
        await guarded(service, look, async () => {
          if (await isOpenWork(service, client, repo, event)) {
            await service.queue.add({ kind: 'pull', installation, ...repo, event, again: '' });
            look.found++;
          }
        });
      }
    });
  }
}

async function isOpenWork(
  { settings }: Service,
  client: GitHubClient,
  repo: RepoRef,
  event: PullInfo,
): Promise<boolean> {
  const runs = await checksAt({ client, repo, appId: settings.appId }, event.headSha);
  return !isReviewed(runs, event.number);
}
