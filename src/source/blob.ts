import { createHash } from 'node:crypto';

/** True for an id that names content: `index` lines say 0000000 for a file that is not there. */
export function namesBlob(id: string | null): id is string {
  return id !== null && /^[0-9a-f]{4,64}$/.test(id) && !/^0+$/.test(id);
}

/** True when git would give this text an id that starts with `id` (in a repository of either hash). */
export function matchesBlob(text: string, id: string): boolean {
  const bytes = Buffer.from(text, 'utf8');
  const hash = (name: 'sha1' | 'sha256') =>
    createHash(name).update(`blob ${bytes.length}\0`).update(bytes).digest('hex').startsWith(id);
  return (id.length <= 40 && hash('sha1')) || hash('sha256');
}
