import { COMMENT_LIMIT, shed } from './markdown.js';
import { type ReplyMarker, replyMarkerLine } from './markdown-marker.js';
import { codeSpan, prose } from './markdown-text.js';

/** What the commands of one comment came to, one entry each. */
export interface Answer {
  /** Markdown. */
  text: string;
  dismiss?: string[];
  undismiss?: string[];
}

/** The comment that answers commands; its hidden line remembers what was dismissed. */
export function replyBody(answers: readonly Answer[], reply: number, by: string): string {
  const all = (key: 'dismiss' | 'undismiss') => answers.flatMap((a) => a[key] ?? []);
  const [dismiss, undismiss] = [all('dismiss'), all('undismiss')];
  const marker: ReplyMarker = {
    reply,
    ...(dismiss.length ? { dismiss } : {}),
    ...(undismiss.length ? { undismiss } : {}),
    ...(dismiss.length + undismiss.length && /^[\w-]+$/.test(by) ? { by } : {}),
  };
  const texts = answers.map((a) => a.text);
  return shed(
    texts,
    [replyMarkerLine(marker)],
    COMMENT_LIMIT,
    'left out: too long for one comment',
  );
}

/** A finding as it is named in an answer. */
export interface Named {
  shortId: string;
  rule: string;
}

const name = ({ shortId, rule }: Named) => `${codeSpan(shortId)} (${codeSpan(rule)})`;

export const dismissedText = (f: Named, by: string, reason: string): string =>
  [
    `Dismissed ${name(f)} for ${codeSpan(by)}:`,
    `> ${prose(reason)}`,
    `It stays dismissed in this pull request, also after new pushes; ${codeSpan(`/forklore undismiss ${f.shortId}`)} takes that back.`,
  ].join('\n\n');

export const undismissedText = (f: Named): string => `${name(f)} counts again.`;

export const noFindingText = (id: string, known: readonly Named[]): string => {
  const list =
    known.length === 0
      ? 'No finding was commented on here.'
      : `There are: ${known.map(name).join(', ')}.`;
  return `No single finding of this pull request starts with ${codeSpan(id)}. ${list}`;
};

export const noPermissionText = (login: string): string =>
  `${codeSpan(login)} has no write access to this repository: only those who have may ask for that.`;

export const reviewText = (): string =>
  "The head is reviewed once more; the result goes to the check run's page.";

export const unknownText = (what: string): string =>
  `Not understood: ${prose(what)}.\n\n${helpText()}`;

/** A rule's own prose, as its author wrote it. */
export const ruleText = (rule: string, prose: string | null, known: readonly string[]): string =>
  prose ??
  `No rule is called ${codeSpan(rule)}. There are: ${known.map((id) => codeSpan(id)).join(', ')}.`;

export const helpText = (): string =>
  [
    '| command, at the start of a line | what it does |',
    '|---|---|',
    '| `/forklore review` | reviews the head once more |',
    '| `/forklore explain <rule>` | what a rule checks |',
    '| `/forklore dismiss <id> <reason>` | this finding is wrong: it no longer counts in this pull request |',
    '| `/forklore undismiss <id>` | it counts again |',
    '| `/forklore help` | this table |',
    '',
    'All but `explain` and `help` need write access.',
  ].join('\n');
