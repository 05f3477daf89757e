import { createHash } from 'node:crypto';

/** True for an id that names content: `index` lines say 0000000 for a file that is not there. */
export function namesBlob(id: string | null): id is string {
  return id !== null && /^[0-9a-f]{4,64}$/.test(id) && !/^0+$/.test(id);
}

/** The ids that git gives this text, by the hash of the repository: SHA-1, SHA-256. */
export function blobIds(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  return ['sha1', 'sha256'].map((name) =>
    createHash(name).update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
  );
}

/** True when git would give this text an id that starts with `id`. */
export function matchesBlob(text: string, id: string): boolean {
  return blobIds(text).some((x) => x.startsWith(id));
}
