/** A set of states of equal length, kept exactly (no hash compaction), with a number for each state. */
export class StateSet {
  private table: Int32Array;
  private mask: number;
  private arena: Int32Array;
  size = 0;

  /** `words`: length of a state in 32-bit words. */
  constructor(
    readonly words: number,
    capacity = 1024,
  ) {
    let slots = 16;
    while (slots < capacity * 2) slots *= 2;
    this.table = new Int32Array(slots);
    this.mask = slots - 1;
    this.arena = new Int32Array(capacity * words);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.table.byteLength + this.arena.byteLength;
  }

  private hash(s: Int32Array, at: number): number {
    let h = 0x811c9dc5;
    for (let k = 0; k < this.words; k++) {
      h = Math.imul(h ^ s[at + k], 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0x85ebca6b);
    return (h ^ (h >>> 16)) >>> 0;
  }

  /** Adds a state; returns its number, or -1 minus its number when it was there already. */
  add(s: Int32Array): number {
    const w = this.words;
    let slot = this.hash(s, 0) & this.mask;
    for (;;) {
      const at = this.table[slot];
      if (at === 0) break;
      const base = (at - 1) * w;
      let k = 0;
      while (k < w && this.arena[base + k] === s[k]) k++;
      if (k === w) return -at;
      slot = (slot + 1) & this.mask;
    }
    const n = this.size++;
    if ((n + 1) * w > this.arena.length) {
      const bigger = new Int32Array(Math.ceil(this.arena.length * 1.7) + w);
      bigger.set(this.arena);
      this.arena = bigger;
    }
    this.arena.set(s, n * w);
    this.table[slot] = n + 1;
    if (this.size * 3 > this.table.length * 2) this.grow();
    return n;
  }

  /** Copies state `n` into `out`. */
  read(n: number, out: Int32Array): void {
    const base = n * this.words;
    for (let k = 0; k < this.words; k++) out[k] = this.arena[base + k];
  }

  private grow(): void {
    const slots = this.table.length * 2;
    this.table = new Int32Array(slots);
    this.mask = slots - 1;
    for (let n = 0; n < this.size; n++) {
      let slot = this.hash(this.arena, n * this.words) & this.mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & this.mask;
      this.table[slot] = n + 1;
    }
  }
}
