import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ForkloreError } from '../base/errors.js';
import { renderPage } from '../report/html/page.js';
import { readTrace, runTrace } from '../sim/explore/trace.js';
import { pageAssets, tracePage } from './page.js';

/** `forklore play FILE`: serves the player with a saved trace on loopback until it is interrupted. */
export async function runPlay(
  file: string,
  flags: { port?: number },
  out: { write(text: string): void },
): Promise<Server> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new ForkloreError('input', `${file}: no such file`);
  });
  const trace = readTrace(file, text);
  const { ended, run } = runTrace(trace);
  if (ended !== 'violated')
    throw new ForkloreError(
      'input',
      `${file}: does not fail as recorded${run.refused ? ` (${run.refused})` : ''}; review the patch again`,
    );
  const server = await servePage(renderPage(tracePage(trace), await pageAssets()), flags.port ?? 0);
  const { port } = server.address() as AddressInfo;
  out.write(`http://127.0.0.1:${port}/  (Ctrl-C ends)\n`);
  return server;
}

/** Serves one page on 127.0.0.1. Requests that name another host are refused: no other site may read it. */
function servePage(page: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    const found = request.url === '/' && request.method === 'GET';
    const status = host !== '127.0.0.1' && host !== 'localhost' ? 403 : found ? 200 : 404;
    response.writeHead(status, {
      'content-type': status === 200 ? 'text/html; charset=utf-8' : 'text/plain',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    response.end(
      status === 200 ? page : status === 403 ? 'for this machine only\n' : 'nothing here\n',
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', (e) =>
      reject(new ForkloreError('usage', `--port ${port}: can not be used (${e.message})`)),
    );
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
