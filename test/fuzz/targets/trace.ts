import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ForkloreError } from '../../../src/base/errors.js';
import type { Prng } from '../../../src/base/prng.js';
import { lowerProgram } from '../../../src/cfront/index.js';
import { checkScenario } from '../../../src/sim/explore/check.js';
import { makeTrace, readTrace, runTrace, writeTrace } from '../../../src/sim/explore/trace.js';
import { FEATURES_6_12 } from '../../../src/sim/kernel/features.js';
import { vmaSpec } from '../../../src/sim/kinds.js';
import { isModelled } from '../../../src/sim/known.js';
import type { Scenario } from '../../../src/sim/scenario.js';
import type { SourceFile } from '../../../src/source/types.js';
import { projectRoot } from '../../bench/root.js';
import { mutate, once } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { damage } from './damage.js';

const SCENARIO: Scenario = {
  id: 'small',
  vmas: [vmaSpec({ kind: 'anon' })!],
  threads: [],
  failures: 0,
  signal: false,
  faultFailures: false,
};

const MINI = 'fixtures/mini-6.12';

function file(path: string, change: (text: string) => string): SourceFile {
  const text = change(readFileSync(join(projectRoot(), MINI, path), 'utf8'));
  const lines = text.split('\n').map((line, i) => ({
    text: line,
    line: i + 1,
    patchLine: null,
    origin: 'file' as const,
    changed: false,
  }));
  return { path, base: 'exact', skeleton: null, lines };
}

/** A run of the miniature dup_mmap() without its flush, as a review would save it. */
async function sample(): Promise<string> {
  const same = (text: string) => text;
  const program = await lowerProgram({
    files: [file('kernel/fork.c', (text) => text.replace(/^\tflush_tlb_mm.*$/m, ''))],
    declarations: ['mm', 'maple_tree'].map((n) => file(`include/linux/${n}.h`, same)),
    entries: ['dup_mmap'],
    isModelled,
  });
  const input = { program, entry: 'dup_mmap', scenario: SCENARIO, features: FEATURES_6_12 };
  const limits = { states: 100_000, nodes: 10_000 };
  const found = checkScenario({
    ...input,
    limits,
    properties: ['shared-writable'],
    stopAtFirst: true,
  });
  hold(found.counterexample, 'the sample does not fail');
  const { property, schedule } = found.counterexample;
  return writeTrace(makeTrace({ ...input, rule: 'fuzz', property, schedule }));
}

const SAMPLE = await sample();
function make(r: Prng): string {
  if (once(r, 4))
    return mutate(r, SAMPLE, ['{', '}', '[', ']', ',', ':', '"', 'null', '1e9'], SAMPLE, 3);
  const data = JSON.parse(SAMPLE) as Record<string, unknown>;
  for (let n = 1 + r.below(3); n > 0; n--) damage(r, once(r, 3) ? data : data.program);
  return JSON.stringify(data);
}

function run(text: string): Depth {
  try {
    runTrace(readTrace('t.json', text));
    return 'deep';
  } catch (e) {
    if (!(e instanceof ForkloreError) || e.kind === 'bug') throw e;
    hold(!e.message.includes('\n'), 'an error of several lines');
    return /no JSON|not a forklore/.test(e.message) ? 'refused' : 'deep';
  }
}

export const trace: Target<string> = { name: 'trace', runs: 60_000, make, run, bytes: (x) => x };
