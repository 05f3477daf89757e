import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An entry of "list pull requests files" as GitHub sends it, as far as the app looks at it. */
export interface FileEntry {
  sha: string;
  filename: string;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  additions: number;
  deletions: number;
  changes: number;
  previous_filename?: string;
  patch?: string;
}

/** The file list that GitHub would show for a `git diff` or a format-patch mail. Reads plain git output only; not the code under test. */
export function filesFromPatch(text: string): FileEntry[] {
  return text
    .replace(/\n-- \n[^\n]*\n*$/, '\n')
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith('diff --git '))
    .map((part) => {
      const at = part.search(/^@@/m);
      const head = at < 0 ? part : part.slice(0, at);
      const patch = at < 0 ? undefined : part.slice(at).replace(/\n$/, '');
      const names = /^diff --git a\/(.*) b\/(.*)$/m.exec(head);
      if (!names) throw new Error(`not a git diff: ${part.slice(0, 80)}`);
      const count = (sign: string) =>
        (patch ?? '').split('\n').filter((line) => line.startsWith(sign)).length;
      const [additions, deletions] = [count('+'), count('-')];
      const entry: FileEntry = {
        sha: '0'.repeat(40),
        filename: names[2],
        status: status(head),
        additions,
        deletions,
        changes: additions + deletions,
        patch,
      };
      if (entry.status === 'renamed') entry.previous_filename = names[1];
      return entry;
    });
}

function status(head: string): FileEntry['status'] {
  if (/^new file mode/m.test(head)) return 'added';
  if (/^deleted file mode/m.test(head)) return 'removed';
  return /^rename from/m.test(head) ? 'renamed' : 'modified';
}

/** `RIGHT:12`, `LEFT:11`: the places of one file's patch that GitHub takes a comment for. */
export function commentable(patch: string): Set<string> {
  const places = new Set<string>();
  let left = 0;
  let right = 0;
  for (const line of patch.split('\n')) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (head) [left, right] = [Number(head[1]), Number(head[2])];
    else if (line.startsWith('-')) places.add(`LEFT:${left++}`);
    else if (line.startsWith('+')) places.add(`RIGHT:${right++}`);
    else if (!line.startsWith('\\')) {
      places.add(`RIGHT:${right++}`);
      left++;
    }
  }
  return places;
}

/** Whether two lines of the new file lie in one hunk. */
export function sameHunk(patch: string, first: number, last: number): boolean {
  return [...patch.matchAll(/^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/gm)].some((head) => {
    const start = Number(head[1]);
    const end = start + Number(head[2] ?? 1) - 1;
    return first >= start && last <= end;
  });
}

/** All files below a folder, by path relative to it. */
export function treeFromFolder(folder: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    out[full.slice(folder.length).replace(/^\/+/, '')] = readFileSync(full, 'utf8');
  }
  return out;
}
