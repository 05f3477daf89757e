import { MAX_COMMANDS, MAX_REASON_CHARS } from '../base/limits.js';
/** What a comment may ask for. */
export type Command =
  | { name: 'review' }
  | { name: 'help' }
  | { name: 'explain'; rule: string }
  | { name: 'dismiss'; id: string; reason: string }
  | { name: 'undismiss'; id: string }
  | { name: 'unknown'; what: string };

/**
 * The commands of a comment: lines that start with `/forklore`. Quoted lines, code blocks and HTML comments are not
 * looked at.
 */
export function parseCommands(body: string): Command[] {
  const out: Command[] = [];
  for (const line of plainLines(body)) {
    const match = /^\/forklore(?:[ \t]+(.*))?$/.exec(line);
    if (match) out.push(parse((match[1] ?? '').trim()));
    if (out.length === MAX_COMMANDS) break;
  }
  return out;
}

/** Lines outside of fenced and indented code and of HTML comments. */
function plainLines(body: string): string[] {
  const out: string[] = [];
  let fence: string | null = null;
  const visible = body.replace(/\r\n?/g, '\n').replace(/<!--[\s\S]*?(?:-->|$)/g, '');
  for (const line of visible.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === null && mark !== undefined) fence = mark;
    else if (fence !== null) {
      const closes = mark?.startsWith(fence) && line.trim() === mark;
      if (closes) fence = null;
    } else out.push(line.trimEnd());
  }
  return out;
}

function parse(rest: string): Command {
  const [word = '', ...args] = rest.split(/\s+/);
  const tail = args.join(' ');
  switch (word.toLowerCase()) {
    case 'review':
      return { name: 'review' };
    case '':
    case 'help':
      return { name: 'help' };
    case 'explain':
      return /^[a-z0-9-]+$/.test(tail)
        ? { name: 'explain', rule: tail }
        : { name: 'unknown', what: 'explain needs the name of a rule' };
    case 'dismiss': {
      const id = idOf(args[0]);
      const reason = args.slice(1).join(' ').slice(0, MAX_REASON_CHARS);
      if (id === null) return { name: 'unknown', what: 'dismiss needs the id of a finding' };
      if (reason === '') return { name: 'unknown', what: 'dismiss needs a reason after the id' };
      return { name: 'dismiss', id, reason };
    }
    case 'undismiss': {
      const id = idOf(args[0]);
      return id === null
        ? { name: 'unknown', what: 'undismiss needs the id of a finding' }
        : { name: 'undismiss', id };
    }
    default:
      return { name: 'unknown', what: `no command ${word}` };
  }
}

const idOf = (word: string | undefined): string | null =>
  word !== undefined && /^[0-9a-f]{4,16}$/i.test(word) ? word.toLowerCase() : null;
