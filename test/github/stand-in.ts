import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PullPayload } from './delivery.js';
import type { FileEntry } from './stand-in-diff.js';
import { answer, type Reply } from './stand-in-routes.js';

export interface StoredComment {
  id: number;
  path: string;
  line: number;
  side: string;
  body: string;
  commit_id: string;
  user: { login: string };
}

export interface StoredReview {
  body: string;
  event: string;
  commit_id: string;
  comments: StoredComment[];
}

export interface StoredCheck {
  id: number;
  name: string;
  head_sha: string;
  status: string;
  conclusion: string | null;
  external_id: string | null;
  output: { title: string; summary: string; text?: string } | null;
  app: { id: number; slug: string };
}

export interface StandInOptions {
  /** The payload whose pull request and repository the stand-in holds. */
  payload: PullPayload;
  app: { id: number; slug: string; publicKey: string };
  files: FileEntry[];
  /** Files by commit. */
  trees: Record<string, Record<string, string>>;
  mergeBase?: string;
}

interface Fault {
  method: string;
  path: RegExp;
  status: number;
  /** Carry the request out all the same. */
  after: boolean;
}

/** A request that reached the stand-in. */
export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
}

/**
 * GitHub's REST API as far as the app uses it, over HTTP, holding one repository with one pull request. What it does
 * not know it refuses with 501 and keeps in `refused`: a test that leaves anything there has to fail.
 */
export class StandIn {
  readonly refused: string[] = [];
  readonly requests: string[] = [];
  readonly reviews: StoredReview[] = [];
  readonly comments: StoredComment[] = [];
  readonly checks: StoredCheck[] = [];
  readonly tokens = new Set<string>();
  /** Commits that were the head at some time. */
  readonly heads = new Set<string>();
  /** `path:SIDE:line` that GitHub refuses although the diff shows it. */
  readonly blocked = new Set<string>();
  readonly #faults: Fault[] = [];
  readonly #server: Server;
  nextId = 100;

  private constructor(readonly options: StandInOptions) {
    this.heads.add(options.payload.pull_request.head.sha);
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error) => {
        this.refused.push(`stand-in: ${error}`);
        response.writeHead(500).end();
      });
    });
  }

  static async start(options: StandInOptions): Promise<StandIn> {
    const standIn = new StandIn(options);
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  /** `127.0.0.1:4711`, for GHE_HOST. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get pull(): PullPayload['pull_request'] {
    return this.options.payload.pull_request;
  }

  /** A push to the pull request's branch. */
  push(sha: string, updatedAt: string): void {
    this.pull.head.sha = sha;
    this.pull.updated_at = updatedAt;
    this.heads.add(sha);
  }

  /** Answers the next matching request with `status`; `after` carries it out first, as a lost answer would. */
  failNext(method: string, path: RegExp, status: number, after = false): void {
    this.#faults.push({ method, path, status, after });
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
    const at = this.#faults.findIndex((f) => f.method === seen.method && f.path.test(seen.path));
    if (at < 0) return answer(this, seen);
    const [fault] = this.#faults.splice(at, 1);
    if (fault.after) answer(this, seen);
    return { status: fault.status, body: { message: 'planned fault' } };
  }
}
