import type { Automaton, StepInfo } from '../explore/graph.js';
import { add, eq, ne, type Op, set, TAU, v } from '../explore/op.js';
import type { Shared } from '../kernel/shared.js';
import { pageName, vmaName } from './names.js';

/** Where a user thread is, with all that it remembers. */
export interface UserState {
  at: string;
  /** Accesses left. */
  left: number;
  /** Address index. */
  i: number;
  /** Holds the VMA lock (else the mmap lock). */
  vl: boolean;
  /** Holds the mmap lock too, for the first anon_vma. */
  tl: boolean;
  /** Old page. */
  og: number;
}

export interface UserEdge {
  op: Op;
  info: StepInfo;
  next: () => UserState;
}

/** Steps by name: each adds the edges of the thread that it is called on. One table for all states of all threads. */
export type Steps<T> = Readonly<Record<string, (this: T) => void>>;

/**
 * What user threads of the parent have in common: they pick an address, and a page fault takes the VMA lock with
 * fallback to the mmap lock. Follows 6.12: lock_vma_under_rcu(), vma_start_read(). One step per shared access.
 */
export abstract class UserThread {
  private readonly out: UserEdge[] = [];
  constructor(
    protected readonly sh: Shared,
    protected readonly t: number,
    protected readonly s: UserState,
  ) {}

  /** Kernel function that a step belongs to; empty for user code. */
  protected abstract functionOf(at: string): string;
  /** Adds the edges of step `at`; here those of the steps that all kinds of threads have. */
  protected step(at: string): void {
    UserThread.locking[at]?.call(this);
  }

  /** VMA flag without which an address is not accessed. */
  protected abstract readonly wants: string;
  protected abstract readonly verb: string;

  protected go(op: Op, text: StepInfo['text'], to: Partial<UserState>, hidden = false): void {
    const info: StepInfo = {
      function: this.functionOf(this.s.at),
      path: '',
      line: null,
      text,
      hidden,
    };
    this.out.push({ op, info, next: () => ({ ...this.s, ...to }) });
  }

  /** State after one access is done. */
  protected done(): Partial<UserState> {
    const left = this.s.left - 1;
    return { at: left > 0 ? 'pick' : 'end', left, i: -1, vl: false, tl: false, og: 0 };
  }

  edges(): UserEdge[] {
    this.step(this.s.at);
    return this.out;
  }

  /** Only private anonymous memory is modelled for user threads: other faults take other paths. */
  private mayPick(vma: number): boolean {
    const { flags, file, pages } = this.sh.scenario.vmas[vma];
    if (pages.some((p) => p === 'swap' || p === 'pfn')) return false;
    return flags.includes(this.wants) && !flags.includes('VM_SHARED') && file !== true;
  }

  /** First step of a page fault. */
  protected get faultEntry(): string {
    return this.sh.features.vmaLock === 'none' ? 'slow' : 'seq1';
  }

  private static readonly locking: Steps<UserThread> = {
    pick() {
      const { sh } = this;
      for (let i = 0; i < sh.addresses; i++)
        if (this.mayPick(sh.vmaOf[i]))
          this.go(TAU, `will ${this.verb} ${pageName(i, 1)}`, { at: 'access', i }, true);
    },
    seq1() {
      const { sh, s } = this;
      const k = sh.vmaOf[s.i];
      this.go({ guard: [eq(v(sh.vmaSeq[k]), v(sh.mmapSeq))], effect: [] }, 'VMA is write-locked', {
        at: 'slow',
      });
      this.go(
        { guard: [ne(v(sh.vmaSeq[k]), v(sh.mmapSeq))], effect: [] },
        'sequences differ',
        { at: 'try' },
        true,
      );
    },
    try() {
      const { sh, s } = this;
      const k = sh.vmaOf[s.i];
      this.go(
        { guard: [eq(v(sh.vmaWriter[k]), 0)], effect: [add(sh.vmaReaders[k], 1)] },
        `lock_vma_under_rcu(${vmaName(k)})`,
        { at: 'seq2' },
      );
      this.go({ guard: [ne(v(sh.vmaWriter[k]), 0)], effect: [] }, 'VMA lock is taken', {
        at: 'slow',
      });
    },
    seq2() {
      const { sh, s } = this;
      const k = sh.vmaOf[s.i];
      const drop = [add(sh.vmaReaders[k], -1)];
      const differ = ne(v(sh.vmaSeq[k]), v(sh.mmapSeq));
      this.go(
        { guard: [eq(v(sh.vmaSeq[k]), v(sh.mmapSeq))], effect: drop },
        'VMA is write-locked',
        { at: 'slow' },
      );
      if (sh.features.anonPrepare === 'refused') {
        this.go({ guard: [differ, eq(v(sh.anonVma[k]), 0)], effect: drop }, 'no anon_vma', {
          at: 'slow',
        });
        this.go(
          { guard: [differ, ne(v(sh.anonVma[k]), 0)], effect: [] },
          'VMA locked',
          { at: 'handle', vl: true },
          true,
        );
      } else
        this.go({ guard: [differ], effect: [] }, 'VMA locked', { at: 'handle', vl: true }, true);
    },
    slow() {
      const { sh } = this;
      this.go(
        { guard: [eq(v(sh.mmapWriter), 0)], effect: [add(sh.mmapReaders, 1)] },
        'mmap_read_lock(parent)',
        { at: 'handle', vl: false },
      );
    },
    unptl() {
      this.unlockTable('unlock');
    },
    unlock() {
      this.unlock('access');
    },
    oom() {
      this.unlock('end');
    },
  };

  protected lockTable(then: string): void {
    const ptl = this.sh.ptl[this.sh.vmaOf[this.s.i]];
    this.go(
      { guard: [eq(v(ptl), 0)], effect: [set(ptl, 1)] },
      'spin_lock(page table)',
      { at: then },
      true,
    );
  }

  protected unlockTable(then: string): void {
    const ptl = this.sh.ptl[this.sh.vmaOf[this.s.i]];
    this.go({ guard: [], effect: [set(ptl, 0)] }, 'spin_unlock(page table)', { at: then }, true);
  }

  protected unlock(then: string): void {
    const { sh, s } = this;
    const k = sh.vmaOf[s.i];
    const drop = s.vl ? add(sh.vmaReaders[k], -1) : add(sh.mmapReaders, -1);
    const text = s.vl ? `vma_end_read(${vmaName(k)})` : 'mmap_read_unlock(parent)';
    this.go({ guard: [], effect: [drop] }, text, {
      at: then,
      vl: false,
      og: 0,
      i: then === 'end' ? -1 : s.i,
      left: then === 'end' ? 0 : s.left,
    });
  }
}

/** A user thread as an automaton. */
export function userAutomaton(
  name: string,
  accesses: number,
  at: (s: UserState) => UserThread,
  first = 'pick',
): Automaton<UserState> {
  return {
    name,
    initial: { at: first, left: accesses, i: -1, vl: false, tl: false, og: 0 },
    key: (s) => `${s.at} ${s.left} ${s.i} ${s.vl ? 1 : 0}${s.tl ? 1 : 0} ${s.og}`,
    edges: (s) => at(s).edges(),
  };
}

/** Functions of the steps that all page faults share. */
export const LOCK_FUNCTIONS: Record<string, string> = {
  seq1: 'vma_start_read',
  try: 'vma_start_read',
  seq2: 'vma_start_read',
  slow: 'do_user_addr_fault',
  unlock: 'do_user_addr_fault',
  oom: 'do_user_addr_fault',
};
