import { type Asked, Resident } from './asked.js';
import type { Case, Mode } from './cases.js';
import { bothOrders } from './orders.js';
import { medians } from './stats.js';

/** A question of the table and the tree that it is about. */
export interface Asking {
  tree: string;
  case: Case;
  mode: Mode;
}

/** What processes that ran already have answered. */
export interface Residents {
  /** To each question, medians over the runs. */
  answers: Map<Asking, Asked>;
  /** Other questions that a process had answered before one that counts, at least. */
  before: number;
  /** Most resident memory of any of the processes, after all questions. */
  megabytes: number;
}

/**
 * Asks all questions of processes that run already, in shuffled orders: each run has two processes, and each process is
 * asked each question once. What the first half is answered in does not count.
 */
export async function askResidents(
  root: string,
  questions: readonly Asking[],
  runs: number,
  seed: number,
): Promise<Residents> {
  const all = new Map<Asking, Asked[]>(questions.map((q) => [q, []]));
  let megabytes = 0;
  for (let n = 0; n < runs; n++)
    for (const turns of bothOrders(questions, seed + n)) {
      const process = await Resident.start(root);
      for (const { item, counts } of turns) {
        const a = await process.ask(item.tree, item.case, item.mode);
        megabytes = Math.max(megabytes, a.megabytes);
        if (counts) all.get(item)!.push(a);
      }
      await process.end();
    }
  const answers = new Map([...all].map(([q, answers]) => [q, medians(answers)]));
  return { answers, before: questions.length >> 1, megabytes };
}

/** Asks a process that has just been started, and whose review threads have not: the first question it is asked. */
export async function askFresh(root: string, q: Asking): Promise<Asked> {
  const process = await Resident.start(root);
  try {
    return await process.ask(q.tree, q.case, q.mode);
  } finally {
    await process.end();
  }
}
