import type { Finding } from '../judge/types.js';
import { COMMENT_LIMIT, shed } from './markdown.js';
import { count, plural } from './markdown-evidence.js';
import { type Marker, markerLine, summaryMarkerLine } from './markdown-marker.js';
import { cellCode, codeSpan, prose } from './markdown-text.js';

/** Why a comment no longer stands as it was written. */
export interface Closed {
  state: 'fixed' | 'gone' | 'existing' | 'moved' | 'dismissed';
  /** Head commit at which that was seen. */
  since: string;
  /** Who dismissed it, and why. */
  by?: string;
  reason?: string;
}

/** The first line of a closed comment. */
export function closedLine({ state, since, by, reason }: Closed): string {
  const at = `\`${since.slice(0, 12)}\``;
  switch (state) {
    case 'fixed':
      return `**Fixed in ${at}.**`;
    case 'gone':
      return `**No longer part of this pull request, as of ${at}.**`;
    case 'existing':
      return `**Not introduced here any more, as of ${at}:** the base branch has the same problem.`;
    case 'moved':
      return `**No longer on this line, as of ${at}.** See the newer comment.`;
    case 'dismissed': {
      const why = reason ? `: ${prose(reason)}` : '.';
      return `**Dismissed**${by ? ` by ${codeSpan(by)}` : ''}${why}`;
    }
  }
}

/** A comment that was posted before, closed: why, and what it said in a fold. */
export function closedComment(before: string, marker: Marker, closed: Closed): string {
  const foot = markerLine({ ...marker, state: closed.state, since: closed.since });
  const fold = `<details><summary>what was found</summary>\n\n${withoutMarker(before)}\n\n</details>`;
  const notice = 'left out: too long for one comment';
  return shed([closedLine(closed), fold], [foot], COMMENT_LIMIT, notice);
}

/** A comment's text without the fold and first line of an earlier closing, and without the marker. */
function withoutMarker(body: string): string {
  const text = body.replace(/\s*<!-- forklore:1 [^\n]* -->\s*$/, '');
  const open = /^\*\*[^\n]*\n\n<details><summary>what was found<\/summary>\n\n/.exec(text);
  return open ? text.slice(open[0].length).replace(/\n\n<\/details>$/, '') : text;
}

/** One finding in the overview. */
export interface SummaryRow {
  finding: Pick<Finding, 'id' | 'rule' | 'location'>;
  shortId: string;
  /** `open`, `dismissed by octocat`, ... */
  state: string;
}

export interface SummaryInput {
  head: string;
  /** Introduced and not dismissed now. */
  open: number;
  rows: SummaryRow[];
  /** Findings that no line of the diff could take, as sections of their own. */
  sections: string[];
}

/** The body of our first review: what is open now. It is updated in place. */
export function summaryBody({ head, open, rows, sections }: SummaryInput): string {
  const at = `\`${head.slice(0, 12)}\``;
  const first =
    open === 0
      ? `No problem is open at ${at}.`
      : `${plural(open, 'problem')} introduced, as of ${at}. What was explored is on the check run's page.`;
  return shed(
    [first, table(rows), ...sections],
    [summaryMarkerLine(rows.map((row) => row.finding))],
    COMMENT_LIMIT,
    'left out: too long for one comment',
  );
}

function table(rows: SummaryRow[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ finding, shortId, state }) => {
    const { path, line } = finding.location;
    const where = cellCode(line === null ? path : `${path}:${line}`);
    return `| ${cellCode(shortId)} | ${cellCode(finding.rule)} | ${where} | ${prose(state)} |`;
  });
  return ['| id | rule | where | |', '|---|---|---|---|', ...lines].join('\n');
}

/** The body of a later review, which only carries new comments; `overview` is the id of the first one. */
export function laterBody(added: number, overview: number): string {
  const more = added === 1 ? '1 more problem' : `${count(added)} more problems`;
  return `${more} introduced. [Overview](#pullrequestreview-${overview})`;
}
