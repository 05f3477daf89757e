import { MAX_NODES, MAX_STATES } from '../base/limits.js';

/**
 * State of one page of a VMA when fork starts. `exclusive-ro`: present, exclusive, its entry read-only. `swap`: swapped
 * out. `pfn`: a page frame without struct page. No thread but the one that forks touches the last two.
 */
export type PageState = 'none' | 'writable' | 'exclusive-ro' | 'swap' | 'pfn';

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
  /** Registered with a userfaultfd that asked for fork events. */
  userfaultfd?: boolean;
  /** vm_ops with open() and close(). */
  ops?: boolean;
  /** vm_private_data points to something of this one VMA's (hugetlb). */
  privateData?: boolean;
  /** A first page fault maps a huge page here. */
  huge?: boolean;
  /** It starts where the one before it ends; else there is a gap between the two. */
  adjoins?: boolean;
  /** It starts at address 0; the first one only. */
  atZero?: boolean;
}

/** What a thread of the parent does: store, load, madvise(MADV_DONTNEED), or take the mmap lock for writing. */
export type ThreadKind = 'store' | 'load' | 'madvise' | 'mmap-writer';

/** A thread of the parent. Stores and loads go `accesses` times, each to any page of a VMA that allows it. */
export interface ThreadSpec {
  kind?: ThreadKind;
  accesses: number;
}

/** Walkers that may get at the child before fork returns, each by its real route; `mm-holder` keeps its reference. */
export const VISITOR_KINDS = [
  'swapoff',
  'uprobe',
  'ksmd',
  'khugepaged',
  'userfaultfd',
  'truncate',
  'mm-holder',
] as const;
export type VisitorKind = (typeof VISITOR_KINDS)[number];

/** What is explored: the parent's memory, its other threads, and how many things may go wrong. */
export interface Scenario {
  id: string;
  /** The function that is executed, where it is not the one that the rule names. */
  entry?: 'dup_mmap' | 'dup_mm';
  vmas: VmaSpec[];
  threads: ThreadSpec[];
  /** Scanners that the parent is registered with; left out: both. */
  registered?: ('ksm' | 'khugepaged')[];
  visitors?: VisitorKind[];
  /** Failing allocations per fork. */
  failures: number;
  /** Breaches (`breachKey`) that are known already: a run goes on over them as if nothing were broken. */
  known?: string[];
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

export const DEFAULT_LIMITS: Limits = { states: MAX_STATES, nodes: MAX_NODES };
