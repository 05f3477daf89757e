import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { caseTexts } from './case-files.js';
import type { Case, Mode } from './cases.js';
import type { Explored } from './explore-case.js';
import type { Answer, Question, Used } from './resident.js';

/** One answer of a process that ran already. */
export interface Asked extends Explored, Used {
  /** Seconds on the clock, from handing the question over to having the answer. */
  wall: number;
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** A process that runs, as the app does, and is asked one question after the other. */
export class Resident {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts one; resolves when it takes questions. `folder`: where its two programs are. */
  static async start(root: string, folder = HERE): Promise<Resident> {
    const child = fork(join(folder, 'resident.js'), [join(folder, 'resident-thread.js')], {
      cwd: root,
      serialization: 'advanced',
    });
    await heard(child);
    return new Resident(child);
  }

  /** Asks one question about a tree. The texts are read before the clock starts. Rejects when it is not answered. */
  async ask(tree: string, c: Case, mode: Mode): Promise<Asked> {
    const question: Question = { c, mode, texts: caseTexts(tree, c) };
    const started = performance.now();
    this.child.send(question);
    const a = (await heard(this.child)) as Answer;
    const wall = (performance.now() - started) / 1000;
    if ('error' in a) throw new Error(`bench: the resident explorer failed: ${a.error}`);
    return { ...a.explored, wall, cpu: a.cpu, megabytes: a.megabytes };
  }

  /** Ends the process. */
  async end(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }
}

/** The next message; rejects when the process ends instead. */
function heard(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => {
      child.off('message', told);
      reject(new Error('bench: the resident process has ended'));
    };
    const told = (message: unknown) => {
      child.off('exit', ended);
      resolve(message);
    };
    child.once('message', told).once('exit', ended);
  });
}
