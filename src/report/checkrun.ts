import type { Finding, PatchReview } from '../judge/types.js';
import { type CheckVerdict, checkVerdict, type UnseenFile } from './checkrun-verdict.js';
import { findingSection, shed } from './markdown.js';
import { explored, inPageOrder, plural } from './markdown-evidence.js';
import { cellCode, codeSpan, fence, prose } from './markdown-text.js';

/** GitHub: summary and text of a check run's output hold 65,535 characters each. */
export const PAGE_LIMIT = 65_535;
const TOO_LONG = 'left out: too long for one check run';

/** Where an introduced finding can be read: why it has no comment of its own, if it has none. */
export type Placement =
  | 'commented'
  | 'commented-before'
  | 'outside-diff'
  | 'over-limit'
  | 'refused'
  | 'on-file'
  | 'dismissed'
  | 'off'
  | 'read-only';

/** A problem that one commit introduces and that the whole does not have. */
export interface Between {
  rule: string;
  message: string;
  /** Commit that introduces it, and the one that removes it; null when no single one is seen to. */
  by: string;
  until: string | null;
}

export interface CheckPageInput {
  review: PatchReview;
  unseen: UnseenFile[];
  /** By finding id; findings that were not introduced have none. */
  placements: Map<string, Placement>;
  /** What the reader must know about the run itself, one sentence each. */
  notes: string[];
  /** By finding id: who dismissed it, and why. */
  dismissed?: ReadonlyMap<string, { by: string; reason: string }>;
  /** What only single commits have. */
  between?: readonly Between[];
  /** By finding id: the commit that introduces it, when there are several. */
  introducedBy?: ReadonlyMap<string, string>;
  /** How a reader runs the same review on a machine of his own: shell lines. */
  reproduce?: readonly string[];
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
  'on-file': 'commented on the file',
  dismissed: 'dismissed',
  off: 'comments are switched off',
  'read-only': 'the token may not write to the pull request',
};
/** Where nobody reads the finding but on this page. */
const ONLY_HERE: readonly Placement[] = [
  'outside-diff',
  'over-limit',
  'refused',
  'off',
  'read-only',
];

/** The check run's page: title, conclusion, summary (what to act on) and text (what was explored). */
export function checkPage(input: CheckPageInput): CheckPage {
  const dismissed = new Set(input.dismissed?.keys());
  const between = input.between ?? [];
  const verdict = checkVerdict({ ...input, dismissed, between: between.length });
  const findings = inPageOrder(input.review.findings);
  const elsewhere = findings.filter((f) => hasNoComment(f, input.placements));
  const summary = shed(
    [
      `${prose(verdict.title)}.`,
      list(input.notes.map(prose)),
      elsewhere.length === 0 ? '' : '### Introduced, without a comment on the line',
      ...elsewhere.map((f) => `${placed(f, input.placements)}\n\n${findingSection(f)}`),
      table(findings, input),
      dismissals(input),
      betweenSection(between),
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
  return placement !== undefined && ONLY_HERE.includes(placement);
}

function placed(finding: Finding, placements: Map<string, Placement>): string {
  return `_${PLACED[placements.get(finding.id)!]}:_`;
}

function table(findings: Finding[], input: CheckPageInput): string {
  if (findings.length === 0) return '';
  const rows = findings.map((f) => {
    const e = f.evidence;
    const { total, unit } = explored(e);
    const how =
      total === 0
        ? ''
        : `${plural(total, unit)}${e.exhausted ? ', to the end' : ', limit reached'}`;
    const caught = e.mutants.tried === 0 ? '' : `${e.mutants.caught} of ${e.mutants.tried}`;
    const by = input.introducedBy?.get(f.id);
    const change = f.change === 'none' ? '' : `, ${f.change}${by ? ` by ${by.slice(0, 12)}` : ''}`;
    const placement = input.placements.get(f.id);
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

function sourceSection({ review, unseen, reproduce = [] }: CheckPageInput): string {
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
  if (reproduce.length > 0) {
    const how = 'In a clone of this repository; a violation comes with a file to replay:';
    const lines = fence(reproduce.join('\n'), 'sh');
    parts.push(`### The same on your machine\n\n${how}\n\n${lines}`);
  }
  if (review.findings.length > 0) parts.push('### Evidence');
  return parts.join('\n\n');
}

function dismissals({ review, dismissed }: CheckPageInput): string {
  const items = review.findings.flatMap((f) => {
    const d = f.change === 'introduced' ? dismissed?.get(f.id) : undefined;
    return d ? [`${codeSpan(f.rule)}, by ${codeSpan(d.by)}: ${prose(d.reason)}`] : [];
  });
  return items.length === 0 ? '' : `### Dismissed\n\n${list(items)}`;
}

function betweenSection(between: readonly Between[]): string {
  if (between.length === 0) return '';
  const items = between.map(({ rule, message, by, until }) => {
    const end = until === null ? '' : `, gone with ${codeSpan(until.slice(0, 12))}`;
    return `${codeSpan(rule)}, introduced by ${codeSpan(by.slice(0, 12))}${end}: ${prose(message)}`;
  });
  return `### Between commits only (a bisection may stop there)\n\n${list(items)}`;
}

function list(items: string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}
