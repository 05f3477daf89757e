import { invariant } from '../../base/errors.js';
import {
  type Effect,
  type Expr,
  eq,
  ne,
  type Op,
  type Place,
  set,
  type Var,
  v,
  when,
} from '../explore/op.js';
import { propertyIndex } from '../property/properties.js';
import type { PageState, Scenario } from '../scenario.js';
import type { Features } from './features.js';

/** Initial mm_lock_seq: even, as outside a write section of the seqcount variant. */
export const MM_SEQ_START = 2;
/** A sequence value that no mmap lock sequence takes: a VMA that was never write-locked. */
const NEVER = 15;

function element(base: Var, size: number, index: Expr): Place {
  return typeof index === 'number' ? { v: base + index } : { base, size, index };
}

/**
 * The part of the parent's address space that several threads touch, as numbered variables. Pages are numbered within
 * their address: page 1 is the one that was there when fork started, a fresh one takes the lowest free number.
 */
export class Shared {
  readonly names: string[] = [];
  readonly init: number[] = [];
  /** Address index of the first page of each VMA, and the VMA of each address index. */
  readonly firstIndex: number[] = [];
  readonly vmaOf: number[] = [];
  /** Page numbers per address run from 1 to `pageIds`. */
  readonly pageIds: number;

  readonly mmapWriter: Var;
  readonly mmapReaders: Var;
  readonly mmapSeq: Var;
  readonly vmaReaders: Var[] = [];
  readonly vmaWriter: Var[] = [];
  readonly vmaSeq: Var[] = [];
  readonly anonVma: Var[] = [];
  readonly ptl: Var[] = [];
  /** Page mapped by the parent's entry (0: none), and whether the entry is writable. */
  readonly pte: Var[] = [];
  readonly pteWrite: Var[] = [];
  /** Page mapped by the child's entry. */
  readonly childPte: Var[] = [];
  readonly refBase: Var[] = [];
  readonly exclusiveBase: Var[] = [];
  /** tlb[thread][address]: page of a writable translation. Thread 0 is the one that forks. */
  readonly tlb: Var[][] = [];
  /** copying[thread][address]: page whose content the thread has copied, its new entry not yet set. */
  readonly copying: Var[][] = [];
  readonly lost: Var[] = [];
  readonly missed: Var[] = [];
  /** A store to the address is seen by the child although one before it is not; only where `dealt` is. */
  readonly torn: Var[] = [];
  /** 1 once fork has dealt with the address (copied or skipped it); only where some thread stores more than once. */
  readonly dealt: Var[] = [];

  constructor(
    readonly scenario: Scenario,
    readonly features: Features,
  ) {
    const users = scenario.threads.length;
    this.pageIds = users + 2;
    this.mmapWriter = this.add('mmap_lock.writer', 0);
    this.mmapReaders = this.add('mmap_lock.readers', 0);
    this.mmapSeq = this.add('mm_lock_seq', MM_SEQ_START);
    scenario.vmas.forEach((vma, k) => {
      this.vmaReaders.push(this.add(`V${k + 1}.vm_lock.readers`, 0));
      this.vmaWriter.push(this.add(`V${k + 1}.vm_lock.writer`, 0));
      this.vmaSeq.push(this.add(`V${k + 1}.vm_lock_seq`, NEVER));
      this.anonVma.push(this.add(`V${k + 1}.anon_vma`, vma.anonVma ? 1 : 0));
      this.ptl.push(this.add(`V${k + 1}.ptl`, 0));
      this.firstIndex.push(this.vmaOf.length);
      for (const page of vma.pages) this.addAddress(k, page, users);
    });
    for (let t = 0; t <= users; t++) {
      this.lost.push(this.add(`lost${t}`, 0));
      this.missed.push(this.add(`missed${t}`, 0));
      const warm = this.vmaOf.map((_, i) =>
        this.init[this.pteWrite[i]] ? this.init[this.pte[i]] : 0,
      );
      this.tlb.push(warm.map((page, i) => this.add(`tlb${t}.${i}`, page)));
      this.copying.push(this.vmaOf.map((_, i) => this.add(`copying${t}.${i}`, 0)));
    }
    if (scenario.threads.some((t) => t.accesses > 1))
      for (let i = 0; i < this.vmaOf.length; i++) {
        this.dealt.push(this.add(`dealt${i}`, 0));
        this.torn.push(this.add(`torn${i}`, 0));
      }
    invariant(this.names.length < 4096, 'too many shared variables');
  }

  private readonly ops = new Map<string, Op>();

  /** The operation that a key stands for, made once: what is asked of an operation is then worked out once too. */
  op(key: string, make: () => Op): Op {
    let op = this.ops.get(key);
    if (!op) {
      op = make();
      this.ops.set(key, op);
    }
    return op;
  }

  private add(name: string, init: number): Var {
    this.names.push(name);
    this.init.push(init);
    return this.names.length - 1;
  }

