import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case, Mode } from './cases.js';
import type { Explored } from './explore-case.js';
import { measure } from './process.js';

/** One run of forklore's explorer as a whole process. */
export interface OurRun extends Explored {
  /** Seconds on the clock, from the start of node to its end. */
  wall: number;
  /** Processor seconds, user and system, all threads of the process. */
  cpu: number;
  /** Peak resident memory. */
  megabytes: number;
}

const CHILD = join(dirname(fileURLToPath(import.meta.url)), 'child.js');

interface RunOptions {
  /** Further options of node. */
  node?: readonly string[];
  /** Folder where lowered programs are kept; without it everything is done anew. */
  kept?: string;
}

/** Runs one case in a process of its own. Throws when the child fails. */
export function runOurs(
  root: string,
  tree: string,
  c: Case,
  mode: Mode,
  { node = [], kept }: RunOptions = {},
): OurRun {
  const args = [...node, CHILD, tree, JSON.stringify(c), mode, ...(kept ? [kept] : [])];
  const run = measure(process.execPath, args, root);
  if (run.code !== 0)
    throw new Error(`bench: the explorer failed: ${(run.err || run.out).slice(-600).trim()}`);
  return { ...JSON.parse(run.out), wall: run.wall };
}
