import { VERSION } from '../base/version.js';
import type { Review } from '../judge/types.js';
import { renderB4 } from '../report/b4.js';
import type { Page } from '../report/html/data.js';
import { renderPage } from '../report/html/page.js';
import { renderJson } from '../report/json.js';
import { type Answered, type Reply, renderMbox, replyTo } from '../report/mail/index.js';
import { renderMarkdown } from '../report/markdown.js';
import { countVerdicts, patchName } from '../report/problems.js';
import { renderRdjson } from '../report/rdjson.js';
import { renderSarif } from '../report/sarif.js';
import { renderTerse } from '../report/terse.js';
import { renderText } from '../report/text.js';
import type { Format } from './format-names.js';

/** What a report is made of: the review, and the patch behind each of its entries. */
export interface Reported {
  review: Review;
  answered: readonly Answered[];
  /** Sender of replies, `Name <address>`; null where nobody is known. */
  from: string | null;
  /** With `--format html`: what the page holds beside the review. */
  page: Page | null;
  /** With `--format text`: what holds is reported in full too. */
  verbose: boolean;
}

const RENDER = {
  text: ({ review, verbose }: Reported) => renderText(review, { verbose }),
  json: ({ review }: Reported) => renderJson(review),
  markdown: ({ review }: Reported) => renderMarkdown(review),
  mail: (r: Reported) => renderMbox(repliesOf(r)),
  sarif: ({ review }: Reported) => renderSarif(review),
  rdjson: ({ review }: Reported) => renderRdjson(review),
  b4: ({ review }: Reported) => renderB4(review),
  // a NIPA test prints its log, and hands its one line to another file descriptor
  nipa: ({ review, verbose }: Reported) => renderText(review, { verbose }),
  terse: ({ review }: Reported) => renderTerse(review),
  html: ({ page }: Reported) => (page ? renderPage(page.data, page.assets) : ''),
} satisfies Record<Format, (r: Reported) => string>;

/** Formats whose readers want a document also when there is nothing in it. */
export const ALWAYS: readonly Format[] = ['json', 'sarif', 'rdjson', 'b4', 'nipa'];

/** The report in a format. */
export const render = (format: Format, r: Reported): string => RENDER[format](r);

/** The replies that the review gives reason for, at most one a patch. */
export function repliesOf({ answered, from }: Pick<Reported, 'answered' | 'from'>): Reply[] {
  return answered
    .map((a) => replyTo(a, { version: VERSION, from }))
    .filter((reply) => reply !== null);
}

/** One line for each reviewed patch that gets no reply: silence is not the same as not having looked. */
export function unanswered({ answered, from }: Pick<Reported, 'answered' | 'from'>): string[] {
  return answered
    .filter((a) => replyTo(a, { version: VERSION, from }) === null)
    .filter(({ review }) => review.status !== 'not-applicable')
    .map(({ review }) => {
      const why =
        review.status === 'reviewed'
          ? `nothing introduced (${countVerdicts(review.findings)})`
          : `not analysed (${review.reason})`;
      return `"${patchName(review)}": ${why}; no reply is written`;
    });
}
