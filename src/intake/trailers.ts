import type { Patch } from './types.js';

type Trailer = Patch['trailers'][number];

const LINE = /^([A-Za-z][A-Za-z0-9-]{0,60}): ?(\S.*)$/;
/** Trailers of commits, which also count in a paragraph of their own further up. */
const KNOWN =
  /^(?:[a-z-]+-by|fixes|link|closes|cc|reported-and-tested-by|reference|bugzilla|cve)$/i;
/** Lines that git and b4 put around a diff, outside the commit message. */
const AROUND =
  /^(base-commit|prerequisite-patch-id|prerequisite-change-id|prerequisite-message-id|change-id): ?(\S.*)$/;

function parseTrailer(line: string): Trailer | null {
  const match = LINE.exec(line);
  return match ? { key: match[1], value: match[2].trimEnd() } : null;
}

function paragraphs(message: string): string[][] {
  const all: string[][] = [[]];
  for (const line of message.split('\n')) {
    if (line.trim() === '') all.push([]);
    else all.at(-1)?.push(line);
  }
  return all.filter((lines) => lines.length > 0);
}

/** Trailers of one paragraph, continuation lines joined, and whether it holds nothing else. */
function readParagraph(lines: string[]): { trailers: Trailer[]; pure: boolean } {
  const trailers: Trailer[] = [];
  let pure = true;
  for (const line of lines) {
    const trailer = parseTrailer(line);
    const last = trailers.at(-1);
    if (trailer) trailers.push(trailer);
    else if (last && /^\s/.test(line)) last.value += ` ${line.trim()}`;
    else if (!/^[[(]/.test(line)) pure = false;
  }
  return { trailers, pure };
}

/**
 * Trailers of a commit message in order: all of the last paragraph when it holds a known one, and
 * those of earlier paragraphs that consist of trailers only.
 */
export function messageTrailers(message: string): Trailer[] {
  const blocks = paragraphs(message);
  return blocks.flatMap((lines, i) => {
    const { trailers, pure } = readParagraph(lines);
    const known = trailers.some((t) => KNOWN.test(t.key) || AROUND.test(`${t.key}: x`));
    return known && (pure || i === blocks.length - 1) ? trailers : [];
  });
}

/** `base-commit`, `prerequisite-patch-id`, `change-id` lines among the lines outside the hunks. */
export function surroundingTrailers(lines: Iterable<string>): Trailer[] {
  const found: Trailer[] = [];
  for (const line of lines) {
    const match = AROUND.exec(line);
    if (match) found.push({ key: match[1], value: match[2].trimEnd() });
  }
  return found;
}

/** Both kinds, each key and value once. */
export function mergeTrailers(...lists: Trailer[][]): Trailer[] {
  const seen = new Set<string>();
  return lists.flat().filter(({ key, value }) => {
    const id = `${key.toLowerCase()}\0${value}`;
    return !seen.has(id) && seen.add(id);
  });
}

/** The commit that a `base-commit` trailer names, lower case hex, or null. */
export function baseCommitOf(trailers: Trailer[]): string | null {
  const trailer = trailers.find((t) => t.key.toLowerCase() === 'base-commit');
  const match = /^([0-9a-f]{7,64})\b/i.exec(trailer?.value ?? '');
  return match ? match[1].toLowerCase() : null;
}
