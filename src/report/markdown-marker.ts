/**
 * The hidden last line of what the app writes. All that the app remembers between two runs stands in such lines, on
 * GitHub: check a comment's author before you trust it.
 */

/** What became of the finding that a comment is about. */
export type CommentState = 'open' | 'fixed' | 'gone' | 'existing' | 'moved' | 'dismissed';

/** Ties a comment to a finding and to the commit that it was written for. */
export interface Marker {
  /** Finding id, hex. */
  finding: string;
  /** Head commit of the pull request, hex. */
  head: string;
  /** Place and statement that the comment is about, hashed; absent in comments of early versions. */
  at?: string;
  /** Absent: open. */
  state?: CommentState;
  /** Head commit at which the state was reached. */
  since?: string;
}

/** Ties an answer to the comment that held the command, with what it decided. */
export interface ReplyMarker {
  reply: number;
  /** Full ids of the findings that were dismissed, or are no longer. */
  dismiss?: string[];
  undismiss?: string[];
  /** Login of who asked. */
  by?: string;
}

const LINE = /<!-- forklore:1((?: [a-z]+(?:=[\w,:-]+)?)+) -->\s*$/;
const STATES: readonly string[] = ['open', 'fixed', 'gone', 'existing', 'moved', 'dismissed'];

function write(fields: [string, string | undefined][]): string {
  const given = fields.filter(([, value]) => value !== undefined);
  const text = given.map(([key, value]) => (value === '' ? key : `${key}=${value}`)).join(' ');
  const line = `<!-- forklore:1 ${text} -->`;
  if (!LINE.test(line)) throw new RangeError(`not fit for a marker: ${JSON.stringify(fields)}`);
  return line;
}

function read(body: string): Map<string, string> | null {
  const match = LINE.exec(body.slice(-8000));
  if (!match) return null;
  return new Map(
    match[1]
      .trim()
      .split(' ')
      .map((pair) => pair.split('=', 2) as [string, string?])
      .map(([key, value]) => [key, value ?? '']),
  );
}

const hex = (text: string | undefined, min: number): text is string =>
  text !== undefined && text.length >= min && /^[0-9a-f]{4,64}$/.test(text);

/** The marker as an HTML comment. Ids that are not hex are a bug of the caller: they would not be found again. */
export function markerLine(m: Marker): string {
  if (!hex(m.finding, 4) || !hex(m.head, 7))
    throw new RangeError(`not hexadecimal: ${JSON.stringify(m)}`);
  const state = m.state === 'open' ? undefined : m.state;
  return write([
    ['finding', m.finding],
    ['head', m.head],
    ['at', m.at],
    ['state', state],
    ['since', state && m.since],
  ]);
}

/** The marker at the end of a comment, null where there is none. */
export function readMarker(body: string): Marker | null {
  const m = read(body);
  const [finding, head] = [m?.get('finding'), m?.get('head')];
  if (!m || !hex(finding, 4) || !hex(head, 7)) return null;
  const out: Marker = { finding, head };
  const [at, state, since] = [m.get('at'), m.get('state'), m.get('since')];
  if (at !== undefined) out.at = at;
  if (state !== undefined && STATES.includes(state)) out.state = state as CommentState;
  if (since !== undefined) out.since = since;
  return out;
}

/** A finding as the overview remembers it. */
export interface Listed {
  /** Finding id, hex. */
  id: string;
  rule: string;
}

/** More findings than this are not remembered by the overview: their comments are. */
const MAX_LISTED = 60;

/** The hidden line of the overview (the body of our first review), with the findings that it names. */
export function summaryMarkerLine(findings: readonly Listed[]): string {
  const fit = findings.filter(({ id, rule }) => hex(id, 4) && /^[a-z0-9-]+$/.test(rule));
  const list = fit.slice(0, MAX_LISTED).map(({ id, rule }) => `${id}:${rule}`);
  return write([['summary', list.join(',')]]);
}

/** The findings that an overview names; null when the text is no overview. */
export function readSummary(body: string): Listed[] | null {
  const list = read(body)?.get('summary');
  if (list === undefined) return null;
  return list
    .split(',')
    .map((pair) => pair.split(':', 2))
    .filter(([id, rule]) => hex(id, 4) && rule !== undefined)
    .map(([id, rule]) => ({ id, rule }));
}

/** The hidden line of an answer to a command. */
export function replyMarkerLine(m: ReplyMarker): string {
  return write([
    ['reply', String(m.reply)],
    ['dismiss', m.dismiss?.join(',')],
    ['undismiss', m.undismiss?.join(',')],
    ['by', m.by],
  ]);
}

/** The marker of an answer to a command, null where there is none. */
export function readReplyMarker(body: string): ReplyMarker | null {
  const m = read(body);
  const reply = Number(m?.get('reply'));
  if (!m || !Number.isSafeInteger(reply)) return null;
  const out: ReplyMarker = { reply };
  const ids = (key: string) =>
    m
      .get(key)
      ?.split(',')
      .filter((id) => hex(id, 4));
  const [dismiss, undismiss, by] = [ids('dismiss'), ids('undismiss'), m.get('by')];
  if (dismiss) out.dismiss = dismiss;
  if (undismiss) out.undismiss = undismiss;
  if (by) out.by = by;
  return out;
}
