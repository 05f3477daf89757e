import type { PullPayload } from './delivery.js';
import type { FileEntry } from './stand-in-diff.js';

export interface User {
  login: string;
  type: 'Bot' | 'User';
}

export interface StoredComment {
  id: number;
  path: string;
  /** null once the line is no longer in the diff. */
  line: number | null;
  original_line: number | null;
  side: string;
  start_line: number | null;
  start_side: string | null;
  subject_type: 'line' | 'file';
  body: string;
  commit_id: string;
  in_reply_to_id?: number;
  user: User;
}

export interface StoredReview {
  id: number;
  body: string;
  event: string;
  commit_id: string;
  user: User;
  comments: StoredComment[];
}

export interface StoredAnnotation {
  path: string;
  start_line: number;
  annotation_level: string;
  message: string;
}

export interface StoredCheck {
  id: number;
  name: string;
  head_sha: string;
  status: string;
  conclusion: string | null;
  external_id: string | null;
  output: { title: string; summary: string; text?: string; annotations_count: number } | null;
  annotations: StoredAnnotation[];
  actions: { label: string; identifier: string }[];
  app: { id: number; slug: string };
  /** Empty for pull requests from forks. */
  pull_requests: { number: number }[];
}

export interface IssueComment {
  id: number;
  body: string;
  user: User;
  reactions: string[];
}

export interface Commit {
  sha: string;
  message: string;
  files: FileEntry[];
  parents?: number;
}

/** One pull request as GitHub keeps it. */
export class Pull {
  files: FileEntry[];
  commits: Commit[] = [];
  readonly reviews: StoredReview[] = [];
  readonly comments: StoredComment[] = [];
  readonly conversation: IssueComment[] = [];

  constructor(
    readonly data: PullPayload['pull_request'],
    files: FileEntry[],
  ) {
    this.files = files;
  }

  get number(): number {
    return this.data.number;
  }
}

/** What an app may do, as GitHub names it. */
export type Permissions = Partial<
  Record<'contents' | 'pull_requests' | 'checks' | 'metadata' | 'issues', 'read' | 'write'>
>;

export const APP_YML: Permissions = {
  contents: 'read',
  pull_requests: 'write',
  checks: 'write',
  metadata: 'read',
};