  private addAddress(vma: number, state: PageState, users: number): void {
    const i = this.vmaOf.length;
    this.vmaOf.push(vma);
    // what is swapped out or has no struct page is dealt with by the forking thread alone
    const present = state === 'writable' || state === 'exclusive-ro';
    this.pte.push(this.add(`pte${i}`, present ? 1 : 0));
    this.pteWrite.push(this.add(`pte${i}.write`, state === 'writable' ? 1 : 0));
    this.childPte.push(this.add(`child.pte${i}`, 0));
    // element 0 stands for "no page" and is never used
    this.refBase.push(this.names.length);
    for (let p = 0; p <= users + 2; p++) this.add(`page${i}.${p}.ref`, present && p === 1 ? 1 : 0);
    this.exclusiveBase.push(this.names.length);
    for (let p = 0; p <= users + 2; p++) this.add(`page${i}.${p}.excl`, present && p === 1 ? 1 : 0);
  }

  get addresses(): number {
    return this.vmaOf.length;
  }

  /** Reference count of page `page` at address `i`. */
  ref(i: number, page: Expr): Place {
    return element(this.refBase[i], this.pageIds + 1, page);
  }

  /** PageAnonExclusive of page `page` at address `i`. */
  exclusive(i: number, page: Expr): Place {
    return element(this.exclusiveBase[i], this.pageIds + 1, page);
  }

  /**
   * A store of thread `t` to address `i` that lands in `page`: breaks copies of that page which are under way, and
   * is or is not part of what the child will see.
   */
  store(t: number, i: number, page: Expr): Effect[] {
    const out: Effect[] = [];
    for (let u = 1; u < this.copying.length; u++)
      if (u !== t)
        out.push(when([ne(page, 0), eq(v(this.copying[u][i]), page)], [set(this.lost[u], 1)]));
    if (t > 0 && this.scenario.threads[t - 1].accesses > 1 && this.inherited(this.vmaOf[i])) {
      // once fork has dealt with the address, only a store to the page that the child maps is seen there
      out.push(
        when(
          [eq(v(this.dealt[i]), 1), ne(v(this.childPte[i]), page)],
          [set(this.missed[t], 1)],
          [when([eq(v(this.missed[t]), 1)], [set(this.torn[i], 1)])],
        ),
      );
    }
    return out;
  }

  /** The child gets the content of this VMA as its own. */
  inherited(vma: number): boolean {
    const flags = this.scenario.vmas[vma].flags;
    return !flags.some((f) => f === 'VM_DONTCOPY' || f === 'VM_WIPEONFORK' || f === 'VM_SHARED');
  }

  /** Marks address `i` as dealt with by fork. */
  deal(i: number): Effect[] {
    return this.dealt.length ? [set(this.dealt[i], 1)] : [];
  }

  /** flush_tlb_mm(): every thread's translations of this address space are dropped. */
  flushAll(): Effect[] {
    return this.tlb.flatMap((row) => row.map((x) => set(x, 0)));
  }

  /** ptep_clear_flush(): every thread's translation of address `i` is dropped. */
  flushAddress(i: number): Effect[] {
    return this.tlb.map((row) => set(row[i], 0));
  }

  /**
   * Checked when a fork that nothing runs beside has succeeded: the child maps what it inherits, and nothing else.
   * Pages of files may be left to page faults.
   */
  checkContent(): Effect[] {
    const broken: Effect[] = [{ do: 'fail', property: propertyIndex('content') }];
    if (this.scenario.threads.length) return [];
    return this.vmaOf.flatMap((k, i) => {
      const vma = this.scenario.vmas[k];
      const child = v(this.childPte[i]);
      if (!this.inherited(k))
        return vma.flags.includes('VM_SHARED') ? [] : [when([ne(child, 0)], broken)];
      return vma.anonVma ? [when([ne(child, v(this.pte[i]))], broken)] : [];
    });
  }

  /**
   * Checked where fork lets page faults in again: no stale translation leads to a page that the child shares. A fault
   * could replace the page, and stores through that translation would be lost. Where other threads run, they show it.
   */
  checkNothingStale(): Effect[] {
    if (this.scenario.threads.length) return [];
    const broken: Effect[] = [{ do: 'fail', property: propertyIndex('shared-writable') }];
    return this.vmaOf.flatMap((k, i) => {
      if (!this.inherited(k)) return [];
      const shared = ne(v(this.childPte[i]), 0);
      return this.tlb.map((row) => when([shared, eq(v(row[i]), v(this.childPte[i]))], broken));
    });
  }

  /** Checked when dup_mmap() returns: nothing that parent and child share can be written without a fault. */
  checkNoSharedWritable(): Effect[] {
    const p = propertyIndex('shared-writable');
    const out: Effect[] = [];
    for (let i = 0; i < this.addresses; i++) {
      // memory that both are meant to write
      if (!this.inherited(this.vmaOf[i])) continue;
      const shared = ne(v(this.childPte[i]), 0);
      out.push(
        when(
          [shared, eq(v(this.pteWrite[i]), 1), eq(v(this.pte[i]), v(this.childPte[i]))],
          [{ do: 'fail', property: p }],
        ),
      );
      for (const row of this.tlb)
        out.push(when([shared, eq(v(row[i]), v(this.childPte[i]))], [{ do: 'fail', property: p }]));
    }
    // what fork has passed over is not in the child: nothing that was stored there is seen
    this.torn.forEach((torn, i) => {
      const seen = [eq(v(torn), 1), eq(v(this.dealt[i]), 1)];
      out.push(when(seen, [{ do: 'fail', property: propertyIndex('torn-snapshot') }]));
    });
    return out;
  }
}
