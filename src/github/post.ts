import type { FilePatch } from '../intake/types.js';
import type { Finding } from '../judge/types.js';
import type { Placement } from '../report/checkrun.js';
import { inlineComment, shortIds } from '../report/markdown.js';
import { plural } from '../report/markdown-evidence.js';
import { readMarker } from '../report/markdown-marker.js';
import { type Anchor, anchorFor } from './anchors.js';
import { failureReason, httpStatus, isTransient } from './failure.js';
import type { GitHubClient, PullInfo, RepoRef, World } from './types.js';
import { writeOnce } from './write-once.js';

/** A reader takes in a few comments; the rest is on the check run's page. */
export const MAX_COMMENTS = 20;

export interface PostContext {
  client: GitHubClient;
  repo: RepoRef;
  pull: PullInfo;
  /** Author of our comments; null: trust every comment with a marker. */
  bot: string | null;
  world: World;
  ruleUrl?: (rule: string) => string;
}

export interface Posted {
  /** By finding id, for each introduced finding. */
  placements: Map<string, Placement>;
  notes: string[];
  /** Something was not posted that may go through later. */
  transient: boolean;
}

interface Draft {
  finding: Finding;
  anchor: Anchor;
  body: string;
}

/**
 * Posts one review with a comment per introduced finding that the diff shows and that has no comment yet; nothing when
 * there is none. A comment that GitHub refuses does not take the others with it.
 */
export async function postReview(
  context: PostContext,
  findings: Finding[],
  files: FilePatch[],
): Promise<Posted> {
  const posted: Posted = { placements: new Map(), notes: [], transient: false };
  const introduced = findings.filter((f) => f.change === 'introduced');
  if (introduced.length === 0) return posted;
  const known = await commentedFindings(context);
  const drafts = draft(context, introduced, files, known, posted);
  if (drafts.length === 0) return posted;
  try {
    await writeOnce(
      () => allPosted(context, drafts),
      () => createReview(context, drafts),
      context.world.sleep,
    );
    for (const d of drafts) posted.placements.set(d.finding.id, 'commented');
  } catch (error) {
    if (httpStatus(error) === 422) await postSingly(context, drafts, posted);
    else for (const d of drafts) refuse(posted, d, error);
  }
  return posted;
}

function draft(
  context: PostContext,
  introduced: Finding[],
  files: FilePatch[],
  known: Set<string>,
  posted: Posted,
): Draft[] {
  const { pull, ruleUrl } = context;
  const names = shortIds(introduced);
  const drafts: Draft[] = [];
  for (const finding of introduced) {
    if (posted.placements.has(finding.id)) continue;
    const anchor = anchorFor(finding.location, files);
    const place = (placement: Placement) => posted.placements.set(finding.id, placement);
    if (known.has(finding.id)) place('commented-before');
    else if (anchor === null) place('outside-diff');
    else if (drafts.length >= MAX_COMMENTS) place('over-limit');
    else {
      const shortId = names.get(finding.id)!;
      drafts.push({
        finding,
        anchor,
        body: inlineComment(finding, { head: pull.headSha, shortId, ruleUrl }),
      });
      place('refused');
    }
  }
  return drafts;
}

async function createReview({ client, repo, pull }: PostContext, drafts: Draft[]): Promise<true> {
  await client.rest.pulls.createReview({
    ...repo,
    pull_number: pull.number,
    commit_id: pull.headSha,
    event: 'COMMENT',
    body: `${plural(drafts.length, 'problem')} introduced; what was explored is on the check run's page.`,
    comments: drafts.map(({ anchor, body }) => ({ ...anchor, body })),
    request: { retries: 0 },
  });
  return true;
}

/** GitHub refuses a whole review for one bad anchor; this finds out which. */
async function postSingly(context: PostContext, drafts: Draft[], posted: Posted): Promise<void> {
  const { client, repo, pull, world } = context;
  for (const d of drafts) {
    try {
      await writeOnce(
        () => allPosted(context, [d]),
        async () => {
          const target = { ...repo, pull_number: pull.number, commit_id: pull.headSha };
          await client.rest.pulls.createReviewComment({
            ...target,
            ...d.anchor,
            body: d.body,
            request: { retries: 0 },
          });
          return true as const;
        },
        world.sleep,
      );
      posted.placements.set(d.finding.id, 'commented');
    } catch (error) {
      refuse(posted, d, error);
    }
  }
}

function refuse(posted: Posted, d: Draft, error: unknown): void {
  posted.placements.set(d.finding.id, 'refused');
  posted.transient ||= isTransient(error);
  posted.notes.push(`A comment was not taken: ${failureReason(error)}.`);
}

async function allPosted(context: PostContext, drafts: Draft[]): Promise<true | null> {
  const known = await commentedFindings(context);
  return drafts.every((d) => known.has(d.finding.id)) ? true : null;
}

/** Ids of the findings that a comment of ours is about. A marker in somebody else's comment counts for nothing. */
async function commentedFindings({ client, repo, pull, bot }: PostContext): Promise<Set<string>> {
  const comments = await client.paginate(client.rest.pulls.listReviewComments, {
    ...repo,
    pull_number: pull.number,
    per_page: 100,
  });
  const ids = new Set<string>();
  for (const comment of comments) {
    if (bot !== null && comment.user?.login !== bot) continue;
    const marker = readMarker(comment.body);
    if (marker !== null) ids.add(marker.finding);
  }
  return ids;
}
