import type { Finding, PatchReview } from '../judge/types.js';
import { type CheckVerdict, checkVerdict, type UnseenFile } from './checkrun-verdict.js';
import { findingSection, shed } from './markdown.js';
import { explored, inPageOrder, plural } from './markdown-evidence.js';
import { cellCode, codeSpan, prose } from './markdown-text.js';

/** GitHub: summary and text of a check run's output hold 65,535 characters each. */
export const PAGE_LIMIT = 65_535;
const TOO_LONG = 'left out: too long for one check run';

/** Where an introduced finding can be read: why it has no comment of its own, if it has none. */
export type Placement =
  | 'commented'
  | 'commented-before'
  | 'outside-diff'
  | 'over-limit'
  | 'refused';

export interface CheckPageInput {
  review: PatchReview;
  unseen: UnseenFile[];
  /** By finding id; findings that were not introduced have none. */
  placements: Map<string, Placement>;
  /** What the reader must know about the run itself, one sentence each. */
  notes: string[];
}

export interface CheckPage extends CheckVerdict {
  summary: string;
  text: string;
}

const PLACED: Record<Placement, string> = {
  commented: 'commented on the line',
  'commented-before': 'commented on an earlier push',
  'outside-diff': 'the line is not in the diff',
  'over-limit': 'beyond the number of comments for one review',
  refused: 'GitHub did not take the comment',
};

/** The check run's page: title, conclusion, summary (what to act on) and text (what was explored). */
export function checkPage(input: CheckPageInput): CheckPage {
  const verdict = checkVerdict(input.review, input.unseen);
  const findings = inPageOrder(input.review.findings);
  const elsewhere = findings.filter((f) => hasNoComment(f, input.placements));
  const summary = shed(
    [
      `${prose(verdict.title)}.`,
      list(input.notes.map(prose)),
      elsewhere.length === 0 ? '' : '### Introduced, without a comment on the line',
      ...elsewhere.map((f) => `${placed(f, input.placements)}\n\n${findingSection(f)}`),
      table(findings, input.placements),
    ],
    [
      '_Runs the functions before and after the patch in a model of the kernel; the model may err._',
    ],
    PAGE_LIMIT,
    TOO_LONG,
  );
  const shown = findings.filter((f) => !elsewhere.includes(f));
  const text = shed([sourceSection(input), ...shown.map(findingSection)], [], PAGE_LIMIT, TOO_LONG);
  return { ...verdict, summary, text };
}

/** The page of a run that could not be finished: always neutral, with the reason. */
export function brokenPage(title: string, reason: string): CheckPage {
  return {
    conclusion: 'neutral',
    title,
    summary: `${prose(reason)}`,
    text: '',
  };
}

function hasNoComment(finding: Finding, placements: Map<string, Placement>): boolean {
  const placement = placements.get(finding.id);
  return placement !== undefined && placement !== 'commented' && placement !== 'commented-before';
}

function placed(finding: Finding, placements: Map<string, Placement>): string {
  return `_${PLACED[placements.get(finding.id)!]}:_`;
}

function table(findings: Finding[], placements: Map<string, Placement>): string {
  if (findings.length === 0) return '';
  const rows = findings.map((f) => {
    const e = f.evidence;
    const { total, unit } = explored(e);
    const how =
      total === 0
        ? ''
        : `${plural(total, unit)}${e.exhausted ? ', to the end' : ', limit reached'}`;
    const caught = e.mutants.tried === 0 ? '' : `${e.mutants.caught} of ${e.mutants.tried}`;
    const change = f.change === 'none' ? '' : `, ${f.change}`;
    const placement = placements.get(f.id);
    const where =
      f.location.line === null ? f.location.path : `${f.location.path}:${f.location.line}`;
    return `| ${cellCode(f.rule)} | ${f.verdict}${change} | ${cellCode(where)} | ${how} | ${caught} | ${placement ? PLACED[placement] : ''} |`;
  });
  return [
    '| rule | verdict | where | explored | mutants caught | |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function sourceSection({ review, unseen }: CheckPageInput): string {
  const parts: string[] = [];
  if (review.files.length > 0) {
    const files = review.files.map(
      (f) =>
        `${codeSpan(f.path)}: ${plural(f.hunks, 'hunk')}, source ${f.base}${f.truncated ? ', cut short' : ''}`,
    );
    parts.push(`### Files\n\n${list(files)}`);
  }
  if (unseen.length > 0) {
    const files = unseen.map((f) => `${codeSpan(f.path)}: ${prose(f.reason)}`);
    parts.push(`### Not seen\n\n${list(files)}`);
  }
  const notes = (review.notes ?? []).map(prose);
  if (notes.length > 0) parts.push(`### How the source was rebuilt\n\n${list(notes)}`);
  if (review.findings.length > 0) parts.push('### Evidence');
  return parts.join('\n\n');
}

function list(items: string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
