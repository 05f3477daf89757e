import type { Finding } from '../judge/types.js';
import type { Placement } from '../report/checkrun.js';
import { findingSection, inlineComment, shortIds } from '../report/markdown.js';
import { laterBody, type SummaryRow, summaryBody } from '../report/markdown-life.js';
import type { Dismissal } from './dismissals.js';
import { failureReason, httpStatus, isTransient } from './failure.js';
import { findOverview, type Overview } from './overview.js';
import { ownComments, type Thread } from './own-comments.js';
import type { Draft, Plan } from './plan.js';
import type { World } from './types.js';
import { writeOnce } from './write-once.js';

export interface PostContext extends Thread {
  world: World;
  ruleUrl?: (rule: string) => string;
  /** Shell lines with which a reader gets one finding again. */
  reproduce: (finding: Finding) => string[];
}

export interface PostInput {
  plan: Plan;
  /** Findings that the pull request introduces now. */
  introduced: Finding[];
  dismissed: ReadonlyMap<string, Dismissal>;
}

export interface Posted {
  /** By finding id, for each introduced finding. */
  placements: Map<string, Placement>;
  notes: string[];
  /** Why something was not posted that may go through later; null when nothing of that kind happened. */
  transient: unknown;
}

/**
 * Carries out a plan: one review with the new comments, single comments on files, old comments rewritten, the overview
 * brought up to date. A comment that GitHub refuses does not take the others with it. Nothing is posted twice: before
 * anything is tried again, GitHub is asked what is there.
 */
export async function postPlan(context: PostContext, input: PostInput): Promise<Posted> {
  const { plan } = input;
  const posted: Posted = { placements: new Map(plan.standing), notes: [], transient: null };
  const names = shortIds(input.introduced);
  const bodies = new Map(plan.drafts.map((d) => [d, commentBody(context, d, names)]));
  const onLines = plan.drafts.filter((d) => d.anchor !== null);
  const onFiles = plan.drafts.filter((d) => d.anchor === null);
  for (const d of plan.drafts) posted.placements.set(d.finding.id, 'refused');
  const overview = await findOverview(context);
  const post = { context, input, posted, names, bodies, overview };
  const wanted = input.introduced.some((f) => !input.dismissed.has(f.id));
  const first = overview === null && wanted && plan.drafts.length + outside(input).length > 0;
  if (onLines.length > 0 || first) await postReview(post, onLines);
  for (const d of onFiles) await postAlone(post, d);
  for (const edit of plan.edits) await rewrite(post, edit);
  await refreshOverview(post);
  return posted;
}

interface Post {
  context: PostContext;
  input: PostInput;
  posted: Posted;
  names: Map<string, string>;
  bodies: Map<Draft, string>;
  overview: Overview | null;
}

function commentBody(context: PostContext, d: Draft, names: Map<string, string>): string {
  return inlineComment(d.finding, {
    head: context.pull.headSha,
    shortId: names.get(d.finding.id) ?? d.finding.id.slice(0, 4),
    ruleUrl: context.ruleUrl,
    at: d.at,
    suggests: d.suggests,
    reproduce: context.reproduce(d.finding),
  });
}

/** Findings that only the overview and the check run can show. */
function outside({ plan, introduced }: PostInput): Finding[] {
  return introduced.filter((f) => plan.standing.get(f.id) === 'outside-diff');
}

/** GitHub refuses a whole review for one bad anchor; the fallback finds out which. */
async function postReview(post: Post, drafts: Draft[]): Promise<void> {
  const { context, posted, bodies, overview } = post;
  const { client, repo, pull } = context;
  const body = overview ? laterBody(drafts.length, overview.id) : overviewText(post);
  const create = async (comments: Draft[]): Promise<true> => {
    const { data } = await client.rest.pulls.createReview({
      ...repo,
      pull_number: pull.number,
      commit_id: pull.headSha,
      event: 'COMMENT',
      body,
      comments: comments.map((d) => ({ ...d.anchor!, body: bodies.get(d)! })),
      request: { retries: 0 },
    });
    if (!overview) post.overview = { id: data.id, body, findings: [] };
    return true;
  };
  const there = async (): Promise<true | null> => {
    post.overview ??= await findOverview(context);
    const done = drafts.length > 0 ? await allPosted(context, drafts) : post.overview !== null;
    return done ? true : null;
  };
  try {
    await writeOnce(there, () => create(drafts), context.world.sleep);
    for (const d of drafts) posted.placements.set(d.finding.id, 'commented');
  } catch (error) {
    if (httpStatus(error) !== 422) {
      refuse(posted, error);
      return;
    }
    if (!overview) {
      const bare = async () => ((post.overview ??= await findOverview(context)) ? true : null);
      await writeOnce(bare, () => create([]), context.world.sleep).catch((e) => refuse(posted, e));
    }
    for (const d of drafts) await postAlone(post, d);
  }
}

