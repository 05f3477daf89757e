import type { SourceRef } from '../program.js';
import type { Alternative } from './primitive.js';
import type { Value } from './value.js';
import type { World } from './world.js';

/** A call of a modelled function, told to whoever watches; it may be told more than once. */
export interface CallSite {
  name: string;
  args: readonly Value[];
  /** undefined while the primitive is still at work. */
  result: Value | undefined;
  world: World;
  ref: SourceRef;
  func: string;
}

/** Where a call stands. */
export interface CallPlace {
  ref: SourceRef;
  func: string;
  /** Source name of argument `k` where that is a plain variable. */
  variable(k: number): string | null;
}

/** Takes down what is called. */
export interface Watcher<N> {
  /** Each call of `name` is told to `note`; else only where it is called, to `called`. */
  notes(name: string): boolean;
  note(site: CallSite): N;
  /** What `note` gave, for this run and for those in which the same is known to happen. */
  take?(note: N, at: CallPlace): void;
  /** A place from which `name` is called, at least once. */
  called?(name: string, at: CallPlace): void;
}

/** What else may happen while a Program runs, besides what its own calls do. */
export interface MachineHooks {
  /** What others may do just before a call: alternatives besides going on; none where nobody can get in. */
  interrupt?(world: World, callee: string): Interrupt[];
  /** Told when a function of the program returns; may write to the world. */
  returned?(world: World, func: string, value: Value): void;
  /** The breach that the use of `x` as a pointer to an object is; null: an ordinary bad pointer. */
  noObject?(x: Value, what: string): { property: string; text: string } | null;
}

/** One thing that another may do at a point of the run. */
export interface Interrupt extends Alternative {
  /** What it changes in the private memory. */
  apply?(world: World): void;
}
