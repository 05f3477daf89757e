import type { Automaton, StepInfo } from '../explore/graph.js';
import { add, type Effect, eq, fail, ne, type Op, set, TAU, v, when } from '../explore/op.js';
import type { Shared } from '../kernel/shared.js';
import { propertyIndex } from '../property/properties.js';
import { pageName, vmaName } from './names.js';

/** Where a storing thread is, with all that it remembers. */
interface State {
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

interface Out {
  op: Op;
  info: StepInfo;
  next: () => State;
}

/**
 * A user thread of the parent that stores to memory: through its TLB, by a hardware walk, or by a page fault under the
 * VMA lock with fallback to the mmap lock. Follows 6.12: lock_vma_under_rcu(), do_anonymous_page(), do_wp_page(),
 * wp_page_copy(), one step per shared access. A fault that could not allocate ends the thread.
 *
 * `t` is the thread's number in `shared` (from 1).
 */
export function storingThread(shared: Shared, t: number, name: string): Automaton<State> {
  const start: State = {
    at: 'pick',
    left: shared.scenario.threads[t - 1].accesses,
    i: -1,
    vl: false,
    tl: false,
    og: 0,
  };
  return {
    name,
    initial: start,
    key: (s) => `${s.at} ${s.left} ${s.i} ${s.vl ? 1 : 0}${s.tl ? 1 : 0} ${s.og}`,
    edges: (s) => new Stepper(shared, t, s).edges(),
  };
}

const FUNCTIONS: Record<string, string> = {
  seq1: 'vma_start_read',
  try: 'vma_start_read',
  seq2: 'vma_start_read',
  slow: 'do_user_addr_fault',
  anon: 'do_anonymous_page',
  prepare: '__anon_vma_prepare',
  alloc0: 'do_anonymous_page',
  lock0: 'do_anonymous_page',
  install0: 'do_anonymous_page',
  lock1: 'do_wp_page',
  same1: 'do_wp_page',
  wp: 'do_wp_page',
  reuse: 'wp_page_reuse',
};

class Stepper {
  private readonly out: Out[] = [];
  constructor(
    private readonly sh: Shared,
    private readonly t: number,
    private readonly s: State,
  ) {}

  private go(op: Op, text: StepInfo['text'], to: Partial<State>, hidden = false): void {
    const info: StepInfo = {
      function: FUNCTIONS[this.s.at] ?? (this.s.at === 'access' ? '' : 'wp_page_copy'),
      path: '',
      line: null,
      text,
      hidden,
    };
    this.out.push({ op, info, next: () => ({ ...this.s, ...to }) });
  }

  private done(): Partial<State> {
    const left = this.s.left - 1;
    return { at: left > 0 ? 'pick' : 'end', left, i: -1, vl: false, tl: false, og: 0 };
  }

  edges(): Out[] {
    const step = this.steps[this.s.at];
    if (step) step();
    return this.out;
  }

  /** Ways to get the new page: succeed, or fail where the scenario lets page faults fail. */
  private allocation(ok: Partial<State>, failed: Effect[]): void {
    this.go(TAU, 'allocates a page', ok, true);
    if (this.sh.scenario.faultFailures)
      this.go({ guard: [], effect: failed }, 'page allocation fails', { at: 'oom' });
  }

  /** Gives a fresh page the lowest free number at this address and maps it writable. */
  private mapFresh(): Effect[] {
    const { sh, s } = this;
    let chain: Effect[] = [];
    for (let p = sh.pageIds; p >= 1; p--) {
      const take = [
        set(sh.ref(s.i, p), 1),
        set(sh.exclusive(s.i, p), 1),
        set(sh.pte[s.i], p),
        set(sh.pteWrite[s.i], 1),
      ];
      chain = [when([eq(sh.ref(s.i, p), 0)], take, chain)];
    }
    return chain;
  }

