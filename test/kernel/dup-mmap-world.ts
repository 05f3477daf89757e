import type { Func, Program } from '../../src/sim/program.js';
import { type Pointer, run, type Value } from '../cfront/interp.js';

/** Flags and constants for both sides of the comparison: numbers are facts of the kernel's ABI. */
export const CONSTANTS = `
#define VM_SHARED 0x8
#define VM_MAYWRITE 0x20
#define VM_PFNMAP 0x400
#define VM_LOCKED 0x2000
#define VM_DONTCOPY 0x20000
#define VM_LOCKONFAULT 0x80000
#define VM_ACCOUNT 0x100000
#define VM_WIPEONFORK 0x2000000
#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)
#define GFP_KERNEL 0xcc0U
#define MMF_OOM_SKIP 21
#define MMF_UNSTABLE 22
#define XA_ZERO_ENTRY ((void *)1030)
`;

/** VMAs that exist; the second half is what vm_area_dup() hands out. */
export const VMAS = 10;
const FLAGS = [0x400n, 0x20000n, 0x100000n, 0x2000000n, 0x28n, 0x2000n];

/** The generator that the C side has too: 24 bits of a linear congruence. */
export class Lcg {
  constructor(private state: number) {}
  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state >>> 8;
  }
}

/** One run of the lowered function in a small world; the log has one line per call and the final state. */
export class DupMmapWorld {
  readonly log: string[] = [];
  private readonly rnd: Lcg;
  private readonly objects = new Map<Map<string, Value>, string>();
  private readonly vmas: Pointer[];
  private readonly mm: Pointer[];
  private cursor = 0;
  private fresh = VMAS / 2;

  constructor(
    seed: number,
    private readonly offsets: Map<string, number>,
  ) {
    this.rnd = new Lcg(seed);
    this.mm = ['mm', 'oldmm'].map((n, i) => this.object(n, this.mmFields(i)));
    const mapping = this.object('mapping', {});
    const file = this.object('file', { f_mapping: mapping });
    const ops = [this.object('ops0', { open: 0n }), this.object('ops1', { open: 'vm_open' })];
    const policy = this.object('policy', {});
    this.vmas = Array.from({ length: VMAS }, (_, i) => {
      const start = BigInt(i) << 20n;
      return this.object(`vma${i}`, {
        vm_start: start,
        vm_end: start + (BigInt(this.rnd.next() % 8) + 1n) * 4096n,
        vm_flags: FLAGS.reduce((f, bit) => (this.rnd.next() % 4 === 0 ? f | bit : f), 0x1n),
        vm_file: this.rnd.next() % 2 ? file : 0n,
        vm_ops: this.rnd.next() % 2 ? ops[this.rnd.next() % 2] : 0n,
        vm_policy: policy,
        vm_mm: this.mm[1],
        anon_vma: 7n,
      });
    });
  }

  private mmFields(i: number): Record<string, Value> {
    const names = ['total_vm', 'data_vm', 'exec_vm', 'stack_vm', 'map_count'];
    const out: Record<string, Value> = { flags: 0n };
    names.forEach((n, k) => {
      out[n] = BigInt((i + 1) * 100 + k);
    });
    return out;
  }

  private object(name: string, fields: Record<string, Value>): Pointer {
    const object = new Map(Object.entries(fields));
    this.objects.set(object, name);
    return { object, path: '' };
  }

  /** How both sides print a value: a number, or an object's name with an offset in bytes. */
  private show(v: Value): string {
    if (typeof v === 'bigint') return BigInt.asIntN(64, v).toString();
    if (typeof v === 'string') return v;
    const name = this.objects.get(v.object) ?? 'local';
    const offset =
      v.path === '' ? 0 : (this.offsets.get(`${name.replace(/\d+$/, '')}.${v.path}`) ?? -1);
    return name === 'local' ? 'local' : `${name}+${offset}`;
  }

  run(program: Program): string[] {
    const result = run(program, 'dup_mmap', this.mm, (name, args) =>
      this.call(name, args, program),
    );
    this.log.push(`= ${this.show(result!)}`);
    for (const n of ['total_vm', 'data_vm', 'exec_vm', 'stack_vm', 'map_count']) {
      this.log.push(this.show(this.mm[0].object.get(n)!));
    }
    for (const v of this.vmas) {
      const { object } = v;
      this.log.push(
        ['vm_mm', 'anon_vma', 'vm_flags'].map((f) => this.show(object.get(f)!)).join(' '),
      );
    }
    return this.log;
  }

  private call(name: string, args: Value[], program: Program): Value {
    this.log.push(`${name}(${args.map((a) => this.show(a)).join(', ')})`);
    void (program satisfies { functions: Record<string, Func> });
    const r = this.rnd.next();
    switch (name) {
      case 'vma_iter_init':
      case 'mas_init': {
        const it = args[0] as Pointer;
        const tree = args[1] as Pointer;
        const iter = name === 'vma_iter_init';
        it.object.set(
          iter ? 'mas.tree' : 'tree',
          iter ? { object: tree.object, path: 'mm_mt' } : tree,
        );
        return 0n;
      }
      case 'vma_next':
      case 'mas_find':
        return this.cursor < VMAS / 2 ? this.vmas[this.cursor++] : 0n;
      case 'vm_area_dup': {
        if (r % 8 === 0 || this.fresh >= VMAS) return 0n;
        const made = this.vmas[this.fresh++];
        for (const [k, v] of (args[0] as Pointer).object) made.object.set(k, v);
        return made;
      }
      case 'vma_policy':
        return (args[0] as Pointer).object.get('vm_policy')!;
      case 'vma_pages':
        return BigInt(r % 9);
      case 'get_file':
        return args[0];
      default:
        return RESULTS.has(name)
          ? r % 8 === 0
            ? -12n
            : 0n
          : BOOLS.has(name)
            ? BigInt(r % 8 === 0 ? 1 : 0)
            : 0n;
    }
  }
}

/** Functions whose int result is 0 or -ENOMEM, and those that give a truth value. */
export const RESULTS = new Set(
  `mmap_write_lock_killable __mt_dup mas_expected_entries vma_iter_clear_gfp security_vm_enough_memory_mm vma_dup_policy
   dup_userfaultfd anon_vma_fork copy_page_range arch_dup_mmap ksm_fork vma_iter_bulk_store vma_iter_bulk_alloc`.split(
    /\s+/,
  ),
);
export const BOOLS = new Set(
  'fatal_signal_pending is_vm_hugetlb_page vma_is_shared_maywrite mas_is_err'.split(' '),
);
