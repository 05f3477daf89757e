/** sfc32: a small integer generator. Equal seeds give equal sequences on every machine; a test pins one. */
export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** `seed`: any 32-bit integer; there is no implicit one. */
  constructor(seed: number) {
    this.a = 0;
    this.b = seed >>> 0;
    this.c = 0x9e3779b9;
    for (let k = 0; k < 12; k++) this.next();
  }

  /** A 32-bit unsigned integer. */
  next(): number {
    const t = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    return t >>> 0;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * n);
  }
}
