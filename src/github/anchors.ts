import type { FilePatch } from '../intake/types.js';
import type { Location } from '../judge/types.js';

/** A place in the diff that GitHub takes a line comment for. */
export interface Anchor {
  path: string;
  line: number;
  side: 'RIGHT' | 'LEFT';
}

/**
 * The place in the diff for a finding's location, null when the diff does not show that line. Removed lines are on the
 * LEFT; a context line is on the RIGHT whichever side was named. The path is the one that GitHub lists the file under.
 */
export function anchorFor(location: Location, files: FilePatch[]): Anchor | null {
  if (location.line === null) return null;
  const right = location.side === 'RIGHT';
  const file = files.find((f) => (right ? f.newPath : f.oldPath) === location.path);
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
