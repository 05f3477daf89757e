import type { Prng } from '../../src/base/prng.js';

/** What a target made of an input: refused by the first stage, or taken further. */
export type Depth = 'refused' | 'deep';

/** One thing that reads what strangers send. */
export interface Target<T = unknown> {
  name: string;
  /** Inputs of a full run (`npm run fuzz` without `--runs`). */
  runs: number;
  /** Makes an input out of the generator alone, so that seed and number name it. */
  make(r: Prng): T;
  /** Reads the input. Throws where a property does not hold. */
  run(input: T): Depth | Promise<Depth>;
  /** The input as it can be kept in a file. */
  bytes(input: T): Uint8Array | string;
}

/** A broken property, as opposed to a crash of the code under test. */
export class Broken extends Error {}

/** Throws `Broken` unless `condition` holds. */
export function hold(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}
