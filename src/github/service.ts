import { setTimeout as wait } from 'node:timers/promises';
import { createProbot, type Probot, type ProbotOctokit } from 'probot';
import { MAX_WAITING_JOBS } from '../base/limits.js';
import { keepSecret, redact } from '../base/redact.js';
import { failureReason, isTransient } from './failure.js';
import { describeJob, type Job } from './jobs.js';
import { Metrics } from './metrics.js';
import { PatientOctokit } from './octokit.js';
import { type Control, type JobQueue, LocalQueue } from './queue.js';
import { RecentSet, type Seen } from './recent.js';
import { Runner, type RunnerDeps } from './run.js';
import { readSettings, type Settings } from './settings.js';
import type { GitHubClient, Log } from './types.js';

/** Where GitHub delivers to; app.yml names it too. */
export const WEBHOOK_PATH = '/api/github/webhooks';
/** GitHub keeps deliveries for three days; a busy installation sees a few thousand events in that time. */
const REMEMBERED_DELIVERIES = 10_000;
const TEN_MINUTES = 600_000;

export interface ServiceOptions
  extends Pick<RunnerDeps, 'review' | 'parseConfig' | 'explainRule' | 'ruleUrl'> {
  /** Variables as Probot knows them: APP_ID, PRIVATE_KEY, WEBHOOK_SECRET, GHE_HOST, REDIS_URL, ... */
  env: NodeJS.ProcessEnv;
  /** The Octokit to use; by default one that waits when GitHub asks for it. */
  octokit?: typeof ProbotOctokit;
  clock?: () => Date;
  sleep?: (ms: number) => Promise<void>;
  /** Milliseconds for one review; ten minutes by default. */
  timeLimitMs?: number;
  /** Pause after the first try of a job that failed. */
  firstPauseMs?: number;
  /** After so many milliseconds a silent worker counts as dead (with Redis); half a minute by default. */
  lockMs?: number;
  /** Whether this process does jobs, or only hands them to workers (with Redis). */
  works?: boolean;
}

/** All parts of the app in one process, without the HTTP server. */
export interface Service {
  settings: Settings;
  probot: Probot;
  log: Log;
  queue: JobQueue;
  seen: Seen;
  metrics: Metrics;
  runner: Runner;
}

/** Puts the parts together. Throws a `usage` error when the environment is not complete. */
export async function createService(options: ServiceOptions): Promise<Service> {
  const settings = readSettings(options.env);
  for (const secret of secretsOf(settings)) keepSecret(secret);
  const probot = await openProbot(options, settings);
  const log = probot.log as Log;
  let queue: JobQueue | null = null;
  const metrics = new Metrics(() => queue);
  const runner = new Runner({
    review: options.review,
    parseConfig: options.parseConfig,
    explainRule: options.explainRule,
    ruleUrl: options.ruleUrl,
    world: {
      clock: options.clock ?? (() => new Date()),
      sleep: options.sleep ?? ((ms) => wait(ms)),
    },
    timeLimitMs: options.timeLimitMs ?? TEN_MINUTES,
    clientFor: async (installation) => countedClient(await auth(probot, installation), metrics),
    enqueue: (job) => queue!.add(job),
  });
  const run = (job: Job, control: Control) => runLogged(runner, job, control, log, metrics);
  const common = { run, concurrency: settings.concurrency, again: isTransient };
  let seen: Seen | null = null;
  const onError = (error: unknown, job: Job) => {
    report(log, error, `${describeJob(job)}: given up`);
    if (job.delivery) void seen?.delete(job.delivery);
  };
  if (settings.redisUrl === null) {
    const { firstPauseMs } = options;
    queue = new LocalQueue({ ...common, maxWaiting: MAX_WAITING_JOBS, onError, firstPauseMs });
    seen = new RecentSet(REMEMBERED_DELIVERIES);
    return { settings, probot, log, queue, seen, metrics, runner };
  }
  const { openRedis } = await import('./redis-queue.js');
  const redis = await openRedis({
    ...common,
    url: settings.redisUrl,
    works: options.works ?? false,
    firstPauseMs: options.firstPauseMs,
    lockMs: options.lockMs,
    onError,
    warn: (message) => log.warn(redact(message)),
  });
  queue = redis.queue;
  seen = redis.seen;
  return { settings, probot, log, queue, seen, metrics, runner };
}

