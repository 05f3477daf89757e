/** Remembers which deliveries were taken. */
export interface Seen {
  /** False when the value is known already. */
  add(value: string): Promise<boolean>;
  delete(value: string): Promise<void>;
}

/** A set that remembers the last `max` values added, in this process. */
export class RecentSet implements Seen {
  readonly #values = new Set<string>();

  constructor(readonly max: number) {}

  async add(value: string): Promise<boolean> {
    if (this.#values.has(value)) return false;
    this.#values.add(value);
    if (this.#values.size > this.max) {
      const [oldest] = this.#values;
      this.#values.delete(oldest);
    }
    return true;
  }

  async delete(value: string): Promise<void> {
    this.#values.delete(value);
  }
}
