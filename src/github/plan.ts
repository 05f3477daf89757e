import { createHash } from 'node:crypto';
import { MAX_COMMENTS } from '../base/limits.js';
import type { FilePatch } from '../intake/types.js';
import type { Finding, PatchReview } from '../judge/types.js';
import { type Closed, closedComment } from '../report/markdown-life.js';
import { type Anchor, anchorFor, fileOf, suggestionAnchor } from './anchors.js';
import type { Dismissal } from './dismissals.js';
import { newestPerFinding, type OwnComment } from './own-comments.js';

export interface PlanInput {
  review: PatchReview;
  files: FilePatch[];
  /** Paths whose diff GitHub does not show. */
  hidden: ReadonlySet<string>;
  /** Every file was seen: what is not found any more is really gone. */
  complete: boolean;
  own: readonly OwnComment[];
  dismissed: ReadonlyMap<string, Dismissal>;
  head: string;
  /** Comments are wanted at all. */
  comments: boolean;
}

/** A comment to be posted on a line, or on a file when the diff does not show the line. */
export interface Draft {
  finding: Finding;
  anchor: Anchor | null;
  /** File that takes a comment as a whole; null where `anchor` is given. */
  file: string | null;
  /** The comment's lines are those that the suggestion replaces. */
  suggests: boolean;
  at: string;
}

export type Standing = 'commented-before' | 'dismissed' | 'outside-diff' | 'over-limit' | 'off';

export interface Plan {
  drafts: Draft[];
  /** Comments to be rewritten in place; `reopen` ones get the text of a new comment. */
  edits: ({ comment: OwnComment } & ({ body: string } | { reopen: Draft }))[];
  /** For introduced findings that get no new comment. */
  standing: Map<string, Standing>;
  /** Findings with an open comment of which this review can not say whether they still hold. */
  unsettled: OwnComment[];
}

/** The place and statement of a finding, hashed: tells whether a comment is about another line. */
export function placeHash({ location, subject }: Finding): string {
  const text = `${location.path}\n${subject ?? location.line}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** What to post, what to rewrite and what to leave: comments that still hold stay as they are. */
export function planComments(input: PlanInput): Plan {
  const plan: Plan = { drafts: [], edits: [], standing: new Map(), unsettled: [] };
  const introduced = new Map<string, Finding>();
  for (const f of input.review.findings) if (f.change === 'introduced') introduced.set(f.id, f);
  const newest = newestPerFinding(input.own);
  for (const comment of newest.values())
    if (!introduced.has(comment.marker.finding)) settle(input, comment, plan);
  for (const finding of introduced.values())
    place(input, finding, newest.get(finding.id) ?? null, plan);
  return plan;
}

/** An open comment whose finding is not introduced any more. */
function settle(input: PlanInput, comment: OwnComment, plan: Plan): void {
  const { marker, body } = comment;
  if (!['open', 'dismissed'].includes(marker.state ?? 'open')) return;
  const now = input.review.findings.find((f) => f.id === marker.finding);
  const state = stateNow(input, now);
  if (state === null) {
    plan.unsettled.push(comment);
    return;
  }
  const closed = { state, since: input.head };
  plan.edits.push({ comment, body: closedComment(body, marker, closed) });
}

function stateNow(input: PlanInput, now: Finding | undefined): Closed['state'] | null {
  if (now?.change === 'existing') return 'existing';
  if (now?.verdict === 'holds') return 'fixed';
  const looked = ['reviewed', 'not-applicable'].includes(input.review.status);
  return now === undefined && input.complete && looked ? 'gone' : null;
}

function place(input: PlanInput, finding: Finding, comment: OwnComment | null, plan: Plan): void {
  const draft = draftFor(finding, input);
  const state = comment?.marker.state ?? 'open';
  const why = input.dismissed.get(finding.id);
  if (why) {
    plan.standing.set(finding.id, 'dismissed');
    if (comment && state !== 'dismissed') {
      const closed = { state: 'dismissed' as const, since: input.head, ...why };
      plan.edits.push({ comment, body: closedComment(comment.body, comment.marker, closed) });
    }
    return;
  }
  if (comment && state === 'dismissed') {
    plan.edits.push({ comment, reopen: draft });
    plan.standing.set(finding.id, 'commented-before');
    return;
  }
  if (comment && state === 'open') {
    if (comment.marker.at === undefined || comment.marker.at === draft.at) {
      plan.standing.set(finding.id, 'commented-before');
      return;
    }
    const closed = { state: 'moved' as const, since: input.head };
    plan.edits.push({ comment, body: closedComment(comment.body, comment.marker, closed) });
  }
  if (!input.comments) plan.standing.set(finding.id, 'off');
  else if (draft.anchor === null && draft.file === null)
    plan.standing.set(finding.id, 'outside-diff');
  else if (plan.drafts.length + openOnes(input) >= MAX_COMMENTS)
    plan.standing.set(finding.id, 'over-limit');
  else plan.drafts.push(draft);
}

/** Findings that are introduced and have an open comment already. */
function openOnes({ own, review }: PlanInput): number {
  const open = (id: string) =>
    review.findings.some((f) => f.id === id && f.change === 'introduced');
  const newest = [...newestPerFinding(own).values()];
  return newest.filter((c) => c.marker.state === undefined && open(c.marker.finding)).length;
}

function draftFor(finding: Finding, { files, hidden }: PlanInput): Draft {
  const at = placeHash(finding);
  const shown = files.filter((f) => !hidden.has(f.newPath ?? f.oldPath ?? ''));
  const suggested = finding.suggestion ? suggestionAnchor(finding.suggestion, shown) : null;
  const anchor = suggested ?? anchorFor(finding.location, shown);
  const file = anchor === null ? fileOf(finding.location, files) : null;
  return { finding, anchor, file, suggests: suggested !== null, at };
}