/** Probot for these settings, ready to sign tokens. */
export async function openProbot(
  options: Pick<ServiceOptions, 'env' | 'octokit'>,
  settings: Settings,
): Promise<Probot> {
  const probot = createProbot({
    env: { LOG_FORMAT: 'json', ...options.env },
    overrides: {
      appId: settings.appId,
      privateKey: settings.privateKey,
      secret: settings.webhookSecret,
      webhookPath: WEBHOOK_PATH,
      redisConfig: undefined,
      Octokit: options.octokit ?? PatientOctokit,
    },
  });
  await probot.ready();
  quieten(probot.log as unknown as ProbotLog);
  return probot;
}

/** What must stand in no log and no report. */
function secretsOf({ privateKey, webhookSecret, redisUrl }: Settings): string[] {
  const password = redisUrl === null ? '' : decodeURIComponent(new URL(redisUrl).password);
  // "development" is the secret of tests, and a word
  return [privateKey, webhookSecret === 'development' ? '' : webhookSecret, password];
}

interface ProbotLog {
  error(...entries: unknown[]): void;
  child(bindings: object, options?: object): ProbotLog;
}

/** Makes Probot log the reasons of errors only: an error of a delivery holds all of it, with titles and texts. */
function quieten(log: ProbotLog): void {
  const { child, error } = log;
  log.error = (first, ...rest) => {
    const entry = first instanceof Error ? { reason: failureReason(first) } : first;
    const text = rest.length > 0 || !(first instanceof Error) ? rest : ['delivery failed'];
    error.call(log, entry, ...text);
  };
  log.child = (bindings, options) => {
    const made = child.call(log, bindings, options);
    quieten(made);
    return made;
  };
}

const auth = (probot: Probot, installation?: number): Promise<GitHubClient> =>
  probot.auth(installation) as unknown as Promise<GitHubClient>;

interface Hooked {
  log?: { debug: (...entries: unknown[]) => void };
  hook?: {
    after(name: 'request', f: (response: { status: number }) => void): void;
    error(name: 'request', f: (error: { status?: number }) => never): void;
  };
}

const counted = new WeakSet<object>();

/** The client, with its answers counted, and without the text of what it sends in the log. */
function countedClient(client: GitHubClient, metrics: Metrics): GitHubClient {
  if (counted.has(client)) return client;
  counted.add(client);
  const { hook, log } = client as Hooked;
  if (log) {
    const debug = log.debug.bind(log);
    // Probot logs whole requests at this level
    log.debug = (...entries) => debug(entries.find((entry) => typeof entry === 'string'));
  }
  hook?.after('request', ({ status }) => metrics.requests.inc({ status }));
  hook?.error('request', (error) => {
    metrics.requests.inc({ status: error.status ?? 0 });
    throw error;
  });
  return client;
}

async function runLogged(
  runner: Runner,
  job: Job,
  control: Control,
  log: Log,
  metrics: Metrics,
): Promise<void> {
  const { kind } = job;
  const end = metrics.seconds.startTimer({ kind });
  try {
    const outcome = await runner.run(job, control);
    metrics.jobs.inc({ kind, outcome });
    log.info(`${describeJob(job)}: ${outcome}`);
  } catch (error) {
    metrics.jobs.inc({ kind, outcome: 'failed' });
    report(log, error, `${describeJob(job)}: failed`);
    throw error;
  } finally {
    end();
  }
}

/** Logs the reason only: an error of Octokit holds the request, with the text that was to be posted. */
function report(log: Log, error: unknown, message: string): void {
  const stack =
    error instanceof Error && !('request' in error) ? redact(error.stack ?? '') : undefined;
  log.error({ reason: failureReason(error), ...(stack ? { stack } : {}) }, message);
}
