import { httpStatus } from './failure.js';
import type { GitHubClient, RepoRef } from './types.js';

/** Whether somebody may push to the repository. GitHub answers 404 for those it does not know there: no. */
export async function mayWrite(
  client: GitHubClient,
  repo: RepoRef,
  username: string,
): Promise<boolean> {
  if (username === '') return false;
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...repo, username });
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    if (httpStatus(error) === 404) return false;
    throw error;
  }
}
