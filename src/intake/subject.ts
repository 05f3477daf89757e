/** What the subject line of a mail says about the mail. */
export interface SubjectInfo {
  version: number;
  /** null where the subject carries no `m/n`. */
  index: number | null;
  total: number | null;
  reply: boolean;
  pullRequest: boolean;
}

const REPLY = /^\s*(?:re|aw|sv|vs|antw|antwort|回复|答复|回覆)\s*(?:\[\d+\])?\s*[:：]/i;
const FORWARD = /^\s*(?:fwd?|wg)\s*:/i;
/** Leading `[...]` groups are read up to here; the rest of a long subject is title. */
const MAX_TAG_CHARS = 500;

function tagWords(subject: string): string[] {
  const words: string[] = [];
  let rest = subject.slice(0, MAX_TAG_CHARS).trimStart();
  while (rest.startsWith('[')) {
    const end = rest.indexOf(']');
    if (end < 0) break;
    words.push(...rest.slice(1, end).split(/[\s,;]+/));
    rest = rest.slice(end + 1).trimStart();
  }
  return words;
}

/**
 * Reads `[PATCH RFC v7 10/10]` and its relatives: version (1 when none is given; a kernel version
 * such as `6.12` is none), index and total, and whether the mail is a reply or a pull request.
 */
export function parseSubject(subject: string): SubjectInfo {
  let rest = subject.slice(0, 2 * MAX_TAG_CHARS);
  let reply = false;
  for (;;) {
    const lead = REPLY.exec(rest);
    if (lead) reply = true;
    const skip = lead ?? FORWARD.exec(rest);
    if (!skip) break;
    rest = rest.slice(skip[0].length);
  }
  const info: SubjectInfo = { version: 1, index: null, total: null, reply, pullRequest: false };
  const words = tagWords(rest);
  for (const [i, word] of words.entries()) {
    const version = /^(?:[a-z]+[-_]?)??v(\d{1,4})(?:\.\d+)?$/i.exec(word);
    if (version) info.version = Number(version[1]);
    const place = /^(\d{1,5})\/(\d{1,5})$/.exec(word);
    if (place) [info.index, info.total] = [Number(place[1]), Number(place[2])];
    if (/^git$/i.test(word) && /^pull$/i.test(words[i + 1] ?? '')) info.pullRequest = true;
  }
  return info;
}
