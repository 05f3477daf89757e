import { ForkloreError } from '../../base/errors.js';
import { constant, VM_FLAGS } from '../kernel/constants.js';
import { mmTreeFlags } from '../kernel/tree-value.js';
import { isModelled } from '../known.js';
import {
  type Entry,
  MA_STATE,
  MapleFault,
  MapleTree,
  mas_store_gfp,
  NodeCache,
  packTree,
  unpackTree,
} from '../maple/index.js';
import type { CType, Program } from '../program.js';
import { type Compiled, Compiler } from './compile.js';
import { type Area, areasOf, type Layout } from './layout.js';
import { CostObject, fromMachine, Place, type Value } from './memory.js';
import { type Model, setTree, treeModels } from './tree-calls.js';
import { ALLOCATION, allocates, CALL, workOf } from './work.js';

/** What one fork did. */
export interface ForkCounts {
  vmas: number;
  /** Nodes taken from the slab for the child's tree, unused ones of bulk mode included. */
  nodes: number;
  /** 8-byte words written by tree operations (docs/cost.md). */
  words: number;
  /** Slots among those words. */
  slots: number;
  /** Units of all other calls (`work.ts`). */
  work: number;
  /** The child's tree began as a duplicate of the parent's. */
  duplicated: boolean;
  /** Calls, by name, of which no model and no text is there: taken to do nothing and to succeed. */
  unknown: string[];
}

export interface CountInput {
  program: Program;
  entry: string;
  vmas: number;
  layout: Layout;
  /** Trees of mms are in RCU mode before fork. */
  rcuTrees: boolean;
}

const ANON = ['VM_READ', 'VM_WRITE', 'VM_MAYREAD', 'VM_MAYWRITE', 'VM_ACCOUNT'];
const FLAGS = ANON.reduce((bits, f) => bits + VM_FLAGS[f], 0);

/** A VMA of the parent: its range, and for the rest what all have. */
class AreaObject extends CostObject {
  constructor(
    template: CostObject,
    private readonly area: Area,
  ) {
    super(template);
  }

  override get(path: string): Value {
    if (path === 'vm_start') return this.area.first;
    return path === 'vm_end' ? this.area.last + 1 : super.get(path);
  }
}

const parents = new Map<string, Int32Array>();
/** Parent's trees that are kept: both versions of a patch run over the same ones. */
const MOST_PARENTS = 8;

/** The tree of a parent with these VMAs, filled in the order in which they lie; entry `4 * (k + 1)` is VMA `k`. */
function parentTree({ vmas, layout }: CountInput, areas: readonly Area[], flags: number) {
  const key = `${layout} ${vmas} ${flags}`;
  let words = parents.get(key);
  if (!words) {
    const cache = new NodeCache();
    const mt = new MapleTree(flags, cache);
    areas.forEach((a, k) => {
      mas_store_gfp(MA_STATE(mt, a.first, a.last), 4 * (k + 1), 'GFP_KERNEL');
      cache.rcu_barrier();
    });
    words = packTree(mt);
    if (parents.size >= MOST_PARENTS) parents.clear();
    parents.set(key, words);
  }
  return words;
}

/** The memory of a run: objects and the entries that stand for them in the trees. */
class Memory {
  readonly cache = new NodeCache();
  readonly parent = new CostObject();
  readonly child = new CostObject();
  work = 0;
  duplicated = false;
  readonly unknown = new Set<string>();
  private readonly byEntry: (CostObject | null)[] = [null];
  private readonly entries = new Map<CostObject, Entry>();
  private readonly template = new CostObject();

  constructor(
    private readonly areas: readonly Area[],
    parentTree: Int32Array,
    flags: number,
  ) {
    for (const _ of areas) this.byEntry.push(null);
    setTree(this.parent.at('mm_mt'), unpackTree(parentTree, this.cache));
    setTree(this.child.at('mm_mt'), new MapleTree(flags, this.cache));
    this.parent.put('map_count', areas.length);
    this.template.put('vm_mm', this.parent.whole);
    this.template.put('vm_flags', FLAGS);
  }

