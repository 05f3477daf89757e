import type { FilePatch, Hunk, HunkLine } from './intake/types.js';
import type { SourceFile, SourceLine } from './source/types.js';

/** An edit of one patched file that puts back what a part of the patch changed. */
export interface InverseEdit {
  path: string;
  /** Lines of the patched file that `text` replaces, both inclusive; all of them are shown by the patch. */
  startLine: number;
  endLine: number;
  /** Whole lines, each with its line end. */
  text: string;
  /** The changed lines that are put back. */
  undone: HunkLine[];
  /** The lines of the hunk that are replaced, and what they become. */
  replaced: HunkLine[];
  by: HunkLine[];
}

/** A suggestion of more lines is no suggestion but another patch. */
const MOST_LINES = 20;

/**
 * Every way of putting one run of changed lines back as it was, then of putting two of the same hunk back at once (a
 * step that was moved), fewest lines first.
 */
export function inverseEdits(file: FilePatch): InverseEdit[] {
  const path = file.newPath;
  if (path === null || file.oldPath === null) return [];
  const out: InverseEdit[] = [];
  for (const hunk of file.hunks) {
    const runs = runsOf(hunk);
    for (const [k, run] of runs.entries())
      for (const last of [run, ...(runs[k + 1] ? [runs[k + 1]] : [])]) {
        const edit = undo(path, hunk, run[0], last[1]);
        if (edit) out.push(edit);
      }
  }
  return out.sort((a, b) => a.undone.length - b.undone.length);
}

/** Runs of changed lines, as indices of the first and the last. */
function runsOf({ lines }: Hunk): [number, number][] {
  const out: [number, number][] = [];
  lines.forEach((l, k) => {
    if (l.kind === ' ') return;
    const last = out.at(-1);
    if (last && last[1] === k - 1) last[1] = k;
    else out.push([k, k]);
  });
  return out;
}

function undo(path: string, { lines }: Hunk, first: number, last: number): InverseEdit | null {
  let [from, to] = [first, last];
  const part = () => lines.slice(from, to + 1);
  // lines that were taken away leave nothing to replace: take a neighbour
  if (part().every((l) => l.kind === '-')) {
    const [above, below] = [lines[from - 1], lines[to + 1]];
    if (above && (above.text.trim() !== '' || !below)) from--;
    else if (below) to++;
    else return null;
  }
  const replaced = part().filter((l) => l.kind !== '-');
  const by = part().filter((l) => l.kind !== '+');
  const undone = part().filter((l) => l.kind !== ' ');
  const [start, end] = [replaced[0]?.new, replaced.at(-1)?.new];
  if (!start || !end || part().length > MOST_LINES) return null;
  const text = by.map((l) => `${l.text}\n`).join('');
  return { path, startLine: start, endLine: end, text, undone, replaced, by };
}

/** The patched file with the edit made; null where it does not show the lines that the edit is about. */
export function applyEdit(file: SourceFile, edit: InverseEdit): SourceFile | null {
  const at = file.lines.findIndex((l) => l.patchLine === edit.replaced[0].inputLine);
  const end = file.lines.findIndex((l) => l.patchLine === edit.replaced.at(-1)!.inputLine);
  if (at < 0 || end < at || end - at + 1 !== edit.replaced.length) return null;
  const made = edit.by.map(
    (l, k): SourceLine => ({
      text: l.text,
      line: edit.startLine + k,
      patchLine: l.inputLine,
      origin: 'hunk',
      changed: l.kind !== ' ',
    }),
  );
  return { ...file, lines: [...file.lines.slice(0, at), ...made, ...file.lines.slice(end + 1)] };
}
