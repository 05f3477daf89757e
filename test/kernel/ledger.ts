import type { CallSite } from '../../src/sim/machine/hooks.js';
import { isPtr, keyOf, type Value } from '../../src/sim/machine/value.js';

/** Pairs of calls on the same object that must be equally many when all is over. */
const PAIRS: readonly [string, readonly string[]][] = [
  ['get_file', ['fput']],
  ['driver_open', ['driver_close']],
  ['i_mmap_lock_write', ['i_mmap_unlock_write']],
  ['flush_dcache_mmap_lock', ['flush_dcache_mmap_unlock']],
  ['uprobe_start_dup_mmap', ['uprobe_end_dup_mmap']],
  ['mmap_write_lock', ['mmap_write_unlock']],
  ['mmap_read_lock', ['mmap_read_unlock']],
  ['policy', ['mpol_put']],
  ['userfaultfd', ['userfaultfd done']],
  ['tlb_gather_mmu_fullmm', ['tlb_finish_mmu']],
  ['mmu_notifier_invalidate_range_start', ['mmu_notifier_invalidate_range_end']],
];

/** Counts what a run takes and gives back, by the calls that it makes. */
export class Ledger {
  private readonly counts = new Map<string, number>();
  private readonly inserted = new Set<string>();
  private charged = 0n;

  /** Books one finished call. */
  book(site: CallSite): void {
    const { name, args, result } = site;
    const first = keyOf(args[0]);
    switch (name) {
      case 'vma_dup_policy':
        if (result === 0 && isPtr(this.policyOf(site)))
          this.add('policy', keyOf(this.policyOf(site)));
        return;
      case 'dup_userfaultfd':
        if (result === 0) this.counts.set('userfaultfd ', 1);
        return;
      case 'dup_userfaultfd_complete':
      case 'dup_userfaultfd_fail':
        // the list is handed over once, also when it is empty
        this.counts.set('userfaultfd ', 1);
        this.add('userfaultfd done', '');
        return;
      case 'mmap_write_lock_killable':
      case 'mmap_write_lock_nested':
        if (result === 0) this.add('mmap_write_lock', first);
        return;
      case 'vma_close':
        // only seen where it is a model, which closes within itself
        if (this.hasClose(site)) this.add('driver_close', first);
        return;
      case 'mpol_put':
        if (isPtr(args[0])) this.add(name, first);
        return;
      case 'vma_interval_tree_insert_after':
        this.inserted.add(first);
        return;
      case 'unlink_file_vma':
        this.inserted.delete(first);
        return;
      case 'unlink_file_vma_batch_add':
        this.inserted.delete(keyOf(args[1]));
        return;
      case 'free_pgtables':
        // the model of the whole walk, which unlinks all that it meets
        this.inserted.clear();
        return;
      case 'security_vm_enough_memory_mm':
        if (result === 0) this.charged += BigInt(args[1] as number);
        return;
      case 'vm_unacct_memory':
        this.charged -= BigInt(args[0] as number);
        return;
      default:
        this.add(name, first);
    }
  }

  /** What is out of balance; one sentence each. */
  problems(): string[] {
    const out: string[] = [];
    const objects = new Set([...this.counts.keys()].map((k) => k.slice(k.lastIndexOf(' ') + 1)));
    for (const [taken, given] of PAIRS)
      for (const o of objects) {
        const back = given.reduce((n, g) => n + this.count(g, o), 0);
        if (this.count(taken, o) !== back)
          out.push(`${taken} ${this.count(taken, o)} times on ${o}, ${given.join()} ${back} times`);
      }
    if (this.charged !== 0n) out.push(`${this.charged} pages stay charged`);
    for (const v of this.inserted) out.push(`${v} stays in i_mmap`);
    return out;
  }

  /** The policy that a copy was given. */
  private policyOf({ world, args }: CallSite): Value {
    const vma = args[1];
    return isPtr(vma) ? world.obj(vma).fields.get('vm_policy') : undefined;
  }

  private hasClose({ world, args }: CallSite): boolean {
    const ops = isPtr(args[0]) ? world.get(args[0], 'vm_ops') : 0;
    return isPtr(ops) && Boolean(world.get(ops, 'close'));
  }

  private count(name: string, object: string): number {
    return this.counts.get(`${name} ${object}`) ?? 0;
  }

  private add(name: string, object: string): void {
    this.counts.set(`${name} ${object}`, this.count(name, object) + 1);
  }
}
