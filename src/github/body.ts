import type { IncomingMessage } from 'node:http';
import { MAX_DELIVERY_BYTES, MAX_DRAINED_BYTES } from '../base/limits.js';

/** The request's body as text, or null when it is longer than `limit` bytes; the rest is then read and dropped. */
export async function readBody(
  request: IncomingMessage,
  limit = MAX_DELIVERY_BYTES,
): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_DRAINED_BYTES) return null;
  let chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_DRAINED_BYTES) return null;
    if (size > limit) chunks = [];
    else chunks.push(chunk);
  }
  return size > limit ? null : Buffer.concat(chunks).toString('utf8');
}
