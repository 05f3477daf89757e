import type { ProbotOctokit } from 'probot';
import { ForkloreError } from '../base/errors.js';
import { failureReason } from './failure.js';
import { PERMISSIONS, SUBSCRIPTIONS } from './manifest.js';
import { openProbot, WEBHOOK_PATH } from './service.js';
import { readSettings, type Settings } from './settings.js';
import type { GitHubClient } from './types.js';

/** One thing that was looked at. */
export interface Symptom {
  ok: boolean;
  /** One line: what is fine, or what is wrong and what to do. */
  text: string;
}

export interface DoctorOptions {
  env: NodeJS.ProcessEnv;
  octokit?: typeof ProbotOctokit;
  clock?: () => Date;
}

/** GitHub refuses a token that was signed more than a minute in its future. */
const MAX_SKEW_S = 45;

/** Looks at the setup of the app, here and on GitHub. What depends on something broken is not looked at. */
export async function examine(options: DoctorOptions): Promise<Symptom[]> {
  const out: Symptom[] = [];
  const say = (ok: boolean, text: string) => out.push({ ok, text });
  let settings: Settings;
  try {
    settings = readSettings(options.env);
  } catch (error) {
    say(false, failureReason(error));
    return out;
  }
  say(true, 'environment: APP_ID, private key and webhook secret are there');
  if (settings.redisUrl !== null) await lookAtRedis(settings.redisUrl, say);
  const probot = await openProbot(
    { ...options, env: { ...options.env, LOG_LEVEL: 'fatal' } },
    settings,
  );
  const client = (await probot.auth()) as unknown as GitHubClient;
  try {
    await lookAtApp(client, options.clock ?? (() => new Date()), say);
  } catch (error) {
    say(
      false,
      `${failureReason(error)}: is APP_ID the id of the app that the private key belongs to?`,
    );
    return out;
  }
  try {
    await lookAtHook(client, say);
    await lookAtInstallations(client, say);
  } catch (error) {
    say(false, failureReason(error));
  }
  return out;
}

type Say = (ok: boolean, text: string) => void;

async function lookAtApp(client: GitHubClient, clock: () => Date, say: Say): Promise<void> {
  const { data, headers } = await client.rest.apps.getAuthenticated();
  if (!data) throw new ForkloreError('input', 'GitHub does not know the app');
  say(true, `GitHub knows the app as ${data.slug}`);
  const skew = headers.date ? (clock().getTime() - Date.parse(headers.date)) / 1000 : 0;
  if (Math.abs(skew) > MAX_SKEW_S)
    say(
      false,
      `the clock here is ${Math.round(Math.abs(skew))} s ${skew > 0 ? 'ahead of' : 'behind'} GitHub's: set it`,
    );
  lookAtPermissions(data.permissions as Record<string, string>, 'the app', say);
  const missing = SUBSCRIPTIONS.filter((event) => !data.events.includes(event));
  say(
    missing.length === 0,
    missing.length === 0
      ? 'the app is subscribed to all events that it needs'
      : `the app is not subscribed to ${missing.join(', ')}: tick them under "Permissions & events"`,
  );
}

function lookAtPermissions(has: Record<string, string>, whose: string, say: Say): void {
  const missing = Object.entries(PERMISSIONS).filter(
    ([what, level]) => has[what] !== level && has[what] !== 'write',
  );
  const list = missing.map(([what, level]) => `${what}: ${level}`).join(', ');
  say(
    missing.length === 0,
    missing.length === 0
      ? `${whose} has the permissions that it needs`
      : `${whose} lacks ${list}: grant it under "Permissions & events", then accept it in the installation`,
  );
}

async function lookAtHook(client: GitHubClient, say: Say): Promise<void> {
  const { data } = await client.rest.apps.getWebhookConfigForApp();
  const problems = [
    data.url?.endsWith(WEBHOOK_PATH)
      ? ''
      : `its URL is ${data.url}, and does not end with ${WEBHOOK_PATH}`,
    data.content_type === 'json' ? '' : 'its content type is not application/json',
    String(data.insecure_ssl) === '0' ? '' : 'it does not verify TLS certificates',
    data.secret ? '' : 'it has no secret',
  ].filter((text) => text !== '');
  for (const text of problems) say(false, `webhook: ${text}`);
  if (problems.length === 0) say(true, `webhook: ${data.url}, JSON, with a secret`);
}

async function lookAtInstallations(client: GitHubClient, say: Say): Promise<void> {
  const all = await client.paginate(client.rest.apps.listInstallations, { per_page: 100 });
  if (all.length === 0) {
    say(false, 'the app is not installed anywhere: install it on a repository');
    return;
  }
  for (const { id, account, permissions, suspended_at } of all) {
    const owner = account && 'login' in account ? account.login : id;
    if (suspended_at) say(false, `the installation for ${owner} is suspended`);
    else
      lookAtPermissions(
        permissions as Record<string, string>,
        `the installation for ${owner}`,
        say,
      );
  }
}

async function lookAtRedis(url: string, say: Say): Promise<void> {
  const { pingRedis } = await import('./redis-ping.js');
  try {
    say(true, `Redis ${await pingRedis(url)} answers`);
  } catch (error) {
    say(false, failureReason(error));
  }
}
