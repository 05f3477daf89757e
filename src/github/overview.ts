import { type Listed, readSummary } from '../report/markdown-marker.js';
import type { Thread } from './own-comments.js';

/** Our first review of a pull request: its body says what is open now. */
export interface Overview {
  id: number;
  body: string;
  /** The findings that it names. */
  findings: Listed[];
}

/** The overview of a pull request, null when there is none yet. */
export async function findOverview({ client, repo, pull, bot }: Thread): Promise<Overview | null> {
  const reviews = await client.paginate(client.rest.pulls.listReviews, {
    ...repo,
    pull_number: pull.number,
    per_page: 100,
  });
  for (const { id, user, body } of reviews) {
    if (bot !== null && user?.login !== bot) continue;
    const findings = readSummary(body);
    if (findings) return { id, body, findings };
  }
  return null;
}
