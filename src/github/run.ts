import { appIdentity, type Identity } from './bot.js';
import { type CommandDeps, clickedComment, runCommand } from './command-job.js';
import type { Job } from './jobs.js';
import { pullsWithHead } from './pull.js';
import type { Control } from './queue.js';
import { type Outcome, reviewPull } from './review-job.js';
import type { GitHubClient } from './types.js';

export interface RunnerDeps extends CommandDeps {
  /** A client that acts for an installation; without a number one that acts for the app itself. */
  clientFor: (installation?: number) => Promise<GitHubClient>;
  /** Hands in a job that another one has led to. */
  enqueue: (job: Job) => Promise<unknown>;
}

/** What came of a job, for logs and metrics. */
export type Result = Outcome | 'done';

/** Does jobs of any kind: the one place that knows them all. */
export class Runner {
  #identity: Promise<Identity> | null = null;

  constructor(readonly deps: RunnerDeps) {}

  async run(job: Job, { signal, last }: Control): Promise<Result> {
    const client = await this.deps.clientFor(job.installation);
    const identity = await this.identity();
    const context = { client, identity, signal, last };
    const repo = { owner: job.owner, repo: job.repo };
    switch (job.kind) {
      case 'pull':
        return reviewPull({ ...context, repo, event: job.event, again: job.again }, this.deps);
      case 'command':
        await runCommand(job, context, this.deps);
        return 'done';
      case 'action': {
        const comment = clickedComment(job);
        if (comment === null) return 'skipped';
        const { installation } = job;
        for (const { number } of await pullsWithHead(client, repo, job.sha))
          await this.deps.enqueue({ kind: 'command', installation, ...repo, number, comment });
        return 'done';
      }
      case 'sha': {
        const { installation, again } = job;
        for (const event of await pullsWithHead(client, repo, job.sha))
          await this.deps.enqueue({ kind: 'pull', installation, ...repo, event, again });
        return 'done';
      }
    }
  }

  /** Sets who we are, where GitHub can not be asked. */
  be(identity: Identity): void {
    this.#identity = Promise.resolve(identity);
  }

  /** Asked once; again after a failure. */
  identity(): Promise<Identity> {
    this.#identity ??= this.deps.clientFor().then(appIdentity);
    this.#identity.catch(() => {
      this.#identity = null;
    });
    return this.#identity;
  }
}
