import { createHash } from 'node:crypto';
import type { Config } from '../judge/configuration.js';
import { httpStatus } from './failure.js';
import type { GitHubClient, RepoRef } from './types.js';

/** Where a repository keeps its configuration, on its default branch. */
export const CONFIG_PATH = '.github/forklore.yml';

/** Parses the text of a configuration; throws an error whose message names file, line and column. */
export type ParseConfig = (name: string, text: string) => Config;

export interface LoadedConfig {
  /** null where no file was found. */
  config: Config | null;
  /** Of the file's text: a changed configuration makes another review of the same head. */
  hash: string;
}

/**
 * The configuration from the repository's default branch, else from that of the owner's `.github` repository: never
 * from the branch under review. Throws what `parse` throws, and GitHub's error when it can not be read.
 */
export async function loadConfig(
  client: GitHubClient,
  repo: RepoRef,
  parse: ParseConfig,
): Promise<LoadedConfig> {
  const shared = { owner: repo.owner, repo: '.github' };
  for (const place of repo.repo === '.github' ? [repo] : [repo, shared]) {
    const text = await readDefault(client, place, place === repo ? [404] : [403, 404]);
    if (text === null) continue;
    const name = place === repo ? CONFIG_PATH : `${repo.owner}/.github: ${CONFIG_PATH}`;
    const config = parse(name, text);
    return { config, hash: createHash('sha256').update(text).digest('hex').slice(0, 12) };
  }
  return { config: null, hash: '' };
}

/** Without `ref`, GitHub reads the default branch. null where the file is not there, or the repository not ours to see. */
async function readDefault(
  client: GitHubClient,
  repo: RepoRef,
  absent: number[],
): Promise<string | null> {
  try {
    const { data } = await client.rest.repos.getContent({
      ...repo,
      path: CONFIG_PATH,
      mediaType: { format: 'raw' },
    });
    const raw: unknown = data;
    if (raw instanceof ArrayBuffer) return new TextDecoder().decode(raw);
    return typeof raw === 'string' ? raw : null;
  } catch (error) {
    if (absent.includes(httpStatus(error) ?? 0)) return null;
    throw error;
  }
}
