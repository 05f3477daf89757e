import type { Automaton } from '../explore/graph.js';
import { add, type Effect, eq, fail, ne, set, TAU, v, when } from '../explore/op.js';
import type { Shared } from '../kernel/shared.js';
import { propertyIndex } from '../property/properties.js';
import { pageName, vmaName } from './names.js';
import { LOCK_FUNCTIONS, type Steps, type UserState, UserThread, userAutomaton } from './user.js';

/**
 * A user thread of the parent that stores to memory: through its TLB, by a hardware walk, or by a page fault. Follows
 * 6.12: do_anonymous_page(), do_wp_page(), wp_page_copy(), one step per shared access. A fault that could not allocate
 * ends the thread; after one that was handled the access is tried again.
 *
 * `t` is the thread's number in `shared` (from 1).
 */
export function storingThread(shared: Shared, t: number, name: string): Automaton<UserState> {
  const accesses = shared.scenario.threads[t - 1].accesses;
  return userAutomaton(name, accesses, (s) => new Storing(shared, t, s));
}

const FUNCTIONS: Record<string, string> = {
  ...LOCK_FUNCTIONS,
  access: '',
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

class Storing extends UserThread {
  protected readonly wants = 'VM_WRITE';
  protected readonly verb = 'store to';

  protected functionOf(at: string): string {
    return FUNCTIONS[at] ?? 'wp_page_copy';
  }

  protected override step(at: string): void {
    const own = Storing.steps[at];
    if (own) own.call(this);
    else super.step(at);
  }

  /** Ways to get the new page: succeed, or fail where the scenario lets page faults fail. */
  private allocation(ok: Partial<UserState>, failed: Effect[]): void {
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

  private static readonly steps: Steps<Storing> = {
    access() {
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
        { at: this.faultEntry },
      );
    },
    handle() {
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
    anon() {
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
    prepare() {
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
    alloc0() {
      this.allocation({ at: 'lock0' }, []);
    },
    lock0() {
      this.lockTable('install0');
    },
    install0() {
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
    lock1() {
      this.lockTable('same1');
    },
    same1() {
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
    wp() {
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
    reuse() {
      const { sh, s } = this;
      this.go(
        { guard: [], effect: [set(sh.pteWrite[s.i], 1)] },
        `makes ${pageName(s.i, s.og)} writable`,
        { at: 'unptl', og: 0 },
      );
    },
    unptl1() {
      this.unlockTable('alloc1');
    },
    alloc1() {
      const { sh, s } = this;
      this.allocation({ at: 'copy' }, [add(sh.ref(s.i, s.og), -1)]);
    },
    copy() {
      const { sh, t, s } = this;
      this.go(
        { guard: [], effect: [set(sh.copying[t][s.i], s.og), set(sh.lost[t], 0)] },
        `copies ${pageName(s.i, s.og)}`,
        { at: 'lock2' },
      );
    },
    lock2() {
      this.lockTable('install');
    },
    install() {
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
    unptl2() {
      this.unlockTable('put');
    },
    put() {
      const { sh, s } = this;
      this.go(
        { guard: [], effect: [add(sh.ref(s.i, s.og), -1)] },
        'folio_put',
        { at: 'unlock', og: 0 },
        true,
      );
    },
  };
}

function stale(sh: Shared, i: number, x: Uint8Array): boolean {
  return x[sh.pteWrite[i]] === 0;
}
