/**
 * A set of states of equal length, kept exactly (no hash compaction), with a number for each state. Bytes below 16 are
 * kept two in one, until a state comes that has a larger one.
 */
export class StateSet {
  /** Two entries a slot: a state's number plus 1, or 0, and its hash, so that other states are not looked at. */
  private table: Int32Array;
  private mask: number;
  private arena: Int32Array;
  size = 0;
  /** Words of a state that are paired with as many others; and the length of a state as it is kept. */
  private half: number;
  private kept: number;
  private packed: Int32Array;

  /** `words`: length of a state in 32-bit words; `small` of them, from the first, are expected to hold bytes below 16. */
  constructor(
    readonly words: number,
    capacity = 1024,
    small = 0,
  ) {
    this.half = small >>> 1;
    this.kept = words - this.half;
    this.packed = new Int32Array(this.kept);
    let slots = 16;
    while (slots < capacity * 2) slots *= 2;
    this.table = new Int32Array(2 * slots);
    this.mask = slots - 1;
    this.arena = new Int32Array(capacity * this.kept);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.table.byteLength + this.arena.byteLength;
  }

  private hash(s: Int32Array, at: number): number {
    let h = 0x811c9dc5;
    for (let k = 0; k < this.kept; k++) {
      h = Math.imul(h ^ s[at + k], 0x9e3779b1);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 13), 0x85ebca6b);
    return h ^ (h >>> 16);
  }

  /** Adds a state; returns its number, or -1 minus its number when it was there already. */
  add(state: Int32Array): number {
    if (!this.pack(state)) {
      this.widen();
      this.pack(state);
    }
    const s = this.packed;
    const w = this.kept;
    const { table, arena, mask } = this;
    const h = this.hash(s, 0);
    let slot = h & mask;
    for (;;) {
      const at = table[2 * slot];
      if (at === 0) break;
      if (table[2 * slot + 1] === h) {
        const base = (at - 1) * w;
        let k = 0;
        while (k < w && arena[base + k] === s[k]) k++;
        if (k === w) return -at;
      }
      slot = (slot + 1) & mask;
    }
    const n = this.size++;
    if ((n + 1) * w > this.arena.length) {
      const bigger = new Int32Array(Math.ceil(this.arena.length * 1.7) + w);
      bigger.set(this.arena);
      this.arena = bigger;
    }
    this.arena.set(s, n * w);
    table[2 * slot] = n + 1;
    table[2 * slot + 1] = h;
    if (this.size * 3 > table.length) this.grow();
    return n;
  }

  /** Copies state `n` into `out`. */
  read(n: number, out: Int32Array): void {
    const { half, kept, arena } = this;
    const base = n * kept;
    for (let k = 0; k < half; k++) {
      const x = arena[base + k];
      out[k] = x & 0x0f0f0f0f;
      out[half + k] = (x >>> 4) & 0x0f0f0f0f;
    }
    for (let k = half; k < kept; k++) out[half + k] = arena[base + k];
  }

  /** Puts a state into `packed`; false when a byte is too large for that. */
  private pack(state: Int32Array): boolean {
    const { half, words, packed } = this;
    let all = 0;
    for (let k = 0; k < half; k++) {
      const low = state[k];
      const high = state[half + k];
      all |= low | high;
      packed[k] = low | (high << 4);
    }
    for (let k = 2 * half; k < words; k++) packed[k - half] = state[k];
    return (all & 0xf0f0f0f0) === 0;
  }

  /** Keeps states unpacked from now on. */
  private widen(): void {
    const all = new Int32Array(this.size * this.words);
    const one = new Int32Array(this.words);
    for (let n = 0; n < this.size; n++) {
      this.read(n, one);
      all.set(one, n * this.words);
    }
    this.arena = all;
    this.half = 0;
    this.kept = this.words;
    this.packed = new Int32Array(this.kept);
    this.table.fill(0);
    for (let n = 0; n < this.size; n++)
      insert(this.table, this.mask, n + 1, this.hash(this.arena, n * this.kept));
  }

  private grow(): void {
    const { table } = this;
    this.table = new Int32Array(2 * table.length);
    this.mask = table.length - 1;
    for (let k = 0; k < table.length; k += 2)
      if (table[k] !== 0) insert(this.table, this.mask, table[k], table[k + 1]);
  }
}

/** Puts an entry that is not there yet into its first free slot. */
function insert(table: Int32Array, mask: number, entry: number, hash: number): void {
  let slot = hash & mask;
  while (table[2 * slot] !== 0) slot = (slot + 1) & mask;
  table[2 * slot] = entry;
  table[2 * slot + 1] = hash;
}
