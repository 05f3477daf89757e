import type { PullInfo, RepoRef } from './types.js';

/** Where a job belongs. */
interface Place extends RepoRef {
  installation: number;
  /** The delivery that asked for it: it may come again when the job has failed. */
  delivery?: string;
}

/** Review the head of a pull request. */
export interface PullJob extends Place {
  kind: 'pull';
  /** The pull request as the event showed it. */
  event: PullInfo;
  /** Review again although this head was reviewed (Re-run button, command); empty, or what asked for it. */
  again: string;
}

/** Review the open pull requests that have this head commit: check events of forks do not name them. */
export interface ShaJob extends Place {
  kind: 'sha';
  sha: string;
  again: string;
}

/** A comment that may hold a command. */
export interface CommandJob extends Place {
  kind: 'command';
  number: number;
  /** The comment: of the conversation, or of a review thread. */
  comment: { id: number; thread: boolean; body: string; login: string };
}

/** A button of a check run. */
export interface ActionJob extends Place {
  kind: 'action';
  sha: string;
  identifier: string;
  login: string;
  delivery: string;
}

/** One piece of work, as plain data: it may wait in another process. */
export type Job = PullJob | ShaJob | CommandJob | ActionJob;

/** Jobs of one lane never run at the same time. */
export function laneOf(job: Job): string {
  const repo = `${job.installation}:${job.owner}/${job.repo}`;
  if (job.kind === 'pull') return `${repo}#${job.event.number}`;
  return job.kind === 'command' ? `${repo}#${job.number}` : `${repo}@${job.sha}`;
}

/** Two jobs with the same id are the same work: installation, pull request and head for a review. */
export function idOf(job: Job): string {
  const lane = laneOf(job);
  if (job.kind === 'pull') return [lane, job.event.headSha, job.event.baseRef, job.again].join(' ');
  if (job.kind === 'sha') return `${lane} ${job.again}`;
  return job.kind === 'command' ? `${lane} ${job.comment.id}` : `${lane} ${job.delivery}`;
}

/** When a newer state of the pull request makes a job pointless: the greater is the newer; null never. */
export function orderOf(job: Job): string | null {
  return job.kind === 'pull' ? job.event.updatedAt : null;
}

/** One line for logs: no title, no comment text. */
export function describeJob(job: Job): string {
  if (job.kind === 'pull') return `review of ${laneOf(job)} at ${job.event.headSha.slice(0, 12)}`;
  return `${job.kind} of ${laneOf(job)}`;
}
