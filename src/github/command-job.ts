import {
  type Answer,
  dismissedText,
  helpText,
  type Named,
  noFindingText,
  noPermissionText,
  replyBody,
  reviewText,
  ruleText,
  undismissedText,
  unknownText,
} from '../report/markdown-reply.js';
import type { Identity } from './bot.js';
import { readClick } from './buttons.js';
import { type Command, parseCommands } from './commands.js';
import { readConversation } from './dismissals.js';
import { httpStatus } from './failure.js';
import type { ActionJob, CommandJob } from './jobs.js';
import { findOverview } from './overview.js';
import { ownComments, type Thread } from './own-comments.js';
import { mayWrite } from './permission.js';
import { pullInfo } from './pull.js';
import { type JobDeps, reviewPull } from './review-job.js';
import type { GitHubClient, PullInfo, RepoRef } from './types.js';
import { writeOnce } from './write-once.js';

export interface CommandDeps extends JobDeps {
  /** The prose of a rule as markdown, null when there is none of that name; and all names. */
  explainRule: (rule: string) => Promise<{ text: string | null; known: string[] }>;
}

interface Context {
  client: GitHubClient;
  identity: Identity;
  signal: AbortSignal;
  last: boolean;
}

/** Somebody's wish, from a comment or a button. */
interface Wish {
  repo: RepoRef;
  pull: PullInfo;
  login: string;
  /** Identifies the wish: it is carried out and answered once. */
  id: number;
  cause: string;
  commands: Command[];
}

/** Carries out the commands of a comment, once, and answers them. */
export async function runCommand(
  job: CommandJob,
  context: Context,
  deps: CommandDeps,
): Promise<void> {
  const commands = parseCommands(job.comment.body);
  if (commands.length === 0) return;
  const { client } = context;
  const repo = { owner: job.owner, repo: job.repo };
  const { data } = await client.rest.pulls.get({ ...repo, pull_number: job.number });
  const { id, login, thread } = job.comment;
  if (id > 0) await seen(client, repo, id, thread);
  const pull = pullInfo(data);
  await carryOut({ repo, pull, login, id, cause: `comment ${id}`, commands }, context, deps);
}

/**
 * The command that a click on one of our buttons stands for, as a comment with a negative id that tells clicks apart;
 * null when the button is none of ours.
 */
export function clickedComment(job: ActionJob): CommandJob['comment'] | null {
  const click = readClick(job.identifier);
  if (click === null) return null;
  const body =
    click.name === 'review'
      ? '/forklore review'
      : `/forklore dismiss ${click.id} dismissed with the button`;
  let hash = 0;
  for (const char of job.delivery) hash = (hash * 31 + char.charCodeAt(0)) % 1_000_000_007;
  return { id: -1 - hash, thread: false, body, login: job.login };
}

async function seen(
  client: GitHubClient,
  repo: RepoRef,
  comment_id: number,
  thread: boolean,
): Promise<void> {
  const reaction = { ...repo, comment_id, content: 'eyes' as const };
  const create = thread
    ? client.rest.reactions.createForPullRequestReviewComment(reaction)
    : client.rest.reactions.createForIssueComment(reaction);
  await create.catch((error) => {
    if (httpStatus(error) !== 404) throw error;
  });
}

async function carryOut(wish: Wish, context: Context, deps: CommandDeps): Promise<void> {
  const { client, identity } = context;
  const { repo, pull, commands } = wish;
  const thread: Thread = { client, repo, pull, bot: identity.login };
  const write = await mayWrite(client, repo, wish.login);
  const before = await readConversation(thread);
  if (!before.answered.has(wish.id)) {
    const answers: Answer[] = [];
    for (const command of commands) answers.push(await answer(command, wish, write, thread, deps));
    // what was dismissed is on GitHub before the review that has to know it
    await reply(answers, wish, thread, deps);
  }
  if (!write || !commands.some((c) => REVIEWED_AFTER.includes(c.name))) return;
  await reviewPull({ ...context, repo, event: pull, again: wish.cause }, deps);
}

const REVIEWED_AFTER: readonly Command['name'][] = ['review', 'dismiss', 'undismiss'];

async function answer(
  command: Command,
  wish: Wish,
  write: boolean,
  thread: Thread,
  deps: CommandDeps,
): Promise<Answer> {
  if (command.name === 'help') return { text: helpText() };
  if (command.name === 'unknown') return { text: unknownText(command.what) };
  if (command.name === 'explain') {
    const { text, known } = await deps.explainRule(command.rule);
    return { text: ruleText(command.rule, text, known) };
  }
  if (!write) return { text: noPermissionText(wish.login) };
  if (command.name === 'review') return { text: reviewText() };
  const known = await findings(thread);
  const hits = known.filter((f) => f.id.startsWith(command.id));
  if (hits.length !== 1) return { text: noFindingText(command.id, known) };
  const [hit] = hits;
  if (command.name === 'undismiss') return { text: undismissedText(hit), undismiss: [hit.id] };
  return { text: dismissedText(hit, wish.login, command.reason), dismiss: [hit.id] };
}

/** The findings that the pull request has heard of: those with a comment, and those in the overview. */
async function findings(thread: Thread): Promise<(Named & { id: string })[]> {
  const rules = new Map<string, string>();
  for (const { marker, body } of await ownComments(thread)) {
    const rule = /^`([a-z0-9-]+)` - `\/forklore dismiss /m.exec(body)?.[1];
    rules.set(marker.finding, rule ?? 'finding');
  }
  for (const { id, rule } of (await findOverview(thread))?.findings ?? []) rules.set(id, rule);
  const all = [...rules].map(([id, rule]) => ({ id, rule }));
  return all.map((f) => ({ ...f, shortId: f.id.slice(0, shortest(all, f.id)) }));
}

/** Digits that tell an id from the others; at least four. */
function shortest(all: readonly { id: string }[], id: string): number {
  let length = 4;
  const same = () => all.filter((f) => f.id.startsWith(id.slice(0, length))).length > 1;
  while (length < id.length && same()) length++;
  return length;
}

async function reply(
  answers: readonly Answer[],
  wish: Wish,
  thread: Thread,
  deps: CommandDeps,
): Promise<void> {
  const { client, repo, pull } = thread;
  const body = replyBody(answers, wish.id, wish.login);
  const there = async () =>
    (await readConversation(thread)).answered.has(wish.id) ? (true as const) : null;
  const create = async () => {
    const target = { ...repo, issue_number: pull.number };
    await client.rest.issues.createComment({ ...target, body, request: { retries: 0 } });
    return true as const;
  };
  await writeOnce(there, create, deps.world.sleep);
}
