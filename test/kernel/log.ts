import { allocate, CHILD, ENOMEM, PARENT } from '../../src/sim/kernel/primitives/support.js';
import { entries, TREE } from '../../src/sim/kernel/primitives/tree.js';
import type { CallSite } from '../../src/sim/machine/hooks.js';
import { isVisible, type Primitive } from '../../src/sim/machine/primitive.js';
import { isPtr, isSym, type Ptr, pointer, type Value } from '../../src/sim/machine/value.js';
import type { World } from '../../src/sim/machine/world.js';
import { ma_error } from '../../src/sim/maple/index.js';

/** Calls of which only the first arguments say something about the program. */
const SHOWN_ARGS: Readonly<Record<string, number>> = {
  mmu_notifier_range_init: 1,
  unmap_single_vma: 2,
};

/** Prints calls and states of a run exactly as the C side does. */
export class Log {
  readonly lines: string[] = [];
  private readonly names = new Map<number, string>();

  constructor(
    world: World,
    private readonly withResult: ReadonlySet<string>,
  ) {
    for (const o of world.objs.filter((x) => x.kind === 'vma')) {
      const file = o.fields.get('vm_file');
      if (!isPtr(file)) continue;
      this.names.set(file.obj, `${o.name}.file`);
      this.names.set((world.get(file, 'f_mapping') as Ptr).obj, `${o.name}.mapping`);
    }
  }

  call(site: CallSite): void {
    const args = site.args
      .slice(0, SHOWN_ARGS[site.name] ?? site.args.length)
      .map((a) => ` ${this.show(a, site.world)}`);
    const result = this.withResult.has(site.name) ? ` = ${this.show(site.result, site.world)}` : '';
    this.lines.push(`${site.name}${args.join('')}${result}`);
  }

  returned(value: Value, world: World): void {
    this.lines.push(`dup_mmap returns ${this.show(value, world)}`);
  }

  state(world: World): void {
    for (const mm of [PARENT, CHILD]) {
      const list = entries({ world }, pointer(mm.obj, 'mm_mt'));
      const ranges = list.map((r) => ` [${r.first}-${r.last} ${this.show(r.entry, world)}]`);
      this.lines.push(`tree:${world.obj(mm).name}${ranges.join('')}`);
      const counts = ['total_vm', 'data_vm', 'exec_vm', 'stack_vm', 'map_count'];
      this.lines.push(`counts ${counts.map((c) => world.get(mm, c) ?? 0).join(' ')}`);
    }
    this.lines.push(`committed ${world.objs[0].fields.get('committed') ?? 0}`);
    for (const o of world.objs.filter((x) => x.kind === 'vma' || x.kind === 'copy')) {
      const fields = ['vm_start', 'vm_end', 'vm_flags', 'vm_mm', 'anon_vma', '__freed'];
      const shown = fields.map((f) => this.show(o.fields.get(f) ?? 0, world));
      this.lines.push(` ${o.name} ${shown.join(' ')}`);
    }
  }

  private show(x: Value, world: World): string {
    if (typeof x === 'number' || typeof x === 'bigint') return String(BigInt.asIntN(64, BigInt(x)));
    if (isSym(x)) return x.sym === 'GFP_KERNEL' ? '0' : x.sym;
    return isPtr(x) ? this.pointer(x, world) : '?';
  }

  private pointer(p: Ptr, world: World): string {
    const o = world.obj(p);
    if (o.kind === 'mm' && p.path === 'mm_mt') return `tree:${o.name}`;
    if (o.kind === 'local') {
      const tree = world.get(p, 'tree');
      return isPtr(tree) ? `mas:${this.pointer(tree, world)}` : 'local';
    }
    if (o.kind === 'policy') return o.name.replace(/^policy of (.*)$/, '$1.__policy');
    const named = this.names.get(p.obj);
    if (named) return named;
    return p.path ? `${o.name}.${p.path}` : o.name;
  }
}

/** Storing NULL may rebalance a tree of several leaves, and so fail; the small trees here could not show it. */
export const CLEAR_MAY_FAIL: Record<string, Primitive> = {
  mas_store_gfp: function* (env, args, type) {
    if (!(yield* allocate(env, 'tree node'))) {
      env.world.put(args[0] as Ptr, 'status', ma_error);
      return ENOMEM;
    }
    const stored = TREE.mas_store_gfp(env, args, type);
    return isVisible(stored) ? yield* stored : stored;
  },
};
