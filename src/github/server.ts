import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ForkloreError } from '../base/errors.js';
import { createHandler } from './handler.js';
import { LocalQueue } from './queue.js';
import { recover } from './recover.js';
import { createService, type Service, type ServiceOptions } from './service.js';

/** How long accepted reviews may go on when the server is told to stop, in milliseconds. */
export const GRACE_MS = 25_000;

export interface ServeOptions extends ServiceOptions {
  /** Overrides PORT; 0 takes a free one. */
  port?: number;
  /** Bytes that a delivery may have. */
  bodyLimit?: number;
  /** Look for work that was lost while nothing ran; on by default. */
  recover?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:3000`. */
  url: string;
  service: Service;
  /** Settles when no job waits or runs in this process, and the search for lost work is over. */
  idle(): Promise<void>;
  /** Takes no more deliveries and lets running reviews finish, up to `graceMs` milliseconds. */
  close(graceMs?: number): Promise<void>;
}

/** Starts the GitHub App on an HTTP server of its own. Throws a `usage` error when the environment is not complete. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const service = await createService({ works: true, ...options });
  const { settings, queue } = service;
  const handler = await createHandler(service, options.bodyLimit);
  const server = createServer((request, response) => void handler(request, response));
  server.requestTimeout = 30_000;
  await listen(server, options.port ?? settings.port, settings.host);
  const stop = new AbortController();
  const recovered =
    options.recover === false
      ? Promise.resolve()
      : recover(service, stop.signal, options.firstPauseMs);
  return {
    url: urlOf(server.address() as AddressInfo),
    service,
    idle: async () => {
      await recovered;
      if (queue instanceof LocalQueue) await queue.idle();
    },
    close: async (graceMs = GRACE_MS) => {
      stop.abort();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      await closed;
      await queue.close(graceMs);
    },
  };
}

/** The address of a server that listens. */
export function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Rejects with a `usage` error when the port can not be had. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new ForkloreError('usage', `can not listen on ${host}:${port}: ${cause.message}`, {
          cause,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
