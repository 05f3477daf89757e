import { printable } from '../../base/terminal.js';
import type { FilePatch, Hunk, HunkLine, Patch } from '../../intake/types.js';
import type { Location } from '../../judge/types.js';

/** Diff lines kept above the one that is talked about. */
const ABOVE = 6;

/** A hunk of a patch and a line of it. */
export interface Anchor {
  file: FilePatch;
  hunk: Hunk;
  line: HunkLine;
}

/** Where the patch shows a place; null when it does not. */
export function anchorOf(patch: Patch, { path, line, side }: Location): Anchor | null {
  if (line === null) return null;
  for (const file of patch.files) {
    if ((side === 'LEFT' ? file.oldPath : file.newPath) !== path) continue;
    for (const hunk of file.hunks) {
      const found = hunk.lines.find((l) => (side === 'LEFT' ? l.old : l.new) === line);
      if (found) return { file, hunk, line: found };
    }
  }
  return null;
}

/** Marks of a quoted line: one level more than the answered mail has. */
export const quoteMarks = (depth: number): string => '>'.repeat(depth + 1);

/**
 * The quoted diff down to an anchor: as much as is needed to see where one is. `after` is the anchor that the reply
 * has quoted last; what lies between is not said twice. Lines are never wrapped.
 */
export function quotedDown(anchor: Anchor, after: Anchor | null, depth: number): string[] {
  const { file, hunk, line } = anchor;
  const at = hunk.lines.indexOf(line);
  const same = after?.hunk === hunk;
  const done = same ? hunk.lines.indexOf(after.line) + 1 : 0;
  const start = Math.max(done, at - ABOVE);
  const mark = quoteMarks(depth);
  const out: string[] = [];
  if (after?.file !== file) {
    out.push(`--- ${file.oldPath === null ? '/dev/null' : `a/${file.oldPath}`}`);
    out.push(`+++ ${file.newPath === null ? '/dev/null' : `b/${file.newPath}`}`);
  }
  if (!same) out.push(hunkHeader(hunk));
  if (start > done) out.push('[...]');
  for (const l of hunk.lines.slice(start, at + 1)) out.push(`${l.kind}${l.text}`);
  return out.map((text) => printable(`${mark} ${text}`).trimEnd());
}

function hunkHeader(h: Hunk): string {
  const range = (start: number, count: number) => (count === 1 ? `${start}` : `${start},${count}`);
  const ranges = `@@ -${range(h.oldStart, h.oldCount)} +${range(h.newStart, h.newCount)} @@`;
  return h.section.trim() === '' ? ranges : `${ranges} ${h.section.trim()}`;
}

/**
 * What the answered mail asks below a quoted line: its paragraphs with a question mark, at most two, marked as quoted
 * once more; empty when it asks nothing.
 */
export function askedBelow(patch: Patch, line: number): string[] {
  const remarks = (patch.reply?.remarks ?? []).filter((r) => r.inputLine > line);
  const paragraphs: string[][] = [[]];
  for (const { text } of remarks) {
    if (text.replace(/[>\s]/g, '') === '') paragraphs.push([]);
    else paragraphs[paragraphs.length - 1].push(text.trimEnd());
  }
  const asked = paragraphs.filter((p) => p.some((text) => text.includes('?'))).slice(0, 2);
  return asked.flatMap((p, k) => [...(k ? ['>'] : []), ...p.map(quoteOnce)]);
}

const quoteOnce = (text: string): string =>
  printable(text.startsWith('>') ? `>${text}` : `> ${text}`);
