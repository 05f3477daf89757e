import { ForkloreError } from '../base/errors.js';
import { MAX_READ_FILES } from '../base/limits.js';
import { isReadablePath } from '../base/paths.js';
import type { ContentReader } from '../source/types.js';
import { httpStatus } from './failure.js';
import type { GitHubClient, RepoRef } from './types.js';

/**
 * Reads files of `repo` at commit `sha`, each once. null where the commit does not hold the path as a file. Throws a
 * `limit` error beyond `MAX_READ_FILES`, and Octokit's error when GitHub fails (such a read is tried again when asked again).
 */
export function contentReader(client: GitHubClient, repo: RepoRef, sha: string): ContentReader {
  const cache = new Map<string, Promise<string | null>>();
  const read = (path: string): Promise<string | null> => {
    if (!isReadablePath(path)) return Promise.resolve(null);
    const known = cache.get(path);
    if (known) return known;
    if (cache.size >= MAX_READ_FILES) {
      return Promise.reject(
        new ForkloreError('limit', `more than ${MAX_READ_FILES} files to read from GitHub`),
      );
    }
    const fetched = fetchText(client, repo, sha, path);
    cache.set(path, fetched);
    fetched.catch(() => cache.delete(path));
    return fetched;
  };
  return { read, label: `${repo.owner}/${repo.repo} at ${sha.slice(0, 12)}` };
}

async function fetchText(
  client: GitHubClient,
  repo: RepoRef,
  ref: string,
  path: string,
): Promise<string | null> {
  try {
    const { data } = await client.rest.repos.getContent({
      ...repo,
      path,
      ref,
      mediaType: { format: 'raw' },
    });
    return asText(data);
  } catch (error) {
    if (httpStatus(error) === 404) return null;
    throw error;
  }
}

/** Octokit decodes text by its content type and leaves the rest as bytes; a folder comes as JSON: no file. */
function asText(data: unknown): string | null {
  if (data instanceof ArrayBuffer) return new TextDecoder().decode(data);
  return typeof data === 'string' ? data : null;
}