/** One comment by itself: on its line, or on the file when it has none or GitHub does not take it. */
async function postAlone(post: Post, d: Draft): Promise<void> {
  const { context, posted, bodies } = post;
  const { client, repo, pull, world } = context;
  const target = { ...repo, pull_number: pull.number, commit_id: pull.headSha };
  const request = { retries: 0 };
  const there = async () => ((await allPosted(context, [d])) ? (true as const) : null);
  const write = async (place: object, body: string): Promise<true> => {
    const path = d.anchor?.path ?? d.file!;
    await client.rest.pulls.createReviewComment({ ...target, path, body, ...place, request });
    return true;
  };
  const onFile = () =>
    write({ subject_type: 'file' }, commentBody(context, { ...d, suggests: false }, post.names));
  try {
    if (d.anchor) {
      await writeOnce(there, () => write(d.anchor!, bodies.get(d)!), world.sleep);
      posted.placements.set(d.finding.id, 'commented');
      return;
    }
  } catch (error) {
    refuse(posted, error);
    if (httpStatus(error) !== 422) return;
  }
  try {
    await writeOnce(there, onFile, world.sleep);
    posted.placements.set(d.finding.id, 'on-file');
  } catch (error) {
    refuse(posted, error);
  }
}

function refuse(posted: Posted, error: unknown): void {
  if (isTransient(error)) posted.transient ??= error;
  const note = `A comment was not taken: ${failureReason(error)}.`;
  if (!posted.notes.includes(note)) posted.notes.push(note);
}

async function allPosted(context: PostContext, drafts: Draft[]): Promise<boolean> {
  const own = await ownComments(context);
  return drafts.every((d) =>
    own.some(
      ({ marker }) =>
        marker.finding === d.finding.id &&
        marker.at === d.at &&
        marker.head === context.pull.headSha &&
        marker.state === undefined,
    ),
  );
}

async function rewrite(post: Post, edit: Plan['edits'][0]): Promise<void> {
  const { context, posted, names } = post;
  const { client, repo } = context;
  const body = 'body' in edit ? edit.body : commentBody(context, edit.reopen, names);
  if (body === edit.comment.body) return;
  try {
    await client.rest.pulls.updateReviewComment({ ...repo, comment_id: edit.comment.id, body });
  } catch (error) {
    // somebody may have deleted the comment: nothing is left to rewrite
    if (httpStatus(error) !== 404) refuse(posted, error);
  }
}

function overviewText(post: Post): string {
  const { context, input, names } = post;
  const { introduced, dismissed } = input;
  const rows: SummaryRow[] = introduced.map((finding) => {
    const why = dismissed.get(finding.id);
    const state = why ? `dismissed by ${why.by}` : 'open';
    return { finding, shortId: names.get(finding.id)!, state };
  });
  const open = introduced.filter((f) => !dismissed.has(f.id)).length;
  const sections = outside(input).map(findingSection);
  return summaryBody({ head: context.pull.headSha, open, rows, sections });
}

/** The overview says what is open now, also when nothing is any more. */
async function refreshOverview(post: Post): Promise<void> {
  const { context, posted, overview } = post;
  const body = overview === null ? '' : overviewText(post);
  if (overview === null || post.overview?.body === body) return;
  const { client, repo, pull } = context;
  const target = { ...repo, pull_number: pull.number, review_id: overview.id };
  await client.rest.pulls.updateReview({ ...target, body }).catch((e) => refuse(posted, e));
}
