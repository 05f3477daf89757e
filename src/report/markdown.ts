import type { Finding, PatchReview, Review } from '../judge/types.js';
import { countSentence, factList, inPageOrder, plural, stepTable } from './markdown-evidence.js';
import { markerLine } from './markdown-marker.js';
import { sequenceDiagram } from './markdown-mermaid.js';
import { byteLength, codeSpan, fence, prose, suggestionFence } from './markdown-text.js';

/** GitHub: a comment body holds 65,536 characters at most. */
export const COMMENT_LIMIT = 65_535;

export interface CommentOptions {
  /** Head commit that the comment is written for; goes into the hidden marker. */
  head: string;
  /** Short id of the finding, from `shortIds`. */
  shortId: string;
  /** Page that explains a rule; no link without it. */
  ruleUrl?: (rule: string) => string;
  /** Place and statement, hashed; goes into the hidden marker. */
  at?: string;
  /** The comment's lines are those that the finding's suggestion replaces. */
  suggests?: boolean;
  /** Shell lines that give a reader the same finding and a file to replay. */
  reproduce?: readonly string[];
}

/** Short form of each finding's id: the first four hex digits, more where two findings would share them. */
export function shortIds(findings: Finding[]): Map<string, string> {
  const ids = [...new Set(findings.map((finding) => finding.id))];
  let length = 4;
  const distinct = () => new Set(ids.map((id) => id.slice(0, length))).size === ids.length;
  while (!distinct()) length++;
  return new Map(ids.map((id) => [id, id.slice(0, length)]));
}

/**
 * One inline comment for GitHub: what and why, counts, the interleaving as a diagram, the rest folded, the dismiss
 * line, the hidden marker. Parts that do not fit are left out, and the comment says so.
 */
export function inlineComment(finding: Finding, options: CommentOptions): string {
  const foot = [
    footLine(finding, options),
    markerLine({ finding: finding.id, head: options.head, at: options.at }),
  ];
  return shed(
    [
      statement(finding),
      suggestionBlock(finding, options.suggests === true),
      diagram(finding),
      folded(finding, options.reproduce),
    ],
    foot,
    COMMENT_LIMIT,
    'left out: too long for one comment',
  );
}

/** A finding on a page: heading, place, statement, diagram and folded evidence. */
export function findingSection(finding: Finding): string {
  const { path, line } = finding.location;
  const where = codeSpan(line === null ? path : `${path}:${line}`);
  const subject = finding.subject ? ` ${codeSpan(finding.subject)}` : '';
  const change = finding.change === 'none' ? '' : `, ${finding.change}`;
  const head = `#### ${codeSpan(finding.rule)} ${finding.verdict}${change}`;
  const parts = [head, `${where}${subject}`, statement(finding), diagram(finding), folded(finding)];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The whole review as one markdown document (`--format markdown`). */
export function renderMarkdown(review: Review): string {
  const parts = review.patches.map(patchDocument);
  const problems = (review.problems ?? []).map(
    (p) => `- ${codeSpan(p.input)}: ${prose(p.message)}`,
  );
  if (problems.length > 0) parts.push(`### Not read\n\n${problems.join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

function patchDocument(patch: PatchReview): string {
  const parts = [`## ${codeSpan(patch.subject)}`];
  const status = patch.status === 'reviewed' ? '' : `**${patch.status}**`;
  if (status !== '' || patch.reason !== '')
    parts.push([status, prose(patch.reason)].filter(Boolean).join(': '));
  const files = patch.files.map(
    (f) =>
      `- ${codeSpan(f.path)}: ${plural(f.hunks, 'hunk')}, source ${f.base}${f.truncated ? ', cut short' : ''}`,
  );
  const notes = (patch.notes ?? []).map((note) => `- ${prose(note)}`);
  if (files.length + notes.length > 0) parts.push([...files, ...notes].join('\n'));
  parts.push(...inPageOrder(patch.findings).map(findingSection));
  return parts.join('\n\n');
}

/**
 * `parts` and then `foot`, joined by blank lines, within `limit` bytes of UTF-8. Parts are dropped from the end; a line
 * with `notice` stands in their place. `foot` is always kept; a first part that alone is too long is cut.
 */
export function shed(parts: string[], foot: string[], limit: number, notice: string): string {
  const kept = parts.filter((part) => part !== '');
  const join = (left: number) => {
    const note = left === 0 ? [] : [`_${plural(left, 'part')} ${notice}_`];
    return [...kept, ...note, ...foot].join('\n\n');
  };
  let left = 0;
  while (byteLength(join(left)) > limit && kept.length > 1) {
    kept.pop();
    left++;
  }
  if (byteLength(join(left)) > limit) {
    const room = limit - byteLength(join(left + 1)) + byteLength(kept[0]) - 20;
    kept[0] = fence(cutBytes(kept[0], Math.max(0, room)));
    left++;
  }
  return join(left);
}

/** At most `limit` bytes of `text`, without backticks: what a cut leaves open must not swallow the rest. */
function cutBytes(text: string, limit: number): string {
  const plain = text.replace(/`/g, "'");
  const bytes = new TextEncoder().encode(plain).slice(0, limit);
  return new TextDecoder().decode(bytes).replace(/\ufffd+$/, '');
}

/** The message with its first sentence in bold, then the counts. */
function statement(finding: Finding): string {
  const message = finding.message.trim();
  const end = /[.!?](?=\s)/.exec(message);
  const cut = end === null ? message.length : end.index + 1;
  const first = message === '' ? '' : `**${prose(message.slice(0, cut))}**`;
  return [first, prose(message.slice(cut)), countSentence(finding)]
    .filter((part) => part !== '')
    .join(' ');
}

function diagram(finding: Finding): string {
  return sequenceDiagram(finding.evidence.counterexample?.steps ?? []);
}

/** `suggests`: GitHub replaces exactly the comment's lines by the block; else it is shown as text. */
function suggestionBlock({ suggestion }: Finding, suggests: boolean): string {
  if (!suggestion) return '';
  const { startLine, endLine, text, states } = suggestion;
  const where = startLine === endLine ? `line ${endLine}` : `lines ${startLine} to ${endLine}`;
  const lines = text.replace(/\r?\n$/, '');
  const block = suggests ? suggestionFence(lines) : null;
  const head = block ? 'Suggested' : `Suggested instead of ${where}`;
  const note = `with this, none of ${plural(states, 'explored state')} fails.`;
  return `${head}: ${note}\n\n${block ?? fence(lines, 'c')}`;
}

function folded(finding: Finding, reproduce: readonly string[] = []): string {
  const steps = finding.evidence.counterexample?.steps ?? [];
  const summary = steps.length === 0 ? 'evidence' : `${plural(steps.length, 'step')}, evidence`;
  const parts = [
    steps.length === 0 ? '' : stepTable(steps),
    factList(finding.evidence),
    reproduce.length > 0
      ? `The same on your machine, with a file to replay:\n\n${fence(reproduce.join('\n'), 'sh')}`
      : '',
  ];
  const body = parts.filter((part) => part !== '').join('\n\n');
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function footLine(finding: Finding, options: CommentOptions): string {
  const parts = [codeSpan(finding.rule), codeSpan(`/forklore dismiss ${options.shortId} <reason>`)];
  if (options.ruleUrl && /^[a-z0-9-]+$/.test(finding.rule)) {
    parts.push(`[docs](${options.ruleUrl(finding.rule)})`);
  }
  return parts.join(' - ');
}
