/** A growing list of 32-bit integers, four bytes each. */
export class IntList {
  private data = new Int32Array(1024);
  length = 0;

  push(x: number): void {
    if (this.length === this.data.length) {
      const bigger = new Int32Array(this.data.length * 2);
      bigger.set(this.data);
      this.data = bigger;
    }
    this.data[this.length++] = x;
  }

  at(k: number): number {
    return this.data[k];
  }

  /** Takes the last one off. */
  pop(): number {
    return this.data[--this.length];
  }

  get bytes(): number {
    return this.data.byteLength;
  }
}
