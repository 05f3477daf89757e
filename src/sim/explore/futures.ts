import { type BitFootprint, bits, put, wordsFor } from './bits.js';
import type { FlatGraph } from './flat.js';

/** By class of nodes, two rows of bits for each of its nodes. */
export type Rows = readonly Uint32Array[];

/** Nodes from which the same of the conditions that can be off are still ahead. */
interface Class {
  /** Those conditions, as bits. */
  ahead: Uint32Array;
  /** Its nodes behind all that they lead to; for each, the place where its cycle ends, or 0. */
  nodes: number[];
  cycleEnd: number[];
  /** By which of `ahead` are off. */
  kept: Map<string, Uint32Array>;
}

/**
 * What can be done from each node on, over edges none of whose conditions is off: what is read or written, and what is
 * written or added to. Where conditions are off that are not ahead of a node, nothing changes there, so that most is
 * worked out once for many sets of them.
 */
export class Futures {
  /** Class of each node, and its place there. */
  private readonly classOf: Int32Array;
  private readonly place: Int32Array;
  /** Each behind all that it leads to. */
  private readonly classes: Class[] = [];
  private readonly whole = new Map<string, Rows>();
  private readonly bit: Map<number, number>;

  /** `canBeOff`: indices of conditions, ascending; others are never off. */
  constructor(
    private readonly g: FlatGraph,
    readonly canBeOff: readonly number[],
  ) {
    this.bit = new Map(canBeOff.map((c, k) => [c, k]));
    this.classOf = new Int32Array(g.order.length);
    this.place = new Int32Array(g.order.length);
    this.divide(this.ahead());
  }

  /** All of these conditions are among those that can be off. */
  covers(off: Iterable<number>): boolean {
    for (const c of off) if (!this.bit.has(c)) return false;
    return true;
  }

  /** The rows with some conditions off, which must be among those that can be. */
  with(off: Iterable<number>): Rows {
    const mask = bits(this.canBeOff.length);
    for (const c of off) put(mask, this.bit.get(c)!);
    const key = mask.join();
    let out = this.whole.get(key);
    if (!out) {
      out = this.work(mask);
      this.whole.set(key, out);
    }
    return out;
  }

  /** An operation with footprint `own` and what node `n` leads to may not be exchanged freely. */
  meets(own: BitFootprint, rows: Rows, n: number): boolean {
    const w = own.reads.length;
    const row = rows[this.classOf[n]];
    const at = this.place[n] * 2 * w;
    for (let b = 0; b < w; b++) {
      const rw = row[at + b];
      const wa = row[at + w + b];
      if (((own.writes[b] & (rw | wa)) | (own.reads[b] & wa) | (own.adds[b] & rw)) !== 0)
        return true;
    }
    return false;
  }

  /** For each node, the conditions that can be off and are ahead of it. */
  private ahead(): Uint32Array {
    const { g, canBeOff } = this;
    const w = wordsFor(canBeOff.length);
    const guarded = new Uint32Array(g.opCount * w);
    canBeOff.forEach((c, k) => {
      for (const op of g.having[c]) guarded[op * w + (k >>> 5)] |= 1 << (k & 31);
    });
    const out = new Uint32Array(g.order.length * w);
    walk(g.order, g.cycleEnd, (n) => {
      let more = 0;
      for (let k = g.first[n]; k < g.first[n + 1]; k++)
        for (let b = 0; b < w; b++) {
          const old = out[n * w + b];
          const all = old | guarded[g.ops[k] * w + b] | out[g.to[k] * w + b];
          more |= old ^ all;
          out[n * w + b] = all;
        }
      return more !== 0;
    });
    return out;
  }

  private divide(ahead: Uint32Array): void {
    const { order, cycleEnd } = this.g;
    const w = wordsFor(this.canBeOff.length);
    const ids = new Map<string, number>();
    const found: Class[] = [];
    for (let k = 0; k < order.length; k++) {
      const n = order[k];
      const own = ahead.subarray(n * w, n * w + w);
      const key = own.join();
      let id = ids.get(key);
      if (id === undefined) {
        id = found.length;
        ids.set(key, id);
        found.push({ ahead: own, nodes: [], cycleEnd: [], kept: new Map() });
      }
      const c = found[id];
      this.classOf[n] = id;
      this.place[n] = c.nodes.length;
      // a cycle is in one class as a whole
      c.cycleEnd.push(cycleEnd[k] === 0 ? 0 : c.nodes.length + cycleEnd[k] - k);
      c.nodes.push(n);
    }
    // what is ahead of a node is ahead of all that lead to it: classes with less come first
    const sorted = found.map((_, k) => k).sort((a, b) => count(found[a]) - count(found[b]));
    const rank = new Int32Array(found.length);
    sorted.forEach((id, k) => {
      rank[id] = k;
      this.classes.push(found[id]);
    });
    for (let n = 0; n < order.length; n++) this.classOf[n] = rank[this.classOf[n]];
  }

  private work(mask: Uint32Array): Rows {
    const { g } = this;
    const shut = new Uint8Array(g.opCount);
    this.canBeOff.forEach((c, k) => {
      if ((mask[k >>> 5] >>> (k & 31)) & 1) for (const op of g.having[c]) shut[op] = 1;
    });
    const out: Uint32Array[] = [];
    for (const c of this.classes) {
      const key = c.ahead.map((x, b) => x & mask[b]).join();
      let own = c.kept.get(key);
      if (!own) {
        own = new Uint32Array(c.nodes.length * 2 * g.words);
        c.kept.set(key, own);
        out.push(own);
        walk(c.nodes, c.cycleEnd, (n) => this.gather(shut, out, n));
      } else out.push(own);
    }
    return out;
  }

  /** Adds to a node what its open edges do and lead to; returns whether that was more than before. */
  private gather(shut: Uint8Array, out: readonly Uint32Array[], n: number): boolean {
    const { first, to, ops, prints, words } = this.g;
    const w = 2 * words;
    const row = out[this.classOf[n]];
    const at = this.place[n] * w;
    let more = 0;
    for (let k = first[n]; k < first[n + 1]; k++) {
      if (shut[ops[k]] === 1) continue;
      const own = ops[k] * w;
      const ahead = out[this.classOf[to[k]]];
      const next = this.place[to[k]] * w;
      for (let b = 0; b < w; b++) {
        const old = row[at + b];
        const all = old | prints[own + b] | ahead[next + b];
        more |= old ^ all;
        row[at + b] = all;
      }
    }
    return more !== 0;
  }
}

const count = (c: Class): number =>
  c.ahead.reduce((sum, word) => {
    let n = 0;
    for (let x = word; x !== 0; x &= x - 1) n++;
    return sum + n;
  }, 0);

/** Visits nodes in their order; those of a cycle again until none of them says that it has changed. */
function walk(
  order: ArrayLike<number>,
  cycleEnd: ArrayLike<number>,
  visit: (n: number) => boolean,
): void {
  for (let k = 0; k < order.length; k++) {
    visit(order[k]);
    const end = cycleEnd[k];
    if (end === 0) continue;
    for (let more = true, from = k; more; ) {
      more = false;
      for (k = from; k < end; k++) if (visit(order[k])) more = true;
    }
    k = end - 1;
  }
}
