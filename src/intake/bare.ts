import type { FilePatch, IntakeProblem, Patch } from './types.js';

/** A patch that came without a mail: what only a mail could say is absent. */
export function barePatch(
  subject: string,
  files: FilePatch[],
  problems: IntakeProblem[] = [],
): Patch {
  return {
    kind: 'patch',
    subject,
    messageId: null,
    from: null,
    date: null,
    inReplyTo: null,
    references: [],
    version: 1,
    index: null,
    total: null,
    message: '',
    trailers: [],
    baseCommit: null,
    files,
    problems,
  };
}
