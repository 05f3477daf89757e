import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Rule } from '../../judge/rule.js';
import type { PatchReview } from '../../judge/types.js';
import type { EvalAnswer, EvalTask } from './eval-worker.js';
import { type Label, readLabels } from './labels.js';
import { OUTCOMES, type Outcome, type Pair, pairsOf } from './score.js';

type Counts = Record<Outcome, number>;

/** What the rules make of a folder of labelled mails; `seconds` are wall time. */
export interface Evaluation extends Counts {
  schema: 'forklore.eval/1';
  /** Pairs of a file and a class that count, by rule; `median`: of the files in which the rule spoke. */
  perRule: Record<string, Counts & { files: number; median: number }>;
  perFile: Record<
    string,
    Counts & { expect: string; status: string; seconds: number; pairs: Pair[]; error?: string }
  >;
  files: number;
  seconds: number;
}

export interface EvalOptions {
  rules: readonly Rule[];
  /** Folder of rules besides those that ship with forklore. */
  own: string | undefined;
  tree: string | undefined;
  mutants: boolean;
  jobs: number;
  each: (file: string) => void;
}

/** Reviews each labelled mail of a folder with every rule and compares with what its label says. */
export async function evaluateFolder(folder: string, o: EvalOptions): Promise<Evaluation> {
  const started = performance.now();
  const labels = await readLabels(folder);
  const answers = await reviewAll(folder, labels, o);
  const out: Evaluation = {
    schema: 'forklore.eval/1',
    ...zero(),
    perRule: {},
    perFile: {},
    files: labels.length,
    seconds: 0,
  };
  for (const [k, label] of labels.entries()) addFile(out, label, answers[k], o.rules);
  for (const { id } of o.rules) out.perRule[id] = ruleOf(id, out, labels, answers);
  out.seconds = (performance.now() - started) / 1000;
  return out;
}

const zero = (): Counts => ({ caught: 0, missed: 0, noise: 0, inconclusive: 0 });

function tally(pairs: readonly Pair[]): Counts {
  const out = zero();
  for (const p of pairs) out[p.outcome]++;
  return out;
}

function addFile(out: Evaluation, label: Label, answer: EvalAnswer, rules: readonly Rule[]): void {
  const reviews = 'reviews' in answer ? answer.reviews : [];
  const pairs = 'error' in answer ? lostPairs(label, answer.error) : pairsOf(label, reviews, rules);
  const counts = tally(pairs);
  for (const k of OUTCOMES) out[k] += counts[k];
  out.perFile[label.file] = {
    expect: label.expect,
    status: statusOf(reviews),
    ...counts,
    seconds: 'seconds' in answer ? answer.seconds : 0,
    pairs,
    ...('error' in answer ? { error: answer.error } : {}),
  };
}

const statusOf = (reviews: readonly PatchReview[]): string =>
  [...new Set(reviews.map((r) => r.status))].join(', ') || 'no patch';

/** A file that could not be read answers nothing that it was asked. */
const lostPairs = (label: Label, error: string): Pair[] =>
  (label.classes.length ? label.classes : [0]).map((n) => ({
    class: n,
    outcome: 'inconclusive',
    rules: [],
    why: error,
  }));

function ruleOf(
  id: string,
  out: Evaluation,
  labels: readonly Label[],
  answers: readonly EvalAnswer[],
): Evaluation['perRule'][string] {
  const pairs = Object.values(out.perFile).flatMap((f) => f.pairs);
  const times = labels.flatMap((label, k) => {
    const a = answers[k];
    const spoke = 'reviews' in a && a.reviews.some((r) => r.findings.some((f) => f.rule === id));
    return spoke ? [out.perFile[label.file].seconds] : [];
  });
  const counts = tally(pairs.filter((p) => p.rules.includes(id)));
  return { ...counts, files: times.length, median: median(times) };
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

/** The answers, in the order of the labels; each worker takes the next file when it is done with one. */
async function reviewAll(folder: string, labels: Label[], o: EvalOptions): Promise<EvalAnswer[]> {
  const answers: EvalAnswer[] = [];
  let next = 0;
  const work = async () => {
    const worker = new Worker(new URL('./eval-worker.js', import.meta.url));
    try {
      for (let k = next++; k < labels.length; k = next++) {
        const { own: rules, tree, mutants } = o;
        const task: EvalTask = { file: join(folder, labels[k].file), rules, tree, mutants };
        answers[k] = await ask(worker, task);
        o.each(labels[k].file);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(o.jobs, labels.length) }, work));
  return answers;
}

function ask(worker: Worker, task: EvalTask): Promise<EvalAnswer> {
  return new Promise((resolve, reject) => {
    worker.once('message', (a: EvalAnswer) => {
      worker.off('error', reject);
      resolve(a);
    });
    worker.once('error', reject);
    worker.postMessage(task);
  });
}
