import { printable, wrapText } from '../../base/terminal.js';
import type { Finding } from '../../judge/types.js';
import { isNew, isOpen } from '../problems.js';
import { displayName } from './address.js';
import { findingParagraphs } from './finding.js';
import { replyHeaders } from './headers.js';
import { type Anchor, anchorOf, askedBelow, quotedDown } from './quote.js';
import type { Answered, MailOptions, Reply } from './types.js';

const WIDTH = 74;

/** More than this many answers to a question are not read. */
const MAX_ANSWERS = 3;

/**
 * The reply to a patch: what it introduces, under the lines that do it; to a quoted patch also what holds, since
 * somebody asked. null when there is nothing to say to others: a clean patch is answered with silence.
 */
export function replyTo(answered: Answered, o: MailOptions): Reply | null {
  const told = worthTelling(answered);
  if (told.length === 0) return null;
  return {
    answers: answered.patch.messageId,
    headers: replyHeaders(answered, o),
    text: `${body(answered, told, o).join('\n')}\n`,
  };
}

function worthTelling({ review, patch }: Answered): Finding[] {
  const introduced = review.findings.filter(isNew);
  if (introduced.length > 0 || patch.kind !== 'quoted-patch') return introduced;
  const asked = review.asked ?? [];
  return review.findings
    .filter((f) => asked.includes(f.id) && f.change !== 'existing' && !isOpen(f))
    .sort((x, y) => asked.indexOf(x.id) - asked.indexOf(y.id))
    .slice(0, MAX_ANSWERS);
}

function body(answered: Answered, told: Finding[], o: MailOptions): string[] {
  const { patch } = answered;
  const depth = patch.reply?.depth ?? 0;
  const out: string[] = [...attribution(answered)];
  const placed = told.map((f) => ({ f, anchor: anchorOf(patch, f.location) }));
  const inside = placed
    .filter((p): p is { f: Finding; anchor: Anchor } => p.anchor !== null)
    .sort((a, b) => a.anchor.line.inputLine - b.anchor.line.inputLine);
  let last: Anchor | null = null;
  for (const { f, anchor } of inside) {
    if (last?.line !== anchor.line) {
      out.push(...quotedDown(anchor, last, depth));
      const asked = askedBelow(patch, anchor.line.inputLine);
      if (asked.length && patch.kind === 'quoted-patch') out.push('> [...]', ...asked);
      out.push('');
    }
    last = anchor;
    out.push(...joined(findingParagraphs(f)), '');
  }
  for (const { f, anchor } of placed) {
    if (anchor !== null) continue;
    out.push(...wrapText(printable(elsewhere(f)), WIDTH), '', ...joined(findingParagraphs(f)), '');
  }
  out.push(...joined(closing(answered, told, o)));
  return out;
}

const joined = (paragraphs: string[][]): string[] =>
  paragraphs.flatMap((p, k) => (k ? ['', ...p] : p));

function attribution({ patch }: Answered): string[] {
  if (patch.from === null) return [];
  const who = printable(displayName(patch.from));
  const day = patch.date === null ? null : /^(\d{4}-\d\d-\d\d)T/.exec(patch.date)?.[1];
  return [day ? `On ${day}, ${who} wrote:` : `${who} wrote:`];
}

function elsewhere(f: Finding): string {
  const { path, line } = f.location;
  const where = line === null ? path : `${path}:${line}`;
  const code = f.subject ? `, "${f.subject}"` : '';
  return `About a line that this patch does not show (${where}${code}):`;
}

/** What else was run, how the source was put together, how to see it again, and who is talking. */
function closing({ review, patch }: Answered, told: Finding[], o: MailOptions): string[][] {
  const rest = review.findings.filter((f) => !told.includes(f) && f.change !== 'introduced');
  const names = (fs: Finding[]) => fs.map((f) => f.rule).join(', ');
  const holds = rest.filter((f) => f.verdict === 'holds');
  const open = rest.filter((f) => f.verdict !== 'holds' && f.verdict !== 'violated');
  const para = (text: string) => wrapText(printable(text), WIDTH);
  const notes = [...new Set(review.notes ?? [])].map(sentence);
  const out: string[][] = [];
  if (holds.length) out.push(para(`The other rules that were run hold: ${names(holds)}.`));
  const old = rest.filter((f) => f.verdict === 'violated' && f.change === 'existing');
  if (old.length) out.push(para(`Broken before this patch already: ${names(old)}.`));
  if (open.length) out.push(para(`Not looked at to the end: ${names(open)}.`));
  if (notes.length) out.push(para(`About the source: ${notes.join(' ')}`));
  out.push(...again(patch.messageId));
  out.push([
    '-- ',
    `forklore ${o.version}: runs the patched C in a model of the kernel. It may err;`,
    'a reply that says where is welcome.',
  ]);
  return out;
}

const sentence = (note: string): string =>
  `${note.charAt(0).toUpperCase()}${note.slice(1)}`.replace(/[.;]?$/, '.');

/** The command that shows the run again; a message id goes into it only when a shell takes it as one word. */
function again(messageId: string | null): string[][] {
  const id = messageId?.replace(/^<|>$/g, '') ?? '';
  if (!/^[\w.+@][\w.+@-]*$/.test(id)) return [];
  return [['To see it run:', '', `  b4 mbox ${id}`, `  forklore review ${id}.mbx`]];
}