  private readonly steps: Record<string, () => void> = {
    pick: () => {
      const { sh } = this;
      for (let i = 0; i < sh.addresses; i++)
        if (sh.scenario.vmas[sh.vmaOf[i]].flags.includes('VM_WRITE'))
          this.go(TAU, `will store to ${pageName(i, 1)}`, { at: 'access', i }, true);
    },
    access: () => {
      const { sh, t, s } = this;
      const tlb = sh.tlb[t][s.i];
      this.go(
        { guard: [ne(v(tlb), 0)], effect: sh.store(t, s.i, v(tlb)) },
        (x) => `store to ${pageName(s.i, x[tlb])}${stale(sh, s.i, x) ? ' (stale TLB)' : ' (TLB)'}`,
        this.done(),
      );
      this.go(
        {
          guard: [eq(v(tlb), 0), eq(v(sh.pteWrite[s.i]), 1)],
          effect: [set(tlb, v(sh.pte[s.i])), ...sh.store(t, s.i, v(sh.pte[s.i]))],
        },
        (x) => `store to ${pageName(s.i, x[sh.pte[s.i]])}`,
        this.done(),
      );
      this.go(
        { guard: [eq(v(sh.pteWrite[s.i]), 0)], effect: [set(tlb, 0)] },
        (x) => `write fault on ${pageName(s.i, x[sh.pte[s.i]] || 1)} in ${vmaName(sh.vmaOf[s.i])}`,
        { at: sh.features.vmaLock === 'none' ? 'slow' : 'seq1' },
      );
    },
    seq1: () => {
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
    try: () => {
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
    seq2: () => {
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
    slow: () => {
      const { sh } = this;
      this.go(
        { guard: [eq(v(sh.mmapWriter), 0)], effect: [add(sh.mmapReaders, 1)] },
        'mmap_read_lock(parent)',
        { at: 'handle', vl: false },
      );
    },
    handle: () => {
      const { sh, s } = this;
      const [pte, w] = [v(sh.pte[s.i]), v(sh.pteWrite[s.i])];
      this.go({ guard: [eq(w, 1)], effect: [] }, 'entry is writable already', { at: 'unlock' });
      this.go(
        { guard: [eq(pte, 0), eq(w, 0)], effect: [] },
        'entry is empty',
        { at: 'anon' },
        true,
      );
      for (let p = 1; p <= sh.pageIds; p++)
        this.go(
          { guard: [eq(pte, p), eq(w, 0)], effect: [] },
          'entry is read-only',
          { at: 'lock1', og: p },
          true,
        );
    },
    anon: () => {
      const { sh, s } = this;
      const k = sh.vmaOf[s.i];
      const none = eq(v(sh.anonVma[k]), 0);
      this.go(
        { guard: [ne(v(sh.anonVma[k]), 0)], effect: [] },
        'has an anon_vma',
        { at: 'alloc0' },
        true,
      );
      if (!s.vl)
        this.go({ guard: [none], effect: [] }, 'needs an anon_vma', { at: 'prepare' }, true);
      else {
        this.go(
          { guard: [none, ne(v(sh.mmapWriter), 0)], effect: [add(sh.vmaReaders[k], -1)] },
          'mmap_read_trylock fails',
          { at: 'slow', vl: false },
        );
        this.go(
          { guard: [none, eq(v(sh.mmapWriter), 0)], effect: [add(sh.mmapReaders, 1)] },
          'mmap_read_trylock(parent)',
          { at: 'prepare', tl: true },
        );
      }
    },
    prepare: () => {
      const { sh, s } = this;
      const drop: Effect[] = s.tl ? [add(sh.mmapReaders, -1)] : [];
      this.go(
        { guard: [], effect: [set(sh.anonVma[sh.vmaOf[s.i]], 1), ...drop] },
        `${vmaName(sh.vmaOf[s.i])} gets an anon_vma`,
        { at: 'alloc0', tl: false },
      );
      if (sh.scenario.faultFailures)
        this.go({ guard: [], effect: drop }, 'anon_vma allocation fails', { at: 'oom', tl: false });
    },
    alloc0: () => this.allocation({ at: 'lock0' }, []),
    lock0: () => this.lockTable('install0'),
    install0: () => {
      const { sh, s } = this;
      const empty = eq(v(sh.pte[s.i]), 0);
      this.go(
        { guard: [empty], effect: this.mapFresh() },
        `maps a fresh page at ${pageName(s.i, 1)}`,
        { at: 'unptl' },
      );
      this.go(
        { guard: [ne(v(sh.pte[s.i]), 0)], effect: [] },
        'entry has changed',
        { at: 'unptl' },
        true,
      );
    },
    lock1: () => this.lockTable('same1'),
    same1: () => {
      const { sh, s } = this;
      const pte = v(sh.pte[s.i]);
      this.go(
        { guard: [ne(pte, s.og)], effect: [] },
        'entry has changed',
        { at: 'unptl', og: 0 },
        true,
      );
      this.go(
        { guard: [eq(pte, s.og), eq(v(sh.pteWrite[s.i]), 1)], effect: [] },
        'entry has changed',
        { at: 'unptl', og: 0 },
        true,
      );
      this.go(
        { guard: [eq(pte, s.og), eq(v(sh.pteWrite[s.i]), 0)], effect: [] },
        'entry is the same',
        { at: 'wp' },
        true,
      );
    },
    wp: () => {
      const { sh, s } = this;
      const excl = sh.exclusive(s.i, s.og);
      const ref = sh.ref(s.i, s.og);
      this.go({ guard: [ne(excl, 0)], effect: [] }, 'page is exclusive', { at: 'reuse' }, true);
      this.go(
        { guard: [eq(excl, 0), eq(ref, 1)], effect: [set(excl, 1)] },
        'only reference: page is reused',
        {
          at: 'reuse',
        },
      );
      this.go(
        { guard: [eq(excl, 0), ne(ref, 1)], effect: [add(ref, 1)] },
        'folio_get',
        { at: 'unptl1' },
        true,
      );
    },
    reuse: () => {
      const { sh, s } = this;
      this.go(
        { guard: [], effect: [set(sh.pteWrite[s.i], 1)] },
        `makes ${pageName(s.i, s.og)} writable`,
        { at: 'unptl', og: 0 },
      );
    },
    unptl1: () => this.unlockTable('alloc1'),
    alloc1: () => {
      const { sh, s } = this;
      this.allocation({ at: 'copy' }, [add(sh.ref(s.i, s.og), -1)]);
    },
    copy: () => {
      const { sh, t, s } = this;
      this.go(
        { guard: [], effect: [set(sh.copying[t][s.i], s.og), set(sh.lost[t], 0)] },
        `copies ${pageName(s.i, s.og)}`,
        { at: 'lock2' },
      );
    },
    lock2: () => this.lockTable('install'),
    install: () => {
      const { sh, t, s } = this;
      const same = [eq(v(sh.pte[s.i]), s.og), eq(v(sh.pteWrite[s.i]), 0)];
      const forget = [set(sh.copying[t][s.i], 0), set(sh.lost[t], 0)];
      this.go(
        {
          guard: same,
          effect: [
            when([eq(v(sh.lost[t]), 1)], [fail(propertyIndex('lost-write'))]),
            ...this.mapFresh(),
            ...sh.flushAddress(s.i),
            add(sh.ref(s.i, s.og), -1),
            ...forget,
          ],
        },
        (x) =>
          `maps the copy of ${pageName(s.i, s.og)}${x[sh.lost[t]] ? ': the store to the old page is lost' : ''}`,
        { at: 'unptl2' },
      );
      this.go(
        { guard: [ne(v(sh.pte[s.i]), s.og)], effect: forget },
        'entry has changed',
        { at: 'unptl2' },
        true,
      );
      this.go(
        { guard: [eq(v(sh.pte[s.i]), s.og), eq(v(sh.pteWrite[s.i]), 1)], effect: forget },
        'entry has changed',
        { at: 'unptl2' },
        true,
      );
    },
    unptl2: () => this.unlockTable('put'),
    put: () => {
      const { sh, s } = this;
      this.go(
        { guard: [], effect: [add(sh.ref(s.i, s.og), -1)] },
        'folio_put',
        { at: 'unlock', og: 0 },
        true,
      );
    },
    unptl: () => this.unlockTable('unlock'),
    unlock: () => this.unlock('access'),
    oom: () => this.unlock('end'),
  };

  private lockTable(then: string): void {
    const ptl = this.sh.ptl[this.sh.vmaOf[this.s.i]];
    this.go(
      { guard: [eq(v(ptl), 0)], effect: [set(ptl, 1)] },
      'spin_lock(page table)',
      { at: then },
      true,
    );
  }

  private unlockTable(then: string): void {
    const ptl = this.sh.ptl[this.sh.vmaOf[this.s.i]];
    this.go({ guard: [], effect: [set(ptl, 0)] }, 'spin_unlock(page table)', { at: then }, true);
  }

  private unlock(then: string): void {
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

function stale(sh: Shared, i: number, x: Uint8Array): boolean {
  return x[sh.pteWrite[i]] === 0;
}
