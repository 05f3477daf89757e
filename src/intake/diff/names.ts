/** The two names of a file diff as they will be used: without `a/` and `b/`, null for /dev/null. */
export interface Names {
  oldPath: string | null;
  newPath: string | null;
}

const ESCAPES: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};
/** git's prefixes, also those of diff.mnemonicPrefix. */
const KNOWN_PREFIX = /^[abciwo12]\//;
const TIMESTAMP = /[ \t]+\d{4}-\d\d-\d\d[ \t]\d\d:\d\d.{0,30}$/;

/**
 * Reads a C-quoted name (`"a/\303\244.c"`) at the start of `text`. Returns the name and the offset
 * behind the closing quote, or null when the quoting is broken.
 */
function readQuoted(text: string): { name: string; end: number } | null {
  const bytes: number[] = [];
  for (let i = 1; i < text.length; i++) {
    const c = text[i];
    if (c === '"') return { name: Buffer.from(bytes).toString('utf8'), end: i + 1 };
    if (c !== '\\') {
      const point = text.codePointAt(i) ?? 0;
      for (const byte of Buffer.from(String.fromCodePoint(point))) bytes.push(byte);
      if (point > 0xffff) i++;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1, i + 4));
    const code = octal ? Number.parseInt(octal[0], 8) : ESCAPES[text[i + 1]];
    if (code === undefined) return null;
    bytes.push(code);
    i += octal ? 3 : 1;
  }
  return null;
}

/** The name on a `--- `, `+++ `, `rename from ` line (the text behind the keyword), prefix and all. */
export function readName(text: string): string | null {
  if (text.startsWith('"')) return readQuoted(text)?.name ?? null;
  const tab = text.indexOf('\t');
  const name = (tab >= 0 ? text.slice(0, tab) : text).replace(/\r$/, '');
  const stamp = TIMESTAMP.exec(name.slice(-60));
  return (stamp ? name.slice(0, name.length - stamp[0].length) : name).trimEnd() || null;
}

function withoutFirst(path: string): string | null {
  const slash = path.indexOf('/');
  return slash > 0 && slash < path.length - 1 ? path.slice(slash + 1) : null;
}

/** Whether both names carry a prefix: one part that differs in front of the same rest, or `a/` and `b/`. */
function bothPrefixed(a: string, b: string): boolean {
  const [restA, restB] = [withoutFirst(a), withoutFirst(b)];
  if (restA === null || restB === null) return false;
  const differ = a.slice(0, a.length - restA.length) !== b.slice(0, b.length - restB.length);
  return differ && (restA === restB || (KNOWN_PREFIX.test(a) && KNOWN_PREFIX.test(b)));
}

/**
 * The two names of a `diff --git ` line (the text behind it), split in the middle where they are
 * equal but for the prefix, which git guarantees when no rename is named. Null when they differ.
 */
export function splitGitNames(text: string): [string, string] | null {
  const rest = text.trimEnd();
  if (rest.startsWith('"')) {
    const first = readQuoted(rest);
    const second = first && readName(rest.slice(first.end).trimStart());
    return first && second ? [first.name, second] : null;
  }
  if (rest.endsWith('"')) {
    const open = rest.indexOf(' "');
    const second = open > 0 ? readQuoted(rest.slice(open + 1)) : null;
    return second ? [rest.slice(0, open), second.name] : null;
  }
  const middle = (rest.length - 1) / 2;
  if (!Number.isInteger(middle) || rest[middle] !== ' ') return null;
  const [a, b] = [rest.slice(0, middle), rest.slice(middle + 1)];
  return a === b || bothPrefixed(a, b) ? [a, b] : null;
}

/** `side` without its prefix when the pair on the `diff --git ` line has prefixes (or is unknown). */
function stripOne(side: string, git: [string, string] | null): string {
  const prefixed = git ? bothPrefixed(git[0], git[1]) : KNOWN_PREFIX.test(side);
  return prefixed ? (withoutFirst(side) ?? side) : side;
}

/**
 * Paths of a file diff from its two names (null where the diff gives none, `/dev/null` as such) and
 * the names on the `diff --git ` line.
 */
export function resolveNames(
  from: string | null,
  to: string | null,
  git: [string, string] | null,
): Names {
  const a = from ?? git?.[0] ?? null;
  const b = to ?? git?.[1] ?? null;
  if (a !== null && b !== null && a !== '/dev/null' && b !== '/dev/null') {
    const strip = bothPrefixed(a, b);
    return {
      oldPath: strip ? withoutFirst(a) : a,
      newPath: strip ? withoutFirst(b) : b,
    };
  }
  return {
    oldPath: a === null || a === '/dev/null' ? null : stripOne(a, git),
    newPath: b === null || b === '/dev/null' ? null : stripOne(b, git),
  };
}
