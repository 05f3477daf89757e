import { plural, thousands } from '../base/terminal.js';
import type { Archive, ArchiveOptions } from '../intake/index.js';
import type { PatchSeries } from '../intake/types.js';
import type { Review, SkippedMails } from '../judge/types.js';
import { mayBeRun, type ReviewOptions, reviewSeries } from '../review.js';

/** Words that stand in every diff which shows a part of fork's functions, wherever they are moved to. */
const WORDS = ['dup_mm', 'mmput', 'exit_mmap', 'vm_area_dup', 'mpnt', 'oldmm', 'copy_page_range'];

/** How a large mbox is read: mails that can not matter are passed over. */
export const archiveOptions = (
  quoted: boolean,
  list: boolean,
): Omit<ArchiveOptions, 'name' | 'progress'> => ({
  ...{ quoted, list },
  wanted: { path: mayBeRun, words: WORDS },
});

/** Reviews what matters of an archive, one series after the other, and adds it to the review. */
export async function reviewArchive(
  archive: Archive,
  options: ReviewOptions,
  review: Review,
): Promise<void> {
  const problems = (review.problems ??= []);
  for await (const series of archive.series()) {
    const part = await reviewSeries(series, options);
    review.patches.push(...part.patches);
    problems.push(...(part.problems ?? []).map((p) => ({ ...p, message: bare(p) })));
  }
  const skipped: SkippedMails = { input: archive.name, ...archive.skipped() };
  if (skipped.mails === 0) return;
  (review.skipped ??= []).push(skipped);
  problems.push({ input: archive.name, message: summary(skipped, archive.mails) });
}

/** The message without the name of the input, which stands beside it. */
const bare = ({ input, message }: { input: string; message: string }): string =>
  message.startsWith(`${input}: `) ? message.slice(input.length + 2) : message;

/** One sentence: how many mails were skipped, and for which reasons. */
function summary({ mails, reasons }: SkippedMails, all: number): string {
  const parts = reasons.map((r) => `${thousands(r.mails)} ${r.reason}`);
  return `skipped ${thousands(mails)} of ${plural(all, 'mail')}: ${parts.join(', ')}`;
}

/** All that is read of the inputs as one series, for a look at a stage. */
export async function withArchives(
  series: PatchSeries | null,
  archives: readonly Archive[],
): Promise<PatchSeries | null> {
  let all = series;
  for (const archive of archives)
    for await (const part of archive.series()) {
      const patches = [...(all?.patches ?? []), ...part.patches];
      const problems = [...(all?.problems ?? []), ...part.problems];
      all = { input: all?.input ?? archive.name, patches, problems };
    }
  return all;
}
