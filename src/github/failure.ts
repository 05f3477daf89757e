import { ForkloreError } from '../base/errors.js';
import { redact } from '../base/redact.js';

/** HTTP status of an error from Octokit; null for any other. Network errors carry 500. */
export function httpStatus(error: unknown): number | null {
  const status = (error as { status?: unknown } | null)?.status;
  return error instanceof Error && typeof status === 'number' ? status : null;
}

/** Whether the same request may succeed later: GitHub's trouble, the network's, or a rate limit. */
export function isTransient(error: unknown): boolean {
  const status = httpStatus(error);
  if (status === null) return false;
  return status >= 500 || status === 429 || (status === 403 && isRateLimit(error));
}

function isRateLimit(error: unknown): boolean {
  const headers = (error as { response?: { headers?: Record<string, unknown> } }).response?.headers;
  return headers?.['retry-after'] !== undefined || headers?.['x-ratelimit-remaining'] === '0';
}

/** The reason as one line for a check run: never a stack, a request's headers, a secret or a place on this host. */
export function failureReason(error: unknown): string {
  if (error instanceof ForkloreError) return firstLine(error.message);
  const status = httpStatus(error);
  if (status !== null) {
    const { method, url } =
      (error as { request?: { method?: string; url?: string } }).request ?? {};
    const path = url === undefined ? '' : ` to ${method} ${pathOf(url)}`;
    return `GitHub answered ${status}${path}`;
  }
  const said = firstLine(error instanceof Error ? error.message : String(error));
  return `internal error: ${said.replace(HOST_PATH, '.../$1')}`;
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** A path from the root, of which the last part says enough. */
const HOST_PATH = /(?<![\w.:/-])(?:file:\/\/)?(?:\/[\w.@+-]+)+\/([\w.@+-]+)/g;

function firstLine(text: string): string {
  return redact(text).split('\n', 1)[0].slice(0, 300);
}
