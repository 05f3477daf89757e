import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { ForkloreError, invariant } from '../../base/errors.js';
import { GIT_SILENCE_MS, MAX_SOURCE_BYTES } from '../../base/limits.js';
import { gitEnv } from './env.js';
import { Replies, type Reply } from './replies.js';
import type { Repository } from './repository.js';

interface Question {
  name: string;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/**
 * One `git cat-file --batch` process for all questions to a repository, started with the first one. Links inside a
 * commit are followed within it only. A repository that git can not read, a git that is not there or does not answer
 * rejects with one line; a question that ends the process counts as missing once the process has answered others.
 */
export class CatFile {
  private child: ChildProcessWithoutNullStreams | null = null;
  private readonly waiting: Question[] = [];
  private timer: NodeJS.Timeout | null = null;
  private replies = new Replies(MAX_SOURCE_BYTES);
  private answered = 0;
  private complaint = '';

  constructor(
    private readonly repository: Repository,
    private readonly label: string,
  ) {}

  /** Asks for an object by any name that git knows (id, `REV^{commit}`, `REV:path`). */
  ask(name: string): Promise<Reply> {
    invariant(!/[\0\r\n]/.test(name), 'git object name of several lines');
    return new Promise((resolve, reject) => {
      this.waiting.push({ name, resolve, reject });
      if (this.child === null) this.start();
      else this.child.stdin.write(`${name}\n`);
      this.watch();
    });
  }

  /** Ends the process. What is asked after that starts another. */
  close(): void {
    if (this.waiting.length > 0) this.fail(null, 'closed while git was asked');
    this.child?.stdin.end();
    this.child = null;
  }

  private start(): void {
    const child = spawn('git', ['--no-pager', 'cat-file', '--batch', '--follow-symlinks'], {
      env: gitEnv(this.repository.gitDir, process.env.PATH),
      cwd: '/',
    });
    this.child = child;
    this.answered = 0;
    this.complaint = '';
    this.replies = new Replies(MAX_SOURCE_BYTES);
    child.stdin.on('error', () => {});
    child.stderr.on('data', (data: Buffer) => {
      this.complaint = `${this.complaint}${data}`.slice(-2000);
    });
    child.stdout.on('data', (data: Buffer) => this.child === child && this.take(data));
    child.on('error', (error) => this.fail(child, whyNotStarted(error)));
    child.on('close', () => this.ended(child));
    // Any repository answers this: a process that ends later does so because of what it was asked (a partial clone).
    this.waiting.unshift({ name: 'HEAD', resolve: () => {}, reject: () => {} });
    child.stdin.write(this.waiting.map((q) => `${q.name}\n`).join(''));
  }

  private take(data: Buffer): void {
    for (const reply of this.replies.push(data)) {
      this.answered++;
      this.waiting.shift()?.resolve(reply);
    }
    this.watch();
  }

  private ended(child: ChildProcessWithoutNullStreams): void {
    if (this.child !== child) return;
    this.child = null;
    if (this.waiting.length === 0) return;
    if (this.answered === 0) {
      this.fail(null, this.lastComplaint());
      return;
    }
    this.waiting.shift()!.resolve({ kind: 'missing' });
    if (this.waiting.length > 0) this.start();
    this.watch();
  }

  private lastComplaint(): string {
    const lines = this.complaint.trim().split('\n');
    const fatal = lines.find((line) => line.startsWith('fatal: ')) ?? lines.at(-1) ?? '';
    return `git can not read it${fatal === '' ? '' : ` (${fatal.replace(/^fatal: /, '')})`}`;
  }

  private fail(child: ChildProcessWithoutNullStreams | null, why: string): void {
    if (child !== null && child !== this.child) return;
    this.child?.kill('SIGKILL');
    this.child = null;
    const error = new ForkloreError('input', `${this.label}: ${why}`);
    for (const question of this.waiting.splice(0)) question.reject(error);
    this.watch();
  }

  /** git may think for a while, but not for ever. */
  private watch(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting.length === 0) return;
    const seconds = Math.round(GIT_SILENCE_MS / 1000);
    this.timer = setTimeout(
      () => this.fail(this.child, `git did not answer within ${seconds} s`),
      GIT_SILENCE_MS,
    );
  }
}

function whyNotStarted(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'git is not installed' : `git can not be started (${error.message})`;
}
