import type { Patch } from '../../intake/types.js';
import type { PatchReview } from '../../judge/types.js';

/** An entry of the report with the patch that it is about. */
export interface Answered {
  review: PatchReview;
  patch: Patch;
}

export interface MailOptions {
  /** Version of the tool, for the footer. */
  version: string;
  /** Sender of the reply (`Name <address>`); null leaves the field to the mail program. */
  from: string | null;
}

/** A reply, ready to be written down or sent. */
export interface Reply {
  /** Of the mail that is answered; null where the patch came without one. */
  answers: string | null;
  /** Header fields in order, unfolded. */
  headers: [name: string, value: string][];
  /** Text with `\n` line ends. */
  text: string;
}
