import type { IncomingMessage } from 'node:http';

/** GitHub sends at most 25 MB; what we act on stays far below. */
export const BODY_LIMIT = 5 * 1024 * 1024;

/** What is read at most, so that who sends too much still hears the answer. */
const DRAIN_LIMIT = 32 * 1024 * 1024;

/** The request's body as text, or null when it is longer than `limit` bytes; the rest is then read and dropped. */
export async function readBody(
  request: IncomingMessage,
  limit = BODY_LIMIT,
): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > DRAIN_LIMIT) return null;
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > DRAIN_LIMIT) return null;
    if (size > limit) chunks = [];
    else chunks.push(chunk);
  }
  return size > limit ? null : Buffer.concat(chunks).toString('utf8');
}
