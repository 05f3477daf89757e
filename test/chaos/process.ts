import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support.js';

/** What a real review runs on. */
const THREAD = join(ROOT, 'dist/cli/review-thread.js');

/** A process of ours, started and killed at will. */
export class Child {
  #child: ChildProcess | null = null;
  url = '';
  /** What it has written so far. */
  output = '';

  constructor(
    readonly file: string,
    readonly kind: 'server' | 'server-only' | 'worker',
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Settles when the process is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.file, this.kind], {
      env: { PATH: process.env.PATH, REVIEW_THREAD: THREAD, ...this.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    let text = '';
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${this.kind} ended with ${code}: ${text}`)));
      child.stdout!.on('data', (part: Buffer) => {
        text += part;
        this.output += part;
        const ready = /^ready ?(\S*)$/m.exec(text);
        if (!ready) return;
        this.url = ready[1];
        resolve();
      });
    });
    child.removeAllListeners('exit');
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** Resident memory in bytes. */
  rss(): number {
    const text = execFileSync('ps', ['-o', 'rss=', '-p', String(this.pid)], { encoding: 'utf8' });
    return Number(text.trim()) * 1024;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    child.kill(signal);
    await gone;
    this.#child = null;
  }
}

/** Debian's redis-server on a port of its own, without a file. null when it is not installed (which fails in CI). */
export async function startRedis(): Promise<{ url: string; stop: () => Promise<void> } | null> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'forklore-redis-'));
  mkdirSync(dir, { recursive: true });
  const log = openSync(join(dir, 'log'), 'w');
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir];
  const redis = spawn('redis-server', args, { stdio: ['ignore', log, log] });
  const failed = await new Promise<boolean>((resolve) => {
    redis.once('error', () => resolve(true));
    redis.once('spawn', () => resolve(false));
  });
  if (failed) {
    if (process.env.CI) throw new Error('redis-server is not installed');
    return null;
  }
  await waitForPort(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      const gone = new Promise((resolve) => redis.once('exit', resolve));
      redis.kill('SIGKILL');
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function waitForPort(port: number): Promise<void> {
  const { connect } = await import('node:net');
  for (let i = 0; i < 200; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on ${port}`);
}
