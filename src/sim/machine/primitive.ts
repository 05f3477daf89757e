import type { Op } from '../explore/op.js';
import type { Features } from '../kernel/features.js';
import type { Shared } from '../kernel/shared.js';
import type { CType } from '../program.js';
import type { Scenario } from '../scenario.js';
import type { Value } from './value.js';
import type { World } from './world.js';

/** One way to go on at a visible point of a thread. */
export interface Alternative {
  op: Op;
  text: string | ((before: Uint8Array) => string);
  hidden?: boolean;
  /** Who takes the step, where it is not the thread that runs: a walker that gets in between. */
  thread?: string;
  /** Function that the step belongs to, where it is not the one that runs. */
  function?: string;
}

/** What a primitive sees: the thread's private memory, the shared layout, and how to give up. */
export interface Env {
  world: World;
  shared: Shared;
  scenario: Scenario;
  features: Features;
  /** Stops this run: the model cannot go on, and says what is missing. */
  stuck(reason: string): never;
  /** Stops this run: the program breaks a property all by itself. */
  breach(property: string, text: string): never;
  /** Records something taken for granted, for the report. */
  assume(text: string): void;
}

/**
 * A visible point: the alternatives among which scheduling, failure and the shared state choose. The generator
 * receives the index of the one that was taken.
 */
export type Visible = Generator<Alternative[], Value, number>;

/**
 * The model of one kernel function. It either returns at once, touching private memory only, or yields at each access
 * to shared state. A generator is run again from its start for each continuation, so its effects on private memory
 * must depend only on that memory, its arguments and the choices.
 */
export type Primitive = (env: Env, args: Value[], type: CType) => Value | Visible;

export const isVisible = (x: Value | Visible): x is Visible =>
  typeof x === 'object' && 'next' in x && typeof (x as Visible).next === 'function';
