import type { ContentReader, SourceFile } from './types.js';

/** Files of the trees read last, by path: equal texts are one SourceFile, so that what is derived from it is kept. */
const known = new Map<string, { text: string; file: SourceFile }[]>();
const MAX_PATHS = 64;
const MAX_VERSIONS = 4;

/** A file of the tree that no patch touches; null when the tree does not hold it. */
export async function untouchedFile(
  reader: ContentReader,
  path: string,
): Promise<SourceFile | null> {
  const text = await reader.read(path);
  if (text === null) return null;
  const versions = known.get(path) ?? [];
  const same = versions.find((v) => v.text === text);
  if (same) return same.file;
  const file = plainFile(path, text);
  versions.unshift({ text, file });
  versions.length = Math.min(versions.length, MAX_VERSIONS);
  if (!known.has(path) && known.size >= MAX_PATHS) known.clear();
  known.set(path, versions);
  return file;
}

function plainFile(path: string, text: string): SourceFile {
  const lines = text.split('\n').map((t, k) => ({
    text: t,
    line: k + 1,
    patchLine: null,
    origin: 'file' as const,
    changed: false,
  }));
  return { path, lines, base: 'exact', skeleton: null };
}
