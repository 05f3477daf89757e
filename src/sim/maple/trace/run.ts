/** Runs a trace (one operation per line) on the model and gives the result lines that the kernel's tree gives. */
import { ForkloreError } from '../../../base/errors.js';
import { mas_empty_area, mas_empty_area_rev } from '../area.js';
import { mas_destroy, mas_expected_entries } from '../bulk.js';
import { NodeCache } from '../cache.js';
import { __mt_destroy } from '../destroy.js';
import { __mt_dup } from '../dup.js';
import { mas_find, mas_find_rev } from '../find.js';
import { mas_next, mas_next_range, mas_prev, mas_prev_range } from '../iterate.js';
import { MaState, ma_overflow, ma_start, ma_underflow, mas_reset, STATUS_NAMES } from '../state.js';
import { mas_erase, mas_store, mas_store_gfp, mtree_insert_range } from '../store.js';
import {
  type Entry,
  MapleTree,
  mt_attr,
  mt_clear_in_rcu,
  mt_in_rcu,
  mt_init_flags,
  mt_set_in_rcu,
  mtree_empty,
} from '../tree.js';
import { ULONG_MAX, type Ulong } from '../u64.js';
import { validate } from '../validate.js';
import { mas_walk, mtree_load } from '../walk.js';
import { dumpLines, rawLines, type Sha256, summary } from './summary.js';
import { Values } from './values.js';

const IN_PLACE = new Set([
  'load',
  'find',
  'find_rev',
  'walk',
  'empty_area',
  'empty_area_rev',
  'sum',
  'dump',
  'rawdump',
  'validate',
  'quiet',
]);
const ITERATION = new Set(['find_next', 'next', 'prev', 'next_range', 'prev_range']);

/** Two trees, an iterator and a bulk state, as the trace operations use them. */
export class TraceRunner {
  readonly cache = new NodeCache();
  current: MapleTree = new MapleTree(0, this.cache);
  private other: MapleTree = new MapleTree(0, this.cache);
  private iterator = new MaState(this.current);
  private bulk: MaState | null = null;
  private bulkRcu = false;
  private quiet = false;
  private readonly values = new Values();

  constructor(private readonly sha256: Sha256) {}

  /**
   * Runs the trace line `text`, whose number is `line`. Returns its result lines, none for a blank line or a comment.
   * @throws input error that names the line when it is no operation.
   */
  step(text: string, line: number): string[] {
    const [op, ...args] = text.trim().split(/\s+/);
    if (!op || op.startsWith('#')) return [];
    let result: string[];
    try {
      result = this.run(op, args);
    } catch (error) {
      if (!(error instanceof ForkloreError) || error.kind !== 'input') throw error;
      throw new ForkloreError('input', `line ${line}: ${error.message}`, { cause: error });
    }
    this.cache.rcu_barrier();
    if (!IN_PLACE.has(op) && !ITERATION.has(op)) {
      this.iterator.tree = this.current;
      mas_reset(this.iterator);
    }
    if (result.length === 0) return [];
    return [
      `${line} ${[op, result[0]].filter(Boolean).join(' ')}`,
      ...result.slice(1).map((l) => `  ${l}`),
    ];
  }

  /** Destroys both trees; the last result line. */
  end(): string {
    if (this.bulk) mas_destroy(this.bulk);
    this.bulk = null;
    __mt_destroy(this.current);
    __mt_destroy(this.other);
    this.cache.rcu_barrier();
    return `end live_nodes=${this.cache.live}`;
  }

  private run(op: string, args: string[]): string[] {
    if (ITERATION.has(op) || ['find', 'find_rev', 'walk'].includes(op))
      return [this.iterate(op, args)];
    const write = this.write(op, args);
    if (write !== null) return write;
    const whole = this.wholeTree(op, args);
    if (whole !== null) return whole;
    const { current } = this;
    const show = this.values.show;
    switch (op) {
      case 'load':
        return [`value=${show(mtree_load(current, num(args, 0)))}`];
      case 'empty_area':
      case 'empty_area_rev': {
        const mas = new MaState(current);
        const search = op === 'empty_area' ? mas_empty_area : mas_empty_area_rev;
        const err = search(mas, num(args, 0), num(args, 1), num(args, 2));
        return [err ? `err=${err}` : `err=0 index=${mas.index} last=${mas.last}`];
      }
      case 'validate':
        return [this.validate()];
      case 'sum':
        return [summary(current, show, this.sha256)];
      case 'dump':
        return [summary(current, show, this.sha256), ...dumpLines(current, show)];
      case 'rawdump':
        return ['', ...rawLines(current, show)];
      case 'quiet':
        this.quiet = flag(args);
        return [args[0]];
    }
    throw new ForkloreError('input', `"${op}" is no trace operation`);
  }

