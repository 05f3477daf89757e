import { problem } from './lines.js';
import { parseSubject } from './subject.js';
import type { IntakeProblem, Patch } from './types.js';

/** Patches and cover letter of one version of a series, or a single patch. */
interface Group {
  version: number;
  patches: Patch[];
}

function rootOf(patch: Patch): string | null {
  return patch.references[0] ?? patch.inReplyTo;
}

function placeKey({ version, total }: Patch): string {
  return `${version}|${total}`;
}

/** Whether a mail is part of a series: a patch, or the cover letter of patches. */
function isMember({ kind, index, total, subject }: Patch): boolean {
  if (parseSubject(subject).reply) return false;
  return kind === 'patch' || (kind === 'none' && index === 0 && (total ?? 0) > 0);
}

/**
 * Key of the series that a mail belongs to. Mails of a thread share its first reference; the mail
 * that started the thread is its own. What was sent without a thread goes by version and total, and
 * a second series of the same size starts where an index repeats.
 */
function groupKeys(members: Patch[]): string[] {
  const roots = new Set(members.map((p) => `${placeKey(p)}|${rootOf(p) ?? ''}`));
  const taken = new Map<string, Map<number, number>>();
  return members.map((patch, i) => {
    const place = placeKey(patch);
    const { index, messageId } = patch;
    if (index === null) return `single|${i}`;
    const own = `${place}|${rootOf(patch) ?? messageId ?? ''}`;
    if (rootOf(patch) !== null || (messageId && roots.has(own))) return own;
    const counts = taken.get(place) ?? new Map<number, number>();
    taken.set(place, counts);
    const turn = counts.get(index) ?? 0;
    counts.set(index, turn + 1);
    return `${place}||${turn}`;
  });
}

/** A `base-commit` stands once in a series, in the cover letter or the first patch: it holds for all. */
function shareBase(patches: Patch[]): void {
  const base = patches.find(({ baseCommit }) => baseCommit)?.baseCommit ?? null;
  for (const patch of patches) patch.baseCommit ??= base;
}

/** Drops mails that occur twice (list and personal copy in one mbox), with a note. */
function withoutCopies(patches: Patch[], problems: IntakeProblem[]): Patch[] {
  const seen = new Map<string, string>();
  return patches.filter((patch) => {
    if (patch.messageId === null || patch.kind !== 'patch') return true;
    const id = `${patch.messageId}\0${patch.subject}\0${patch.files[0]?.newPath ?? ''}`;
    const content = JSON.stringify(
      patch.files.map((f) => f.hunks.map((h) => h.lines.map((l) => l.kind + l.text))),
    );
    if (seen.get(id) === content) {
      problems.push(
        problem(
          'note',
          patch.files[0]?.inputLine ?? null,
          `mail ${patch.messageId} occurs twice; read once`,
        ),
      );
      return false;
    }
    seen.set(id, content);
    return true;
  });
}

/**
 * Puts patches in the order of application: within a series by index (cover letter first), older
 * versions before newer ones, otherwise as they came. Replies and other mails follow.
 */
export function orderSeries(patches: Patch[]): { patches: Patch[]; problems: IntakeProblem[] } {
  const problems: IntakeProblem[] = [];
  const unique = withoutCopies(patches, problems);
  const members = unique.filter(isMember);
  const keys = groupKeys(members);
  const groups = new Map<string, Group>();
  for (const [i, patch] of members.entries()) {
    const group = groups.get(keys[i]) ?? { version: patch.version, patches: [] };
    group.patches.push(patch);
    groups.set(keys[i], group);
  }
  const ordered = [...groups.values()].sort((a, b) => a.version - b.version);
  for (const group of ordered) {
    group.patches.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
    shareBase(group.patches);
  }
  const others = unique.filter((patch) => !isMember(patch));
  return { patches: [...ordered.flatMap((g) => g.patches), ...others], problems };
}
