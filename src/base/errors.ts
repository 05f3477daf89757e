/** What went wrong, so that the edge can choose the exit code: bad usage or input, our bug, or a limit. */
export type FailureKind = 'input' | 'usage' | 'bug' | 'limit';

/** An error with one line for the user: what, where, and what to do. */
export class ForkloreError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'ForkloreError';
  }
}

/** Throws a `bug` error when `condition` is false: a state that our own code must never reach. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new ForkloreError('bug', `internal: ${message}`);
}
