/** Fixed-size bit sets, for footprints. */
export type Bits = Uint32Array;

/** 32-bit words that a set of this size takes. */
export const wordsFor = (size: number): number => (size + 31) >>> 5;

export const bits = (size: number): Bits => new Uint32Array(wordsFor(size));

export function put(b: Bits, k: number): void {
  b[k >>> 5] |= 1 << (k & 31);
}

export function has(b: Bits, k: number): boolean {
  return (b[k >>> 5] & (1 << (k & 31))) !== 0;
}

/** Adds all of `b` to `a`. */
export function unite(a: Bits, b: Bits): void {
  for (let k = 0; k < a.length; k++) a[k] |= b[k];
}

export function meet(a: Bits, b: Bits): boolean {
  for (let k = 0; k < a.length; k++) if ((a[k] & b[k]) !== 0) return true;
  return false;
}

/** What a set of operations reads, writes and only adds to. */
export interface BitFootprint {
  reads: Bits;
  writes: Bits;
  adds: Bits;
}

export const noFootprint = (size: number): BitFootprint => ({
  reads: bits(size),
  writes: bits(size),
  adds: bits(size),
});

export function uniteFootprint(a: BitFootprint, b: BitFootprint): void {
  unite(a.reads, b.reads);
  unite(a.writes, b.writes);
  unite(a.adds, b.adds);
}

/** The two may not be exchanged freely: one writes (or adds to) what the other reads or writes. */
export function conflict(a: BitFootprint, b: BitFootprint): boolean {
  return (
    meet(a.writes, b.reads) ||
    meet(a.reads, b.writes) ||
    meet(a.writes, b.writes) ||
    meet(a.adds, b.reads) ||
    meet(a.reads, b.adds) ||
    meet(a.adds, b.writes) ||
    meet(a.writes, b.adds)
  );
}
