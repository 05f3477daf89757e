import {
  Archive,
  type ArchiveOptions,
  type ByteSource,
  mboxStart,
} from '../../src/intake/index.js';
import type { Patch, PatchSeries } from '../../src/intake/types.js';

/** Bytes in memory, handed out in pieces of `piece` bytes. */
export function memory(bytes: Buffer, piece = 1000): ByteSource {
  let at = 0;
  return {
    size: bytes.length,
    async read(into, from) {
      const n = bytes.copy(into, from, at, Math.min(bytes.length, at + piece));
      at += n;
      return n;
    },
    keep: (_bytes, offset) => offset,
    again: async (place, length) => Buffer.from(bytes.subarray(place, place + length)),
    close: async () => {},
  };
}

/** What tests look for in archives: changes below mm/, of kernel/fork.c, or that speak of dup_mmap(). */
export const WANTED = {
  path: (path: string) => path === 'kernel/fork.c' || path.startsWith('mm/'),
  words: ['dup_mm'],
};

export interface Opened {
  archive: Archive;
  series: PatchSeries[];
  patches: Patch[];
}

/** Reads an archive to its end. */
export async function openArchive(
  bytes: Buffer,
  o: Partial<ArchiveOptions> = {},
  source = memory(bytes),
): Promise<Opened> {
  const start = mboxStart(bytes);
  if (start === null) throw new Error('no mbox');
  const head = Buffer.alloc(Math.min(bytes.length, start + 100));
  let got = 0;
  while (got < head.length) got += await source.read(head, got);
  const archive = await Archive.open(source, head, start, { name: 'a.mbox', wanted: WANTED, ...o });
  const series: PatchSeries[] = [];
  for await (const s of archive.series()) series.push(s);
  return { archive, series, patches: series.flatMap((s) => s.patches) };
}

/** A change that an archive's reader must not lose. */
export const matters = ({ files }: Patch): boolean =>
  files.some(
    (f) =>
      [f.oldPath, f.newPath].some((p) => p !== null && WANTED.path(p)) ||
      f.hunks.some((h) => [h.section, ...h.lines.map((l) => l.text)].join('\n').includes('dup_mm')),
  );
