import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { structuredPatch } from 'diff';
import { barePatch } from '../../src/intake/bare.js';
import { parseDiff } from '../../src/intake/index.js';
import type { Patch } from '../../src/intake/types.js';
import { loadRules } from '../../src/judge/load.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { type ReviewOptions, reviewPatch } from '../../src/review.js';
import type { TraceFile } from '../../src/sim/explore/trace.js';
import { folderReader } from '../../src/source/index.js';
import { ROOT } from '../support.js';

export const MINI = join(ROOT, 'fixtures', 'mini-6.12');
export const miniText = (path = 'kernel/fork.c'): string => readFileSync(join(MINI, path), 'utf8');

/** Replaces a text that must be there exactly once. */
export function edit(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`"${from}" is not there exactly once`);
  return text.replace(from, () => to);
}

/** The patch that turns `before` into `after`, parsed. `section`: what git writes behind `@@`. */
export function patchOf(path: string, before: string, after: string, section = ''): Patch {
  const p = structuredPatch(path, path, before, after, '', '', { context: 3 });
  const body = p.hunks
    .map(
      (h) =>
        `@@ -${h.oldStart},${h.oldLines} +${h.newStart},${h.newLines} @@ ${section}\n${h.lines.join('\n')}\n`,
    )
    .join('');
  const { files, problems } = parseDiff(
    `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${body}`,
  );
  return barePatch('test', files, problems);
}

export interface Reviewed {
  review: PatchReview;
  finding: Finding;
  traces: TraceFile[];
}

/** Reviews an edit of the miniature tree's kernel/fork.c against that tree. */
export async function reviewEdit(
  change: (text: string) => string,
  o: Partial<ReviewOptions> = {},
): Promise<Reviewed> {
  const before = miniText();
  return reviewOf(patchOf('kernel/fork.c', before, change(before)), {
    reader: folderReader(MINI),
    ...o,
  });
}

/** Reviews one patch with the rule under test. */
export async function reviewOf(patch: Patch, o: Partial<ReviewOptions> = {}): Promise<Reviewed> {
  const traces: TraceFile[] = [];
  const review = await reviewPatch(patch, {
    reader: null,
    rules: (await loadRules()).filter((r) => r.id === 'fork-lock-target'),
    keep: (t) => `trace ${traces.push(t) - 1}`,
    ...o,
  });
  return { review, finding: review.findings[0], traces };
}
