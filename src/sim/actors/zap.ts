import type { Automaton } from '../explore/graph.js';
import { add, eq, ne, set, v } from '../explore/op.js';
import type { Shared } from '../kernel/shared.js';
import { pageName } from './names.js';
import { type Steps, type UserState, UserThread, userAutomaton } from './user.js';

/**
 * A thread of the parent in madvise(MADV_DONTNEED): the mmap lock for reading, then one page is unmapped under the
 * page-table lock and its translations are flushed. It waits while fork holds the mmap lock for writing.
 */
export function madvisingThread(shared: Shared, t: number, name: string): Automaton<UserState> {
  return userAutomaton(name, 1, (s) => new Zapping(shared, t, s));
}

class Zapping extends UserThread {
  protected readonly wants = 'VM_WRITE';
  protected readonly verb = 'drop';

  protected functionOf(at: string): string {
    return at === 'zap' ? 'zap_pte_range' : 'madvise_vma_behavior';
  }

  protected override step(at: string): void {
    const own = Zapping.steps[at];
    if (own) own.call(this);
    else super.step(at);
  }

  private static readonly steps: Steps<Zapping> = {
    access() {
      const { sh } = this;
      this.go(
        { guard: [eq(v(sh.mmapWriter), 0)], effect: [add(sh.mmapReaders, 1)] },
        'mmap_read_lock(parent)',
        { at: 'table' },
      );
    },
    table() {
      this.lockTable('zap');
    },
    zap() {
      const { sh, s } = this;
      const page = v(sh.pte[s.i]);
      this.go({ guard: [eq(page, 0)], effect: [] }, 'nothing mapped', { at: 'untable' }, true);
      this.go(
        {
          guard: [ne(page, 0)],
          effect: [
            add(sh.ref(s.i, page), -1),
            set(sh.pteWrite[s.i], 0),
            set(sh.pte[s.i], 0),
            ...sh.flushAddress(s.i),
          ],
        },
        (x) => `unmaps ${pageName(s.i, x[sh.pte[s.i]])}`,
        { at: 'untable' },
      );
    },
    untable() {
      this.unlockTable('release');
    },
    release() {
      this.go(
        { guard: [], effect: [add(this.sh.mmapReaders, -1)] },
        'mmap_read_unlock(parent)',
        this.done(),
      );
    },
  };
}

/**
 * A thread of the parent that takes the mmap lock for writing and changes nothing that fork looks at (brk, mprotect of
 * another VMA). It moves the lock sequence, as each write section does.
 */
export function mmapWriter(shared: Shared, t: number, name: string): Automaton<UserState> {
  return userAutomaton(name, 1, (s) => new Writing(shared, t, s), 'lock');
}

class Writing extends UserThread {
  protected readonly wants = 'VM_WRITE';
  protected readonly verb = 'change';

  protected functionOf(): string {
    return 'do_mprotect_pkey';
  }

  protected override step(at: string): void {
    const own = Writing.steps[at];
    if (own) own.call(this);
    else super.step(at);
  }

  private static readonly steps: Steps<Writing> = {
    lock() {
      const { sh } = this;
      const parity = sh.features.vmaLock === 'rwsem+seqcount' || sh.features.vmaLock === 'refcount';
      const free = [eq(v(sh.mmapWriter), 0), eq(v(sh.mmapReaders), 0)];
      this.go({ guard: free, effect: [set(sh.mmapWriter, 1)] }, 'mmap_write_lock(parent)', {
        at: parity ? 'begin' : 'end-write',
      });
    },
    begin() {
      this.go(
        { guard: [], effect: [add(this.sh.mmapSeq, 1)] },
        'mm_lock_seq moves',
        { at: 'end-write' },
        true,
      );
    },
    'end-write'() {
      this.go(
        { guard: [], effect: [add(this.sh.mmapSeq, 1)] },
        'mm_lock_seq moves',
        { at: 'release' },
        true,
      );
    },
    release() {
      this.go(
        { guard: [], effect: [set(this.sh.mmapWriter, 0)] },
        'mmap_write_unlock(parent)',
        this.done(),
      );
    },
  };
}
