import { MAX_COMPARED_CHARS, MAX_COMPARED_FILES } from '../base/limits.js';
import { hunksBetween } from '../source/between.js';
import { contentReader } from './contents.js';
import { type PullDiff, pullDiff } from './diff.js';
import type { PullFile } from './pull.js';
import type { GitHubClient, RepoRef } from './types.js';

interface Place {
  client: GitHubClient;
  repo: RepoRef;
  base: string;
  head: string;
}

/** Reads both versions of the sources whose diff GitHub withholds, and compares them. What is not read is listed. */
export async function readUnseen(place: Place, diff: PullDiff): Promise<PullDiff> {
  const { withheld } = diff;
  if (withheld.length === 0) return diff;
  const { client, repo } = place;
  const before = contentReader(client, repo, place.base);
  const after = contentReader(client, repo, place.head);
  const out: PullDiff = {
    ...diff,
    files: [...diff.files],
    unseen: [...diff.unseen],
    notes: [...diff.notes],
    hidden: new Set(diff.hidden),
  };
  for (const [i, entry] of withheld.entries()) {
    const lost = (reason: string) => {
      out.unseen.push({ path: entry.filename, reason, matters: true });
    };
    if (i >= MAX_COMPARED_FILES) {
      lost(`GitHub gives no diff, and ${MAX_COMPARED_FILES} such files were read already`);
      continue;
    }
    const old = entry.status === 'added' ? '' : await before.read(oldPath(entry));
    const now = entry.status === 'removed' ? '' : await after.read(entry.filename);
    if (old === null || now === null) lost('GitHub gives neither a diff nor the file');
    else if (Math.max(old.length, now.length) > MAX_COMPARED_CHARS)
      lost('GitHub gives no diff, and the file is too large to be compared');
    else compare(out, entry, old, now, lost);
  }
  return out;
}

const oldPath = (entry: PullFile): string => entry.previous_filename ?? entry.filename;

function compare(
  out: PullDiff,
  entry: PullFile,
  old: string,
  now: string,
  lost: (reason: string) => void,
): void {
  const patch = hunksBetween(old, now);
  if (patch === null) {
    lost('GitHub gives no diff, and the versions differ too much to be compared');
    return;
  }
  if (patch === '') return;
  const one = pullDiff([{ ...entry, patch }], 1);
  out.files.push(...one.files);
  out.unseen.push(...one.unseen);
  out.hidden.add(entry.filename);
  out.notes.push(
    ...one.notes,
    `GitHub gives no diff of ${entry.filename}: both versions were read.`,
  );
}
