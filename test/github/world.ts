import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ProbotOctokit } from 'probot';
import type { ParseConfig } from '../../src/github/config.js';
import { type RunningServer, serve } from '../../src/github/server.js';
import type { ReviewPullRequest } from '../../src/github/types.js';
import { DEFAULT_CONFIG } from '../../src/judge/configuration.js';
import { appKey, examplePayload, type PullPayload, SECRET } from './delivery.js';
import { StandIn } from './stand-in.js';
import { type FileEntry, filesFromPatch, treeFromFolder } from './stand-in-diff.js';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const APP = { id: 4711, slug: 'forklore-test' };
export const KEY = appKey();

/** Octokit without the pauses that GitHub asks for: the stand-in does not. */
export const HastyOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  throttle: { enabled: false },
  retry: { enabled: false },
})) as typeof ProbotOctokit;

export interface WorldOptions {
  /** A `git diff` or format-patch file below the repository's root. */
  patch?: string;
  /** Folder below the root whose files the merge base holds. */
  tree?: string;
  files?: FileEntry[];
  mergeBase?: string;
  change?: (payload: PullPayload) => void;
}

/** GitHub with the pull request of the example payload, changed to hold `patch` on `tree`. */
export async function gitHubWith(options: WorldOptions = {}): Promise<StandIn> {
  const payload = examplePayload('opened');
  const patch = readFileSync(
    join(ROOT, options.patch ?? 'fixtures/github/lock-copy.patch'),
    'utf8',
  );
  const files = options.files ?? filesFromPatch(patch);
  payload.pull_request.changed_files = files.length;
  options.change?.(payload);
  const base = options.mergeBase ?? payload.pull_request.base.sha;
  const tree = treeFromFolder(join(ROOT, options.tree ?? 'fixtures/github/tree'));
  return StandIn.start({
    payload,
    app: { ...APP, publicKey: KEY.publicKey },
    files,
    trees: { [base]: tree },
    mergeBase: options.mergeBase,
  });
}

export interface AppWorldOptions {
  timeLimitMs?: number;
  bodyLimit?: number;
  recover?: boolean;
  parseConfig?: ParseConfig;
  env?: NodeJS.ProcessEnv;
}

/** What the app needs of the stages below beside the review, for tests that look at something else. */
export const PARTS = {
  parseConfig: () => DEFAULT_CONFIG,
  explainRule: async (rule: string) => ({
    text: rule === 'fork-lock-target' ? '# fork-lock-target\n\nLocks.' : null,
    known: ['fork-lock-target'],
  }),
};

/** The app, pointed at the stand-in. */
export function appFor(
  hub: StandIn,
  review: ReviewPullRequest,
  options: AppWorldOptions = {},
): Promise<RunningServer> {
  const { env, ...rest } = options;
  return serve({
    review,
    ...PARTS,
    recover: false,
    firstPauseMs: 1,
    env: {
      NODE_ENV: 'test',
      APP_ID: String(APP.id),
      PRIVATE_KEY: KEY.privateKey,
      WEBHOOK_SECRET: SECRET,
      GHE_HOST: hub.host,
      GHE_PROTOCOL: 'http',
      LOG_LEVEL: 'silent',
      ...env,
    },
    port: 0,
    octokit: HastyOctokit,
    clock: () => new Date('2024-01-02T03:04:05Z'),
    sleep: async () => {},
    ...rest,
  });
}

/** Something to wait for. */
export function latch(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
