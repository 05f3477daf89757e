/**
 * Untrusted text in GitHub's markdown. Source lines, paths and names come from a stranger's patch: they appear in code
 * spans and fences only, where GitHub renders no mention, link, image or HTML.
 */

/** Control, bidirectional and invisible characters, written out so that a reader sees them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** `text` on one line, blanks squeezed, characters that a reader can not see as `\u{202e}`. */
export function visible(text: string): string {
  return text
    .replace(/[\s\u0085]+/g, ' ')
    .replace(UNSEEN, spell)
    .trim();
}

function spell(char: string): string {
  return `\\u{${char.codePointAt(0)!.toString(16)}}`;
}

/** The first `max` characters of `text`, the last one `…` when something was cut. Never splits a surrogate pair. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Length as GitHub's limits are taken here: bytes of UTF-8, the stricter reading of "characters". */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** `text` as a code span on one line, with enough backticks around it. */
export function codeSpan(text: string): string {
  const body = visible(text);
  if (body === '') return '` `';
  const ticks = '`'.repeat(longestRun(body) + 1);
  const pad = body.startsWith('`') || body.endsWith('`') ? ' ' : '';
  return `${ticks}${pad}${body}${pad}${ticks}`;
}

/** A code span for a table cell: a pipe ends a cell even inside code, so it is escaped. */
export function cellCode(text: string): string {
  return codeSpan(text.replace(/\\(?=\|)/g, '\\ ')).replace(/\|/g, '\\|');
}

/** `text` as a fenced block; `info` is the language. Keeps line ends, writes other unseen characters out. */
export function fence(text: string, info = ''): string {
  const body = text
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(/\t/g, '    ').replace(UNSEEN, spell))
    .join('\n');
  const ticks = '`'.repeat(Math.max(3, longestRun(body) + 1));
  return `${ticks}${info}\n${body}\n${ticks}`;
}

/**
 * Replacement text as GitHub's suggestion block, tabs kept; null when it holds what a reader would not see: applied, it
 * would bring that into the file.
 */
export function suggestionFence(text: string): string | null {
  if (text.replace(/[\t\n]/g, '').search(UNSEEN) >= 0) return null;
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}suggestion\n${text}\n${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Prose is a sentence or a few; what is longer was not written as prose. */
const MAX_PROSE = 8000;

interface Segment {
  code: boolean;
  text: string;
}

const SPAN = /(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)/g;
const CALL = /(?<!\w)[A-Za-z_]\w*(?:(?:->|\.)\w+)*\((?:[^()`]|\([^()`]*\)){0,200}\)/g;
/** What GitHub would turn into a mention, a reference, a link or an emoji. */
const LIVE = /@|:\/\/|www\.|#\d|\bGH-\d|:[\w+-]+:|^[0-9a-f]{7,40}$/i;
/** What reads better as code: `vma_start_write`, `tmp->vm_mm`, `/forklore`. */
const CODELIKE = /\w_\w|\w->\w|^__?\w|^\/\w/;

/**
 * One line of prose for markdown. Text in backticks, calls and identifiers become code spans; so does whatever would
 * turn into a mention, link or reference; the rest is escaped.
 */
export function prose(text: string): string {
  return proseSegments(shorten(visible(text), MAX_PROSE))
    .map((part) => (part.code ? codeSpan(part.text) : escapeText(part.text)))
    .join('');
}

/** The text that `prose` made `markdown` of, but for code spans, which stay. */
export function plainProse(markdown: string): string {
  return markdown
    .replace(/\\([\\`*_{}[\]|~#$!^])/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

/** Neighbouring code segments are merged: two code spans side by side would join their backticks. */
function proseSegments(text: string): Segment[] {
  const out: Segment[] = [];
  const add = (code: boolean, part: string) => {
    const last = out.at(-1);
    if (part === '') return;
    if (last?.code === code) last.text += part;
    else out.push({ code, text: part });
  };
  splitBy(text, SPAN, 2, add, (plain) =>
    splitBy(plain, CALL, 0, add, (rest) => {
      for (const token of rest.split(/(\s+)/)) {
        const trimmed = trimPunctuation(token);
        const whole = LIVE.test(token) && !LIVE.test(trimmed[1]);
        const [before, core, after] = whole ? ['', token, ''] : trimmed;
        add(false, before);
        add(core !== '' && (LIVE.test(core) || CODELIKE.test(core)), core);
        add(false, after);
      }
    }),
  );
  return out;
}

function splitBy(
  text: string,
  pattern: RegExp,
  group: number,
  add: (code: boolean, text: string) => void,
  between: (text: string) => void,
): void {
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    between(text.slice(at, match.index));
    add(true, match[group]);
    at = match.index + match[0].length;
  }
  between(text.slice(at));
}

function trimPunctuation(token: string): [string, string, string] {
  const before = /^[("']*/.exec(token)![0];
  const rest = token.slice(before.length);
  const after = /[.,;:!?"')]*$/.exec(rest)![0];
  return [before, rest.slice(0, rest.length - after.length), after];
}

function escapeText(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]|~#$!^]/g, '\\$&');
}
