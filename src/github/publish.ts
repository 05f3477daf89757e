import type { PatchReview } from '../judge/types.js';
import { annotationsFor } from '../report/annotations.js';
import { type CheckPage, checkPage } from '../report/checkrun.js';
import { inPageOrder } from '../report/markdown-evidence.js';
import type { Analysis } from './analyse.js';
import { buttonsFor } from './buttons.js';
import { finishCheck, type OpenCheck } from './checks.js';
import { type Dismissal, readConversation } from './dismissals.js';
import { ownComments } from './own-comments.js';
import { planComments } from './plan.js';
import { type PostContext, type Posted, postPlan } from './post.js';
import { reproduceLines } from './reproduce.js';
import type { Run } from './review-job.js';
import { readSeries } from './series.js';
import type { PullInfo } from './types.js';

/** Posts what a review came to: comments, the overview, the finished check run. */
export async function publish(run: Run, check: OpenCheck, result: Analysis): Promise<void> {
  const { client, repo, pull, context, config, deps, identity } = run;
  const { review, diff, base } = result;
  const { whole } = review;
  const thread = { client, repo, pull, bot: identity.login };
  const dismissed = withSuppressed(whole, (await readConversation(thread)).dismissed);
  const introduced = whole.findings.filter((f) => f.change === 'introduced');
  const plan = planComments({
    review: whole,
    files: diff.files,
    hidden: diff.hidden,
    complete: diff.unseen.every((file) => !file.matters),
    own: await ownComments(thread),
    dismissed,
    head: pull.headSha,
    comments: config?.comments !== 'none',
  });
  const post: PostContext = {
    ...thread,
    world: deps.world,
    ruleUrl: deps.ruleUrl,
    reproduce: (finding) => reproduceLines(pull, base, finding),
  };
  const posted = await postPlan(post, { plan, introduced, dismissed });
  // what is there is not posted again by the next try
  if (posted.transient !== null && !run.last) throw posted.transient;
  const open = plan.unsettled.map(
    (c) =>
      `Whether the comment on ${c.marker.finding.slice(0, 4)} still holds could not be settled.`,
  );
  const notes = [...result.notes, ...open, ...posted.notes];
  const page = resultPage(pull, { ...result, notes }, posted.placements, dismissed);
  const shown = inPageOrder(whole.findings);
  await finishCheck(context, check, {
    page,
    annotations: annotationsFor(shown, new Set(dismissed.keys())),
    actions: buttonsFor(introduced, dismissed),
    mark: posted.transient === null ? 'done' : 'retry',
  });
}

/** What the configuration suppresses counts like what was dismissed in the pull request. */
export function withSuppressed(
  { findings }: PatchReview,
  dismissed: ReadonlyMap<string, Dismissal>,
): Map<string, Dismissal> {
  const out = new Map(dismissed);
  for (const { id, change, suppressed } of findings)
    if (suppressed && change === 'introduced' && !out.has(id))
      out.set(id, { by: 'forklore.yml', reason: suppressed.reason });
  return out;
}

/** The page of a check run for a review. */
export function resultPage(
  pull: PullInfo,
  { review, diff, base, notes }: Analysis,
  placements: Posted['placements'],
  dismissed: ReadonlyMap<string, Dismissal>,
): CheckPage {
  const ids = review.whole.findings.filter((f) => f.change === 'introduced').map((f) => f.id);
  const series = readSeries(review.commits, new Set(ids));
  return checkPage({
    review: review.whole,
    unseen: diff.unseen,
    placements,
    notes: [...new Set(notes)],
    dismissed,
    ...series,
    reproduce: review.whole.findings.length > 0 ? reproduceLines(pull, base) : [],
  });
}
