/** Remembers which deliveries were taken. */
export interface Seen {
  has(value: string): Promise<boolean>;
  add(value: string): Promise<void>;
  delete(value: string): Promise<void>;
}

/** A set that remembers the last `max` values added, in this process. */
export class RecentSet implements Seen {
  readonly #values = new Set<string>();

  constructor(readonly max: number) {}

  async has(value: string): Promise<boolean> {
    return this.#values.has(value);
  }

  async add(value: string): Promise<void> {
    this.#values.add(value);
    if (this.#values.size <= this.max) return;
    const [oldest] = this.#values;
    this.#values.delete(oldest);
  }

  async delete(value: string): Promise<void> {
    this.#values.delete(value);
  }
}
