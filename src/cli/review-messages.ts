import type { PullRequest, PullRequestReview } from '../pull-request.js';

/** What the server's thread sends to the thread that reviews. */
export type ToThread =
  | { type: 'review'; input: Omit<PullRequest, 'reader'>; label: string }
  | { type: 'text'; path: string; text: string | null }
  | { type: 'unread'; path: string; reason: string };

/** What comes back. */
export type FromThread =
  | { type: 'read'; path: string }
  /** `heap`: bytes that the thread's heap takes now, what nobody needs any more among them. */
  | { type: 'done'; review: PullRequestReview; heap: number }
  | { type: 'failed'; kind: 'input' | 'usage' | 'bug' | 'limit'; message: string };