  private write(op: string, args: string[]): string[] | null {
    const { current } = this;
    switch (op) {
      case 'store':
      case 'store_gfp_null': {
        const mas = new MaState(current, num(args, 0), num(args, 1));
        const entry = op === 'store' ? this.values.entry(word(args, 2)) : 0;
        const err = mas_store_gfp(mas, entry, 'GFP_KERNEL');
        return this.quiet && !err && op === 'store'
          ? []
          : [`err=${err} index=${mas.index} last=${mas.last}`];
      }
      case 'erase': {
        const mas = new MaState(current, num(args, 0));
        const entry = mas_erase(mas);
        return [`value=${this.values.show(entry)} index=${mas.index} last=${mas.last}`];
      }
      case 'insert': {
        const entry = this.values.entry(word(args, 2));
        return [
          `err=${mtree_insert_range(current, num(args, 0), num(args, 1), entry, 'GFP_KERNEL')}`,
        ];
      }
      case 'bulk_begin': {
        this.bulkRcu = mt_in_rcu(current);
        mt_clear_in_rcu(current);
        this.bulk = new MaState(current);
        const err = mas_expected_entries(this.bulk, Number(num(args, 0)));
        return [`err=${err} prealloc=${this.bulk.alloc.length}`];
      }
      case 'bulk_store': {
        const mas = this.bulkState();
        mas.index = num(args, 0);
        mas.last = num(args, 1);
        const prev = mas_store(mas, this.values.entry(word(args, 2)));
        return this.quiet ? [] : [`prev=${this.values.show(prev)} left=${mas.alloc.length}`];
      }
      case 'bulk_reset':
        mas_reset(this.bulkState());
        return [''];
      case 'bulk_end': {
        const mas = this.bulkState();
        const unused = mas.alloc.length;
        mas_destroy(mas);
        this.bulk = null;
        if (this.bulkRcu) mt_set_in_rcu(mas.tree);
        return [`unused=${unused}`];
      }
    }
    return null;
  }

  private wholeTree(op: string, args: string[]): string[] | null {
    switch (op) {
      case 'init': {
        const flags = Number(num(args, 0));
        for (const mt of [this.current, this.other]) {
          __mt_destroy(mt);
          mt_init_flags(mt, flags);
        }
        return [`flags=${flags}`];
      }
      case 'destroy':
        __mt_destroy(this.current);
        return [''];
      case 'rcu':
        if (flag(args)) mt_set_in_rcu(this.current);
        else mt_clear_in_rcu(this.current);
        return [args[0]];
      case 'swap':
        [this.current, this.other] = [this.other, this.current];
        return [''];
      case 'dup': {
        __mt_destroy(this.other);
        mt_init_flags(this.other, mt_attr(this.current));
        const had = this.cache.counters.nodesAllocated;
        const err = __mt_dup(this.current, this.other, 'GFP_KERNEL');
        [this.current, this.other] = [this.other, this.current];
        return [`err=${err} nodes=${this.cache.counters.nodesAllocated - had}`];
      }
      case 'dup_replace':
        return [this.dupReplace(BigInt(num(args, 0)))];
      case 'dup_fail':
        return [this.dupFail(Number(num(args, 0)))];
      case 'dup_into_nonempty': {
        const scratch = new MapleTree(mt_attr(this.current), this.cache);
        mtree_insert_range(scratch, 0, 0, this.values.of(1n), 'GFP_KERNEL');
        const err = __mt_dup(this.current, scratch, 'GFP_KERNEL');
        __mt_destroy(scratch);
        return [`err=${err}`];
      }
      case 'dup_flag_mismatch': {
        const scratch = new MapleTree(mt_attr(this.current) ^ 1, this.cache);
        return [`err=${__mt_dup(this.current, scratch, 'GFP_KERNEL')}`];
      }
    }
    return null;
  }

