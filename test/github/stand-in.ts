import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PullPayload } from './delivery.js';
import { OpenApi } from './openapi.js';
import { commentable, type FileEntry } from './stand-in-diff.js';
import { answer, type Reply } from './stand-in-routes.js';
import {
  APP_YML,
  type IssueComment,
  type Permissions,
  Pull,
  type StoredCheck,
  type StoredComment,
  type StoredReview,
} from './stand-in-state.js';

export type { StoredCheck, StoredComment, StoredReview } from './stand-in-state.js';

export interface StandInOptions {
  /** The payload whose pull request and repository the stand-in holds. */
  payload: PullPayload;
  app: { id: number; slug: string; publicKey: string };
  files: FileEntry[];
  /** Files by commit; those of the default branch under `default`. */
  trees: Record<string, Record<string, string>>;
  mergeBase?: string;
  permissions?: Permissions;
}

interface Fault {
  method: string;
  path: RegExp;
  status: number;
  /** Carry the request out all the same. */
  after: boolean;
  headers?: Record<string, string>;
  message?: string;
}

/** A request that reached the stand-in. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  hasBody: boolean;
  headers: IncomingMessage['headers'];
}

/**
 * GitHub's REST API as far as the app uses it, over HTTP, holding one repository. Every request is checked against
 * GitHub's own description of its API, and against limits that the description does not tell. What it does not know it
 * refuses with 501 and keeps in `refused`: a test that leaves anything there has to fail.
 */
export class StandIn {
  readonly refused: string[] = [];
  readonly requests: string[] = [];
  readonly pulls: Pull[];
  readonly checks: StoredCheck[] = [];
  readonly tokens = new Set<string>();
  /** Commits that were the head at some time. */
  readonly heads = new Set<string>();
  /** `path:SIDE:line` that GitHub refuses although the diff shows it. */
  readonly blocked = new Set<string>();
  /** Permission of users on the repository; others are unknown to it. */
  readonly collaborators = new Map<string, string>([['Codertocat', 'admin']]);
  /** Events that the app is subscribed to, and where they are sent. */
  events: string[] = [
    'check_run',
    'check_suite',
    'issue_comment',
    'pull_request',
    'pull_request_review_comment',
    'pull_request_review_thread',
  ];
  hook = {
    url: 'https://forklore.example.org/api/github/webhooks',
    content_type: 'json',
    insecure_ssl: '0',
    secret: '********' as string | undefined,
  };
  /** Configuration of the owner's `.github` repository. */
  shared: string | null = null;
  /** Answers in place of the real one, by chance or not; null: the real one. */
  weather: (seen: Seen) => Reply | 'after-500' | null = () => null;
  readonly #faults: Fault[] = [];
  readonly #server: Server;
  nextId = 100;

  private constructor(
    readonly options: StandInOptions,
    readonly api: OpenApi | null,
  ) {
    this.pulls = [new Pull(options.payload.pull_request, options.files)];
    this.heads.add(options.payload.pull_request.head.sha);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error) => {
        this.refused.push(`stand-in: ${error}`);
        response.writeHead(500).end();
      });
    });
  }

  static async start(options: StandInOptions): Promise<StandIn> {
    const standIn = new StandIn(options, await OpenApi.load());
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  /** `127.0.0.1:4711`, for GHE_HOST. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get permissions(): Permissions {
    return this.options.permissions ?? APP_YML;
  }

  /** The first pull request, for tests that have one. */
  get pull(): PullPayload['pull_request'] {
    return this.pulls[0].data;
  }

  get reviews(): StoredReview[] {
    return this.pulls[0].reviews;
  }

  get comments(): StoredComment[] {
    return this.pulls[0].comments;
  }

  get conversation(): IssueComment[] {
    return this.pulls[0].conversation;
  }

  /** A push to a pull request's branch: comments on lines that the new diff does not show become outdated. */
  push(sha: string, updatedAt: string, files?: FileEntry[], pull = this.pulls[0]): void {
    pull.data.head.sha = sha;
    pull.data.updated_at = updatedAt;
    this.heads.add(sha);
    if (!files) return;
    pull.files = files;
    pull.data.changed_files = files.length;
    for (const comment of pull.comments) {
      const patch = files.find((f) => f.filename === comment.path)?.patch;
      const shown =
        patch !== undefined && commentable(patch).has(`${comment.side}:${comment.line}`);
      if (comment.subject_type === 'line' && !shown) comment.line = null;
    }
  }

  /** A comment that somebody writes into the conversation; returns its id. */
  say(login: string, body: string): number {
    const id = this.nextId++;
    this.conversation.push({ id, body, user: { login, type: 'User' }, reactions: [] });
    return id;
  }

  /** Answers the next matching request with `status`; `after` carries it out first, as a lost answer would. */
  failNext(
    method: string,
    path: RegExp,
    status: number,
    after = false,
    more: Pick<Fault, 'headers' | 'message'> = {},
  ): void {
    this.#faults.push({ method, path, status, after, ...more });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const seen: Seen = {
      method: request.method ?? 'GET',
      path: decodeURIComponent(url.pathname.replace(/^\/api\/v3/, '')),
      query: url.searchParams,
      body: text === '' ? {} : JSON.parse(text),
      hasBody: text !== '',
      headers: request.headers,
    };
    this.requests.push(`${seen.method} ${seen.path}`);
    const reply = this.#replyTo(seen);
    const json = typeof reply.body !== 'string';
    response.writeHead(reply.status, {
      'content-type': json
        ? 'application/json; charset=utf-8'
        : 'application/vnd.github.raw+json; charset=utf-8',
      ...reply.headers,
    });
    response.end(json ? JSON.stringify(reply.body) : reply.body);
  }

  #replyTo(seen: Seen): Reply {
    const body = seen.hasBody ? seen.body : undefined;
    const problems = this.api?.problems({ ...seen, body }) ?? [];
    if (problems.length > 0) {
      this.refused.push(`${seen.method} ${seen.path}: ${problems.join('; ')}`);
      return { status: 501, body: { message: `stand-in: ${problems.join('; ')}` } };
    }
    const at = this.#faults.findIndex((f) => f.method === seen.method && f.path.test(seen.path));
    if (at >= 0) {
      const [{ after, status, headers, message }] = this.#faults.splice(at, 1);
      if (after) answer(this, seen);
      return { status, body: { message: message ?? 'planned fault' }, headers };
    }
    const weather = this.weather(seen);
    if (weather === null) return answer(this, seen);
    if (weather !== 'after-500') return weather;
    answer(this, seen);
    return { status: 502, body: { message: 'the answer was lost' } };
  }
}
