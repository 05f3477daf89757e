import { type Marker, readMarker } from '../report/markdown-marker.js';
import type { GitHubClient, PullInfo, RepoRef } from './types.js';

/** A review comment of ours. */
export interface OwnComment {
  id: number;
  body: string;
  marker: Marker;
}

/** What reading and writing comments needs. */
export interface Thread {
  client: GitHubClient;
  repo: RepoRef;
  pull: Pick<PullInfo, 'number' | 'headSha'>;
  /** Login that our comments have; null when GitHub does not tell: every comment with a marker is ours. */
  bot: string | null;
}

/** Our review comments on the pull request, oldest first. A marker in somebody else's comment counts for nothing. */
export async function ownComments({ client, repo, pull, bot }: Thread): Promise<OwnComment[]> {
  const comments = await client.paginate(client.rest.pulls.listReviewComments, {
    ...repo,
    pull_number: pull.number,
    per_page: 100,
  });
  const own: OwnComment[] = [];
  for (const { id, body, user } of comments) {
    if (bot !== null && user?.login !== bot) continue;
    const marker = readMarker(body);
    if (marker) own.push({ id, body, marker });
  }
  return own.sort((a, b) => a.id - b.id);
}

/** The newest comment for each finding. */
export function newestPerFinding(comments: readonly OwnComment[]): Map<string, OwnComment> {
  return new Map(comments.map((comment) => [comment.marker.finding, comment]));
}
