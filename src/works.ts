import { parseSubject } from './intake/subject.js';
import type { Patch } from './intake/types.js';

/** One series (or single patch), newest version, and the version before it where the input holds one. */
export interface Work {
  patches: Patch[];
  older: { version: number; patches: Patch[] } | null;
}

/** Sorts out what is a series and which series are versions of one another, in the order of first appearance. */
export function worksOf(patches: readonly Patch[]): Work[] {
  const groups = groupsOf(patches);
  const taken = new Set<Patch[]>();
  const works: { at: number; work: Work }[] = [];
  const byAge = [...groups].sort((a, b) => b[0].version - a[0].version);
  for (const group of byAge) {
    if (taken.has(group)) continue;
    const older = byAge.filter((g) => !taken.has(g) && g !== group && isOlder(g, group));
    const work = merged(group, older);
    for (const g of [group, ...older]) taken.add(g);
    works.push({ at: Math.min(...[group, ...older].map((g) => groups.indexOf(g))), work });
  }
  return works.sort((a, b) => a.at - b.at).map(({ work }) => work);
}

/** Runs of patches that belong to one posting; intake has put them in order. */
function groupsOf(patches: readonly Patch[]): Patch[][] {
  const groups: Patch[][] = [];
  for (const patch of patches) {
    const group = groups.at(-1);
    if (group && follows(group.at(-1)!, patch)) group.push(patch);
    else groups.push([patch]);
  }
  return groups;
}

function isMember({ kind, index, total, subject }: Patch): boolean {
  if (index === null || parseSubject(subject).reply) return false;
  return kind === 'patch' || (kind === 'none' && index === 0 && (total ?? 0) > 0);
}

function follows(last: Patch, next: Patch): boolean {
  if (!isMember(last) || !isMember(next)) return false;
  if (last.version !== next.version || last.total !== next.total) return false;
  const [a, b] = [rootOf(last), rootOf(next)];
  if (a !== null && b !== null && a !== b) return false;
  if (next.index === last.index)
    return last.messageId !== null && last.messageId === next.messageId;
  return next.index! > last.index!;
}

/** The mail that started the thread. */
function rootOf(patch: Patch): string | null {
  return patch.references[0] ?? patch.inReplyTo ?? patch.messageId;
}

/** The title of a patch, without its tags. */
export function titleOf({ subject }: Patch | { subject: string }): string {
  return subject.replace(/^(\s*\[[^\]]*\])+/, '').trim();
}

function isOlder(group: readonly Patch[], than: readonly Patch[]): boolean {
  if (group[0].version >= than[0].version) return false;
  if (![...group, ...than].every((p) => p.kind === 'patch' || isMember(p))) return false;
  const keys = new Set(group.flatMap(keysOf));
  if (than.flatMap(keysOf).some((key) => keys.has(key))) return true;
  if (group[0].total !== than[0].total) return false;
  const ids = new Set(group.map((p) => p.messageId));
  return than.some((p) => [p.inReplyTo, ...p.references].some((id) => id !== null && ids.has(id)));
}

/** What two versions of a series have in common. */
function keysOf(patch: Patch): string[] {
  const ids = patch.trailers.filter((t) => t.key.toLowerCase() === 'change-id');
  const title = titleOf(patch);
  return [...ids.map((t) => `id ${t.value}`), ...(title === '' ? [] : [`title ${title}`])];
}

/** A posting that is not complete (one patch sent again) stands among those of the version before. */
function merged(newest: Patch[], older: readonly Patch[][]): Work {
  if (older.length === 0) return { patches: newest, older: null };
  const [last, ...rest] = older;
  const previous = isComplete(last) ? last : fill(last, rest);
  return {
    patches: isComplete(newest) ? newest : fill(newest, [previous]),
    older: { version: last[0].version, patches: previous },
  };
}

function isComplete(group: readonly Patch[]): boolean {
  const { total } = group[0];
  if (total === null) return true;
  return new Set(group.map((p) => p.index).filter((i) => i !== 0)).size >= total;
}

function fill(group: Patch[], older: readonly Patch[][]): Patch[] {
  const out = [...group];
  for (const patch of older.flat()) {
    const fits = patch.total === group[0].total && patch.kind === 'patch';
    if (fits && !out.some((p) => p.index === patch.index)) out.push(patch);
  }
  return out.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}
