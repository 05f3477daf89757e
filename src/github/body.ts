import type { IncomingMessage } from 'node:http';

/** GitHub sends at most 25 MB; what we act on stays far below. */
export const BODY_LIMIT = 5 * 1024 * 1024;

/** The request's body as text, or null when it is longer than `limit` bytes; the rest is then not read. */
export async function readBody(
  request: IncomingMessage,
  limit = BODY_LIMIT,
): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
