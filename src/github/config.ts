import { createHash } from 'node:crypto';
import { httpStatus } from './failure.js';
import type { GitHubClient, RepoRef } from './types.js';

/** Where a repository keeps its configuration, on its default branch. */
export const CONFIG_PATH = '.github/forklore.yml';

/** What this folder reads of a configuration; the rest is for the review. */
export interface AppConfig {
  /** Review drafts, too. */
  drafts: boolean;
  /** Which findings get comments of their own. */
  comments: 'introduced' | 'none';
}

export interface LoadedConfig extends AppConfig {
  /** As the loader returned it; null where no file was found. */
  value: unknown;
  /** Of the file's text: a changed configuration makes another review of the same head. */
  hash: string;
}

/** Parses the text of a configuration; throws an error whose message names file, line and column. */
export type ParseConfig = (name: string, text: string) => unknown;

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
    const value = parse(name, text);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
    return { ...settingsOf(value), value, hash };
  }
  return { ...settingsOf(null), value: null, hash: '' };
}

function settingsOf(value: unknown): AppConfig {
  const given = (value ?? {}) as Partial<AppConfig>;
  return {
    drafts: given.drafts === true,
    comments: given.comments === 'none' ? 'none' : 'introduced',
  };
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