  private iterate(op: string, args: string[]): string {
    if (!ITERATION.has(op)) this.iterator = new MaState(this.current, num(args, 0));
    const mas = this.iterator;
    const stuck = (mas.status === ma_overflow || mas.status === ma_underflow) && mas.node === 0;
    if (stuck && op !== 'find_next' && ITERATION.has(op)) return 'undefined';
    const limit = (i: number, otherwise: Ulong): Ulong =>
      args.length > i ? num(args, i) : otherwise;
    let entry: Entry;
    switch (op) {
      case 'find':
        entry = mas_find(mas, limit(1, ULONG_MAX));
        break;
      case 'find_rev':
        entry = mas_find_rev(mas, limit(1, 0));
        break;
      case 'walk':
        entry = mas_walk(mas);
        break;
      case 'find_next':
        entry = mas_find(mas, limit(0, ULONG_MAX));
        break;
      case 'next':
        entry = mas_next(mas, limit(0, ULONG_MAX));
        break;
      case 'next_range':
        entry = mas_next_range(mas, limit(0, ULONG_MAX));
        break;
      case 'prev':
        entry = mas_prev(mas, limit(0, 0));
        break;
      default:
        entry = mas_prev_range(mas, limit(0, 0));
    }
    const status = STATUS_NAMES[mas.status];
    return `value=${this.values.show(entry)} index=${mas.index} last=${mas.last} status=${status}`;
  }

  /** What dup_mmap does after the duplication: every entry replaced in its slot, outside RCU mode. */
  private dupReplace(add: bigint): string {
    const rcu = mt_in_rcu(this.current);
    mt_clear_in_rcu(this.current);
    const had = this.cache.counters.nodesAllocated;
    const mas = new MaState(this.current);
    let count = 0;
    for (let entry = mas_find(mas, ULONG_MAX); entry !== 0; entry = mas_find(mas, ULONG_MAX)) {
      mas_store(mas, this.values.of(this.values.value(entry) + add));
      count++;
      if (mas.status === ma_start) break;
    }
    mas_destroy(mas);
    if (rcu) mt_set_in_rcu(this.current);
    return `count=${count} allocs=${this.cache.counters.nodesAllocated - had}`;
  }

  private dupFail(k: number): string {
    const { cache } = this;
    const scratch = new MapleTree(mt_attr(this.current), cache);
    const live = cache.live;
    const first = cache.asked;
    cache.fail = (ordinal) => ordinal - first === k;
    const err = __mt_dup(this.current, scratch, 'GFP_KERNEL');
    cache.fail = null;
    const empty = mtree_empty(scratch);
    __mt_destroy(scratch);
    cache.rcu_barrier();
    return `err=${err} new_empty=${empty ? 1 : 0} leaked=${cache.live - live}`;
  }

  private validate(): string {
    const found = validate(this.current);
    if (found.length === 0) return 'ok';
    return found.map((v) => `${v.invariant} at ${v.where}: ${v.detail}`).join('; ');
  }

  private bulkState(): MaState {
    if (!this.bulk) throw new ForkloreError('input', 'no bulk_begin before');
    return this.bulk;
  }
}

function word(args: string[], i: number): string {
  if (args[i] === undefined) throw new ForkloreError('input', `argument ${i + 1} is missing`);
  return args[i];
}

function num(args: string[], i: number): Ulong {
  const text = word(args, i);
  const v = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (v < 0n || v > ULONG_MAX)
    throw new ForkloreError('input', `"${text}" is no unsigned 64-bit number`);
  return v <= Number.MAX_SAFE_INTEGER ? Number(v) : v;
}

function flag(args: string[]): boolean {
  const text = word(args, 0);
  if (text !== '0' && text !== '1')
    throw new ForkloreError('input', `"${text}" is neither 0 nor 1`);
  return text === '1';
}
