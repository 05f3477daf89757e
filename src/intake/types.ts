/** One line of a hunk. `old` and `new` are 1-based line numbers on each side, null where the line does not exist. */
export interface HunkLine {
  kind: ' ' | '-' | '+';
  text: string;
  old: number | null;
  new: number | null;
  /** 1-based line in the mail or file that was read. */
  inputLine: number;
  /** The diff says that no newline ends this line (the last of its side). */
  noNewline?: true;
}

export interface Hunk {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
  /** Text after the second `@@`. */
  section: string;
  lines: HunkLine[];
  /** The hunk ends before the counts of its header are reached. */
  truncated: boolean;
  inputLine: number;
}

export interface FilePatch {
  /** null for /dev/null. */
  oldPath: string | null;
  newPath: string | null;
  oldBlob: string | null;
  newBlob: string | null;
  status: 'modified' | 'added' | 'deleted' | 'renamed' | 'copied' | 'binary';
  hunks: Hunk[];
  /** Some hunk of this file is cut short, or the quote ends within it. */
  truncated: boolean;
  /** Some hunk of this file could not be read and is left out: what it changes is not known. */
  lost?: true;
  inputLine: number;
}

/** Something in the input that could not be used, or was used with care. */
export interface IntakeProblem {
  /** `error`: a part is lost to the review; `note`: worth saying. */
  level: 'error' | 'note';
  inputLine: number | null;
  message: string;
}

/** `quoted-patch`: a diff inside a reply, at some quote depth. `none`: a mail without a patch. */
export type PatchKind = 'patch' | 'quoted-patch' | 'none';

export interface Patch {
  kind: PatchKind;
  subject: string;
  messageId: string | null;
  from: string | null;
  date: string | null;
  inReplyTo: string | null;
  references: string[];
  /** `[PATCH v7 10/10]`: version 7, index 10, total 10. */
  version: number;
  index: number | null;
  total: number | null;
  /** Commit message, unquoted, without headers and diff. */
  message: string;
  trailers: { key: string; value: string }[];
  baseCommit: string | null;
  files: FilePatch[];
  problems: IntakeProblem[];
  /** What an answer to the mail needs; absent where the patch came without a mail. */
  reply?: ReplyInfo;
}

/** The mail around a patch, as an answer to it quotes and addresses it. */
export interface ReplyInfo {
  /** Address fields as they stand in the header, unfolded. */
  to: string[];
  cc: string[];
  replyTo: string | null;
  /** Levels at which the diff is quoted: 0 for a mail's own patch. */
  depth: number;
  /** Lines between and below a quoted diff that are quoted less, as they stand in the mail, up to the signature. */
  remarks: { text: string; inputLine: number }[];
}

/** All that one input held, in the order of application (cover letters and plain mails are kind `none`). */
export interface PatchSeries {
  /** What was read: a file name or `-`. */
  input: string;
  patches: Patch[];
  problems: IntakeProblem[];
}
