import type { PageProgram, PageRun } from '../report/html/data.js';
import type { ScenarioResult } from '../sim/explore/check.js';
import type { Film } from '../sim/explore/frames.js';
import type { Answer, ExploreRequest, Request } from './protocol.js';

interface Waiting {
  take(a: Answer): void;
  fail(e: Error): void;
}

export interface Explored {
  result: ScenarioResult;
  seconds: number;
}

/** The page's own code as an address from which a worker can be started. */
function ownScript(): string {
  const text = document.getElementById('player')?.textContent ?? '';
  return URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
}

/** A simulator in a worker. `cancel` ends what is under way; the next request starts a fresh one. */
export class Simulator {
  private worker: Worker | null = null;
  private next = 0;
  private readonly waiting = new Map<number, Waiting>();
  private static script: string | null = null;

  constructor(private readonly programs: PageProgram[]) {}

  /** Runs a schedule again and draws it; `problem` says why it did not end as recorded. */
  film(run: PageRun): Promise<{ film: Film; problem: string | null }> {
    return this.ask(
      (id) => ({ do: 'film', id, run }),
      (a) => ('film' in a ? { film: a.film, problem: a.problem } : null),
    );
  }

  /** Explores one scenario; `progress` is told the states looked at so far. */
  explore(input: ExploreRequest, progress: (states: number) => void): Promise<Explored> {
    return this.ask(
      (id) => ({ do: 'explore', id, input }),
      (a) => {
        if ('progress' in a) progress(a.progress);
        return 'result' in a ? { result: a.result, seconds: a.seconds } : null;
      },
    );
  }

  cancel(): void {
    this.worker?.terminate();
    this.worker = null;
    for (const w of this.waiting.values()) w.fail(new Error('cancelled'));
    this.waiting.clear();
  }

  private ask<T>(request: (id: number) => Request, read: (a: Answer) => T | null): Promise<T> {
    const id = this.next++;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, {
        take: (a) => {
          if ('error' in a) reject(new Error(a.error));
          const x = read(a);
          if (x === null && !('error' in a)) return;
          this.waiting.delete(id);
          if (x !== null) resolve(x);
        },
        fail: reject,
      });
      this.start().postMessage(request(id));
    });
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const w = new Worker((Simulator.script ??= ownScript()));
    w.onmessage = (e: MessageEvent<Answer>) => this.waiting.get(e.data.id)?.take(e.data);
    w.onerror = (e) => {
      for (const x of this.waiting.values()) x.fail(new Error(e.message));
      this.waiting.clear();
    };
    w.postMessage({ do: 'programs', programs: this.programs } satisfies Request);
    this.worker = w;
    return w;
  }
}
