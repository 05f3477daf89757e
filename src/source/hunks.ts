import type { FilePatch, Hunk, HunkLine } from '../intake/types.js';

/** A side of a patch. */
export type Side = 'before' | 'after';

/** The lines of a hunk that exist on `side`. */
export function sideLines(hunk: Hunk, side: Side): HunkLine[] {
  return hunk.lines.filter((line) => line.kind !== (side === 'before' ? '+' : '-'));
}

/** True when this line is the patch's change to `side`. */
export function isChange(line: HunkLine, side: Side): boolean {
  return line.kind === (side === 'before' ? '-' : '+');
}

/** The path of the file on `side`, null where it does not exist. */
export function sidePath(file: FilePatch, side: Side): string | null {
  return side === 'before' ? file.oldPath : file.newPath;
}

/**
 * The hunks without the blank lines that end one which is cut short: they are the reply's, not the file's. Hunks
 * without a line are dropped.
 */
export function usableHunks(file: FilePatch): Hunk[] {
  return file.hunks.map(trimTail).filter((hunk) => hunk.lines.length > 0);
}

/**
 * A hunk without the blanks that quoting adds: mail programs that send format=flowed put them before lines that start
 * with one, that is before all context lines alike.
 */
export function unquoteBlanks(hunk: Hunk): Hunk {
  const context = hunk.lines.filter((line) => line.kind === ' ' && /^\s*[^\s*]/.test(line.text));
  if (context.length === 0) return hunk;
  const extra = Math.min(...context.map((line) => /^ */.exec(line.text)![0].length));
  const lines = hunk.lines.map((line) => {
    if (line.kind !== ' ') return line;
    if (line.text.trim() === '') return { ...line, text: '' };
    return { ...line, text: line.text.slice(extra) };
  });
  return extra === 0 ? hunk : { ...hunk, lines };
}

function trimTail(hunk: Hunk): Hunk {
  if (!hunk.truncated) return hunk;
  const lines = [...hunk.lines];
  while (lines.length > 0 && lines.at(-1)!.kind === ' ' && lines.at(-1)!.text.trim() === '') {
    lines.pop();
  }
  return { ...hunk, lines };
}
