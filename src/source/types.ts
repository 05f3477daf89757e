/** A line of a source version, with where it comes from. */
export interface SourceLine {
  text: string;
  /** 1-based line in that version of the file; null where it is not known (skeleton). */
  line: number | null;
  /** 1-based line in the patch input (mail or diff) that shows this line; null where none does. */
  patchLine: number | null;
  /** `file`: from the tree; `hunk`: from the patch; `skeleton`: filled in. */
  origin: 'file' | 'hunk' | 'skeleton';
  /** The patch adds this line (after side) or removes it (before side). */
  changed: boolean;
  /** Era of the skeleton that this line comes from; only with origin `skeleton`. */
  era?: string;
}

/** How a file's text was obtained. */
export type SourceBase = 'exact' | 'applied' | 'hunks-only' | 'none';

/** One version of one file. Lines from a skeleton report path `skeleton:<era>` instead of `path`. */
export interface SourceFile {
  path: string;
  lines: SourceLine[];
  base: SourceBase;
  /** Era of the skeleton that filled the gaps, null where none was used. */
  skeleton: string | null;
}

/** A touched file before and after the patch; null where it does not exist or could not be rebuilt. */
export interface SourcePair {
  path: string;
  before: SourceFile | null;
  after: SourceFile | null;
  /** What the reader must know: offsets, gaps, steps filled in. */
  notes: string[];
  /** Why the file could not be rebuilt; null when it could. */
  failure: string | null;
  /** Functions that the patch changes and shows in part only, so that they are as they were before it, or missing. */
  partial?: string[];
  /** dup_mmap() and functions around it that the patch changes and that could not be rebuilt: others run in their place. */
  unbuilt?: Unbuilt[];
}

/** A function of which hunks show parts that no known form of it takes in. */
export interface Unbuilt {
  name: string;
  why: string;
}

/** What the tree has under the id of an `index` line; `why` says in a word what is wrong where `text` is null. */
export type BlobAnswer =
  | { text: string }
  | { text: null; why: 'missing' | 'ambiguous' | 'too large' };

/** Reads files of the tree under review at its base. Implemented by a folder, by git, by GitHub. */
export interface ContentReader {
  /** Text of `path`, or null when the tree does not hold it. */
  read(path: string): Promise<string | null>;
  /** How the report names it. */
  readonly label: string;
  /** The blob that an (abbreviated) id names. Absent where nothing can be looked up by id. */
  blob?(id: string): Promise<BlobAnswer>;
  /**
   * The tree at a commit, null when it does not hold that commit. Absent where there are no commits, or where one was
   * chosen already. Throws a `usage` error for a revision that starts with `-`.
   */
  at?(rev: string): Promise<ContentReader | null>;
  /** What is known to lack in the version of `path` that is read here, one sentence each. */
  lacks?(path: string): string[];
  /** Holds only what patches of a series made: a file that is not here may well exist. */
  readonly sparse?: boolean;
  /** Ends what serves the reader. */
  close?(): void;
}
