/** A set that remembers the last `max` values added. */
export class RecentSet {
  readonly #values = new Set<string>();

  constructor(readonly max: number) {}

  /** False when the value is known already. */
  add(value: string): boolean {
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    if (this.#values.size > this.max) {
      const [oldest] = this.#values;
      this.#values.delete(oldest);
    }
    return true;
  }

  delete(value: string): void {
    this.#values.delete(value);
  }
}
