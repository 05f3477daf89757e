import type { Features } from '../../kernel/features.js';
import type { World } from '../../machine/world.js';

/** What a walker found that it must not find. */
export interface Sight {
  property: string;
  text: string;
}

/**
 * Somebody other than the forking thread who can get at the child before fork returns. A visit takes the child's mmap
 * lock, so it is one step: it sees the child's private state as it is at that point.
 */
export interface Visitor {
  /** Name of the thread, for the reader. */
  thread: string;
  /** Function that walks. */
  function: string;
  /** The route is open: this walker can find the child, and get the references and locks that it needs. */
  open(w: World): boolean;
  /** What it meets; null when nothing is wrong with it. */
  look(w: World, features: Features): Sight | null;
}
