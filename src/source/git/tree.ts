import { isReadablePath } from '../../base/paths.js';
import { folderReader, tooLarge } from '../folder-reader.js';
import { remembered } from '../remember.js';
import type { BlobAnswer, ContentReader } from '../types.js';
import { CatFile } from './cat-file.js';
import { plainRevision, type Repository } from './repository.js';

/**
 * Reads a git repository: files of its working copy (of HEAD in a bare one), blobs by id, and files at any commit. One
 * git process serves all; `close` ends it. Rejects with one line when git can not read the repository.
 */
export function gitTree(repository: Repository, label: string): ContentReader {
  const cat = new CatFile(repository, label);
  const blob = (id: string) => blobOf(cat, id);
  const at = async (rev: string): Promise<ContentReader | null> => {
    const commit = await cat.ask(`${plainRevision(rev, '--base')}^{commit}`);
    if (commit.kind !== 'object' || commit.type !== 'commit') return null;
    const name = /^[0-9a-f]{12,}$/.test(rev) ? rev.slice(0, 12) : rev;
    const read = remembered((path) => fileOf(cat, label, commit.id, path));
    return { label: `${label} at ${name}`, read, blob, close: () => cat.close() };
  };
  const work = repository.work === null ? null : folderReader(repository.work, label);
  const read = remembered(work ? work.read : (path) => fileOf(cat, label, 'HEAD', path));
  return { label, read, blob, at, close: () => cat.close() };
}

async function fileOf(
  cat: CatFile,
  label: string,
  commit: string,
  path: string,
): Promise<string | null> {
  if (!isReadablePath(path)) return null;
  const reply = await cat.ask(`${commit}:${path}`);
  if (reply.kind === 'too large') throw tooLarge(path, label);
  return reply.kind === 'object' && reply.type === 'blob' ? reply.bytes.toString('utf8') : null;
}

async function blobOf(cat: CatFile, id: string): Promise<BlobAnswer> {
  if (!/^[0-9a-f]{4,64}$/.test(id)) return { text: null, why: 'missing' };
  const reply = await cat.ask(id);
  if (reply.kind === 'ambiguous' || reply.kind === 'too large') {
    return { text: null, why: reply.kind };
  }
  const held = reply.kind === 'object' && reply.type === 'blob';
  return held ? { text: reply.bytes.toString('utf8') } : { text: null, why: 'missing' };
}
