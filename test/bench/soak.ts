import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Prng } from '../../src/base/prng.js';
import { parseDiff } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { type PullRequest, reviewPullRequest } from '../../src/pull-request.js';
import { folderReader } from '../../src/source/index.js';
import { projectRoot } from './root.js';

/*
 * Many reviews in one process, through the function that the app's threads call: patches that break a rule, that are
 * fine, that nobody can judge, that are none of our business, each a little different from all before. Memory and time
 * should not grow. `npm run bench:soak -- [--reviews 2000] [--all]`.
 */

const STEP = 200;
const ROOT = projectRoot();
const MINI = join(ROOT, 'fixtures/mini-6.12');
const TEXT = readFileSync(join(MINI, 'kernel/fork.c'), 'utf8').split('\n');

const bodyOf = (mail: string): string => {
  const text = readFileSync(join(ROOT, 'fixtures/mails', mail), 'utf8');
  return text.slice(text.search(/^diff --git /m));
};
const [COPY, HELPER] = ['lock-copy.mbox', 'lock-helper.mbox'].map(bodyOf);

/** A line put in front of one that every fork runs. */
function inserted(line: string): string {
  const at = TEXT.findIndex((l) => l.includes('vma_start_write(vma)'));
  const context = TEXT.slice(at - 3, at + 3).map((l) => ` ${l}`);
  context.splice(3, 0, `+${line}`);
  return `diff --git a/kernel/fork.c b/kernel/fork.c\n--- a/kernel/fork.c\n+++ b/kernel/fork.c\n@@ -${at - 2},6 +${at - 2},7 @@\n${context.join('\n')}\n`;
}

/** The diff of review number `k`; no two are the same. */
function diffOf(k: number, r: Prng): string {
  switch (k % 5) {
    case 0:
      return COPY.replace('vma_start_write(copy);', `vma_start_write(copy); /* ${k} */`);
    case 1:
      return HELPER;
    case 2:
      return inserted(`\t\tsoak_${k}_${r.below(1e6)}(vma);`);
    case 3:
      return inserted(`\t\tcharged = ${k} + ${r.below(1e6)};`);
    default:
      return `--- a/drivers/x${k}.c\n+++ b/drivers/x${k}.c\n@@ -1 +1 @@\n-\ta(${k});\n+\tb();\n`;
  }
}

interface Sample {
  seconds: number;
  heap: number;
  external: number;
  rss: number;
}

function sample(started: number): Sample {
  const collect = (globalThis as { gc?: () => void }).gc;
  const seconds = (performance.now() - started) / 1000;
  collect?.();
  collect?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { seconds, heap: heapUsed / 2 ** 20, external: external / 2 ** 20, rss: rss / 2 ** 20 };
}

/** Least squares: growth from one sample to the next. */
function slope(values: readonly number[]): number {
  const mid = (values.length - 1) / 2;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const up = values.reduce((sum, v, i) => sum + (i - mid) * (v - mean), 0);
  const down = values.reduce((sum, _, i) => sum + (i - mid) ** 2, 0);
  return down === 0 ? 0 : up / down;
}

async function main(): Promise<number> {
  const { values: o } = parseArgs({
    options: {
      reviews: { type: 'string', default: '2000' },
      all: { type: 'boolean', default: false },
    },
  });
  const all = await loadRules();
  const few = all.filter((rule) => ['fork-lock-target', 'fork-unwind'].includes(rule.id));
  const reader = folderReader(MINI);
  const r = new Prng(20261125);
  const statuses = new Map<string, number>();
  const samples: Sample[] = [];
  process.stdout.write('reviews      s   heap MB  external MB   rss MB\n');
  let started = performance.now();
  for (let k = 0; k < Number(o.reviews); k++) {
    const { files } = parseDiff(diffOf(k, r));
    const input: PullRequest = { title: `t${k}`, files, commits: [], reader, config: null };
    const whole = o.all || k % 50 < 5;
    const options = whole ? {} : { rules: few, suggest: false, explore: { mutants: false } };
    const { whole: review } = await reviewPullRequest(input, { rules: all, ...options });
    const told = review.findings.map((f) => f.verdict);
    const word = told.includes('violated') ? 'violated' : (told[0] ?? review.status);
    statuses.set(word, (statuses.get(word) ?? 0) + 1);
    if ((k + 1) % STEP !== 0) continue;
    const s = sample(started);
    samples.push(s);
    process.stdout.write(
      `${String(k + 1).padStart(7)}${s.seconds.toFixed(1).padStart(7)}${s.heap.toFixed(1).padStart(10)}${s.external.toFixed(1).padStart(13)}${s.rss.toFixed(0).padStart(9)}\n`,
    );
    started = performance.now();
  }
  // the first steps fill caches that are bounded
  const late = samples.slice(2);
  const grows = (pick: (s: Sample) => number) => (slope(late.map(pick)) * 1024) / STEP;
  const seconds = late.map((s) => s.seconds);
  const mean = seconds.reduce((a, b) => a + b, 0) / seconds.length;
  const perStep = (100 * slope(seconds)) / mean;
  process.stdout.write(
    `${[...statuses].map(([s, n]) => `${n} ${s}`).join(', ')}\nper review from ${2 * STEP} on: heap ${grows((s) => s.heap).toFixed(2)} KB, external ${grows((s) => s.external).toFixed(2)} KB, rss ${grows((s) => s.rss).toFixed(2)} KB; time ${perStep.toFixed(1)} % per ${STEP} reviews\n`,
  );
  return grows((s) => s.heap + s.external) < 2 ? 0 : 1;
}

process.exitCode = await main();
