import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case, Mode, Verdict } from './cases.js';
import { parsePan } from './pan-output.js';
import { type Measured, measure } from './process.js';
import { sharedSteps } from './promela.js';
import { trailLength } from './trail.js';

/** One run of SPIN on fork.pml. */
export interface SpinRun {
  verdict: Verdict;
  /** Seconds: spin, gcc and pan together, and pan alone. */
  total: number;
  pan: number;
  /** Processor seconds of all three. */
  cpu: number;
  states: number;
  megabytes: number;
  /** Steps of the trail that touch shared variables, and all of them; 0 without a trail. */
  shared: number;
  steps: number;
}

/** Flags of fork.pml for a case, at level S. */
export function modelFlags(c: Case): string[] {
  const sizes = [`-DK=${c.vmas}`, `-DNB=${c.threads}`, `-DF=${c.accesses}`, `-DMUT=${c.mutant}`];
  return [...sizes, '-DAPTL=1', '-DANONTRY=1', '-DTLB=1'];
}

/** A shortest counterexample needs breadth-first search without reduction. */
export const compilerFlags = (mode: Mode): string[] =>
  mode === 'shortest' ? ['-DBFS', '-DNOREDUCE'] : [];

/**
 * Generates, compiles and runs the verifier of one case in a folder of its own. Throws where a tool fails or the
 * search was cut short.
 */
export function runSpin(model: string, c: Case, mode: Mode): SpinRun {
  const folder = mkdtempSync(join(tmpdir(), 'forklore-spin-'));
  try {
    copyFileSync(model, join(folder, 'fork.pml'));
    const flags = modelFlags(c);
    const made = must(measure('spin', ['-a', ...flags, 'fork.pml'], folder), 'spin');
    const gcc = ['-O2', '-w', '-DSAFETY', ...compilerFlags(mode), '-o', 'pan', 'pan.c'];
    const built = must(measure('gcc', gcc, folder), 'gcc');
    const ran = measure('./pan', [], folder);
    const result = parsePan(ran.out + ran.err);
    const length = { shared: 0, steps: 0 };
    if (result.verdict === 'violated') {
      const trail = measure('spin', ['-t', '-p', ...flags, 'fork.pml'], folder);
      Object.assign(length, trailLength(trail.out, sharedSteps(readFileSync(model, 'utf8'), 'B')));
    }
    return {
      verdict: result.verdict,
      total: made.wall + built.wall + ran.wall,
      pan: ran.wall,
      cpu: made.cpu + built.cpu + ran.cpu,
      states: result.states,
      megabytes: Number.isNaN(ran.megabytes) ? result.megabytes : ran.megabytes,
      ...length,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function must(m: Measured, what: string): Measured {
  if (m.code !== 0)
    throw new Error(`bench: ${what} failed: ${(m.err || m.out).slice(-300).trim()}`);
  return m;
}
