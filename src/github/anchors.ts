import type { FilePatch, HunkLine } from '../intake/types.js';
import type { Location, Suggestion } from '../judge/types.js';

/** A place in the diff that GitHub takes a line comment for. */
export interface Anchor {
  path: string;
  line: number;
  side: 'RIGHT' | 'LEFT';
  /** First line of a range; both ends lie in one hunk, on the same side. */
  start_line?: number;
  start_side?: 'RIGHT';
}

/**
 * The place in the diff for a finding's location, null when the diff does not show that line. Removed lines are on the
 * LEFT; a context line is on the RIGHT whichever side was named. The path is the one that GitHub lists the file under.
 */
export function anchorFor(location: Location, files: FilePatch[]): Anchor | null {
  if (location.line === null) return null;
  const right = location.side === 'RIGHT';
  const file = fileAt(location, files);
  const path = file?.newPath ?? file?.oldPath;
  if (!file || !path) return null;
  for (const hunk of file.hunks) {
    for (const line of hunk.lines) {
      if ((right ? line.new : line.old) !== location.line) continue;
      if (line.kind === '-' && line.old !== null) return { path, line: line.old, side: 'LEFT' };
      if (line.new !== null) return { path, line: line.new, side: 'RIGHT' };
    }
  }
  return null;
}

/** The path that GitHub lists a location's file under, null when the diff does not touch it. */
export function fileOf(location: Location, files: FilePatch[]): string | null {
  const file = fileAt(location, files);
  return file?.newPath ?? file?.oldPath ?? null;
}

/** The lines that a suggestion replaces, when the diff shows all of them in one hunk; null otherwise. */
export function suggestionAnchor(suggestion: Suggestion, files: FilePatch[]): Anchor | null {
  const { path, startLine, endLine: line } = suggestion;
  const file = files.find((f) => f.newPath === path);
  const within = (l: HunkLine) => l.new !== null && l.new >= startLine && l.new <= line;
  const hunk = file?.hunks.find((h) => h.lines.some(within));
  if (!hunk || line < startLine) return null;
  if (hunk.lines.filter(within).length !== line - startLine + 1) return null;
  const range = startLine === line ? {} : { start_line: startLine, start_side: 'RIGHT' as const };
  return { path, ...range, line, side: 'RIGHT' };
}

function fileAt(location: Location, files: FilePatch[]): FilePatch | undefined {
  const right = location.side === 'RIGHT';
  return files.find((f) => (right ? f.newPath : f.oldPath) === location.path);
}
