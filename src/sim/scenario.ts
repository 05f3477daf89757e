/** State of one page of a VMA when fork starts. `exclusive-ro`: present, exclusive, its entry read-only. */
export type PageState = 'none' | 'writable' | 'exclusive-ro';

/** One VMA of the parent. */
export interface VmaSpec {
  /** Kind, for the reader: `anon`, `relro`, ... */
  kind: string;
  /** `VM_*` names. */
  flags: string[];
  anonVma: boolean;
  pages: PageState[];
  file?: boolean;
  policy?: boolean;
  userfaultfd?: boolean;
  ops?: boolean;
}

/** What a thread of the parent does: store, load, madvise(MADV_DONTNEED), or take the mmap lock for writing. */
export type ThreadKind = 'store' | 'load' | 'madvise' | 'mmap-writer';

/** A thread of the parent. Stores and loads go `accesses` times, each to any page of a VMA that allows it. */
export interface ThreadSpec {
  kind?: ThreadKind;
  accesses: number;
}

/** What is explored: the parent's memory, its other threads, and how many things may go wrong. */
export interface Scenario {
  id: string;
  vmas: VmaSpec[];
  threads: ThreadSpec[];
  /** Failing allocations per fork. */
  failures: number;
  /** A fatal signal may be pending. */
  signal: boolean;
  /** Page-fault allocations may fail. */
  faultFailures: boolean;
}

/** Limits of one exploration; crossing one makes the verdict `bounded`. */
export interface Limits {
  states: number;
  nodes: number;
  /** Wall time in milliseconds, checked by a clock that the caller passes in. */
  milliseconds?: number;
}

export const DEFAULT_LIMITS: Limits = { states: 4_000_000, nodes: 200_000 };
