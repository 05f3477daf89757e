/** Bytes in order, and again those that were kept. */
export interface ByteSource {
  /** Bytes to come in all; null where that is not known before the end. */
  readonly size: number | null;
  /** Fills `into` from `at` on; resolves to the number of bytes, 0 at the end. */
  read(into: Buffer, at: number): Promise<number>;
  /** Makes sure that `bytes`, which stand at `offset`, can be had again; returns the place for `again`. */
  keep(bytes: Uint8Array, offset: number): number;
  again(place: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** What of an archive is of use to who reads it. */
export interface Wanted {
  /** Whether a change of this file may matter. */
  path(path: string): boolean;
  /** Words without which a diff of any other file does not matter. */
  words: readonly string[];
}

export interface ArchiveOptions {
  name: string;
  wanted: Wanted;
  /** Return quoted patches also from mails that hold a patch of their own. */
  quoted?: boolean;
  /** Keep a line about each mail that is skipped, not only counts. */
  list?: boolean;
  /** Most bytes of the archive, of one mail, of one series; the limits of base/limits.ts. */
  limits?: Partial<ArchiveLimits>;
  /** Told while the archive is read: bytes so far. */
  progress?: (bytes: number) => void;
}

export interface ArchiveLimits {
  archive: number;
  mail: number;
  series: number;
  /** Lines about skipped mails. */
  listed: number;
  /** Bytes that are in memory at first. */
  window: number;
  /** A `From ` line and the line below it are judged by fewer bytes than this. */
  lookAhead: number;
}

/** Mails of an archive that were not reviewed. */
export interface Skipped {
  mails: number;
  reasons: { reason: string; mails: number }[];
  /** Only where it was asked for; `mails` says how many there are in all. */
  list?: { inputLine: number; subject: string; reason: string }[];
}