  /** The object of an entry; VMAs of the parent are made when they are first met. */
  readonly toValue = (entry: Entry): Value => {
    if (entry === 0 || entry % 4 !== 0) return entry;
    const k = entry / 4;
    let o = this.byEntry[k];
    if (!o) {
      o = new AreaObject(this.template, this.areas[k - 1]);
      this.byEntry[k] = o;
      this.entries.set(o, entry);
    }
    return o.whole;
  };

  readonly toEntry = (x: Value): Entry => {
    if (!(x instanceof Place)) return typeof x === 'number' ? x : 0;
    let entry = this.entries.get(x.object);
    if (entry === undefined) {
      entry = 4 * this.byEntry.length;
      this.byEntry.push(x.object);
      this.entries.set(x.object, entry);
    }
    return entry;
  };
}

/** Functions whose results steer fork, where they do not simply succeed. */
function models(): Record<string, Model> {
  const place = (x: Value, what: string): Place => {
    if (x instanceof Place) return x;
    throw new ForkloreError('input', `${what}() gets no valid pointer`);
  };
  const pages = (x: Value): number => {
    const vma = place(x, 'vma_pages');
    return (Number(vma.get('vm_end') ?? 0) - Number(vma.get('vm_start') ?? 0)) / 4096;
  };
  return {
    vm_area_dup: (orig) => new CostObject(place(orig, 'vm_area_dup').object).whole,
    vma_pages: pages,
    vma_policy: (vma) => place(vma, 'vma_policy').get('vm_policy') ?? 0,
    vma_is_anonymous: (vma) => (place(vma, 'vma_is_anonymous').get('vm_ops') ? 0 : 1),
    get_file: (file) => file,
    vm_stat_account: (mm, _flags, n) => {
      const p = place(mm, 'vm_stat_account');
      p.put('total_vm', Number(p.get('total_vm') ?? 0) + Number(n ?? 0));
      return 0;
    },
  };
}

/** What a call comes to: the tree's function, a model, the program's own text, or an assumption; its work is counted. */
function linkage(m: Memory) {
  const trees = treeModels(m.cache, m);
  const known = models();
  const resolve = (name: string, result: CType, body: (() => Compiled) | null): Compiled => {
    if (name === '__mt_dup' || name === 'mtree_dup') m.duplicated = true;
    if (Object.hasOwn(trees, name)) return trees[name] as Compiled;
    const model = Object.hasOwn(known, name) ? known[name] : null;
    if (!model && body) return body();
    if (!model && !isModelled(name)) m.unknown.add(name);
    const makes = allocates(name) || (!model && result.kind === 'ptr' && !isModelled(name));
    const units = makes ? ALLOCATION : workOf(name);
    const act: Model = model ?? (makes ? () => new CostObject().whole : () => 0);
    return (a, b, c, d) => {
      m.work += units;
      return act(a, b, c, d);
    };
  };
  return { resolve, constant: (name: string): Value => fromMachine(constant(name)) };
}

/**
 * Runs `entry` of a program once, for a parent with `vmas` VMAs, and counts. Nothing fails and nobody else runs.
 * @throws input error when the program does not get through, which says why.
 */
export function countFork(i: CountInput): ForkCounts {
  const areas = areasOf(i.vmas, i.layout);
  const flags = mmTreeFlags(i.rcuTrees);
  const m = new Memory(areas, parentTree(i, areas, flags), flags);
  m.cache.reset();
  const compiler = new Compiler(i.program, linkage(m));
  let value: Value;
  try {
    value = compiler.entry(i.entry)(m.child.whole, m.parent.whole);
  } catch (e) {
    if (!(e instanceof MapleFault)) throw e;
    throw new ForkloreError('input', `${i.entry}() can not be counted: ${e.message}`);
  }
  if (value !== 0)
    throw new ForkloreError(
      'input',
      `${i.entry}() fails although nothing goes wrong: ${String(value)}`,
    );
  const { nodesAllocated, words, slots } = m.cache.counters;
  return {
    vmas: i.vmas,
    nodes: nodesAllocated,
    words,
    slots,
    work: m.work + CALL,
    duplicated: m.duplicated,
    unknown: [...m.unknown],
  };
}
