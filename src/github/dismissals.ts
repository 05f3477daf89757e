import { readReplyMarker } from '../report/markdown-marker.js';
import { plainProse } from '../report/markdown-text.js';
import type { Thread } from './own-comments.js';

/** A finding that somebody with write access called wrong, and why. */
export interface Dismissal {
  by: string;
  reason: string;
}

/** What the conversation of a pull request remembers. */
export interface Conversation {
  /** By finding id. */
  dismissed: Map<string, Dismissal>;
  /** Ids of the comments whose commands were answered. */
  answered: Set<number>;
}

/**
 * Reads our answers in the pull request's conversation: they are the memory of what was dismissed. The later answer
 * wins.
 */
export async function readConversation(thread: Thread): Promise<Conversation> {
  const { client, repo, pull, bot } = thread;
  const comments = await client.paginate(client.rest.issues.listComments, {
    ...repo,
    issue_number: pull.number,
    per_page: 100,
  });
  const out: Conversation = { dismissed: new Map(), answered: new Set() };
  for (const { body, user } of comments) {
    if (bot !== null && user?.login !== bot) continue;
    const marker = readReplyMarker(body ?? '');
    if (!marker) continue;
    out.answered.add(marker.reply);
    for (const id of marker.undismiss ?? []) out.dismissed.delete(id);
    for (const id of marker.dismiss ?? [])
      out.dismissed.set(id, { by: marker.by ?? '', reason: reasonOf(body ?? '') });
  }
  return out;
}

const REASON = /^> (.*)$/m;

/** The reason stands in the answer as a quoted line. */
function reasonOf(body: string): string {
  return plainProse(REASON.exec(body)?.[1] ?? '');
}
