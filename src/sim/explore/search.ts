import { aloneStep, SEVERAL } from './ample.js';
import { Independence } from './independence.js';
import { IntList } from './int-list.js';
import { StateSet } from './store.js';
import { canonicalize } from './symmetry.js';
import { firstProperty, propertyBits, type StateBuffer, type System } from './system.js';

/** How to search; each reduction can be turned off, and tests compare the results. */
export interface SearchOptions {
  /** `breadth` finds short counterexamples, `depth` finds one soon. */
  order: 'breadth' | 'depth';
  /** Run one thread alone where nothing else can interfere. */
  partialOrder?: boolean;
  /** States with a single way on are not kept. */
  corridors?: boolean;
  /** Interchangeable threads are sorted. */
  symmetry?: boolean;
  /** Properties (by index) whose breach counts; others are passed over. */
  properties: ReadonlySet<number>;
  /** Stop at the first breach. */
  stopAtFirst: boolean;
  /** Stop when as many failures are kept as there is room for: more would be counted, but not looked at. */
  enough?: boolean;
  maxStates: number;
  /** Called once for each state in which no thread can move (finished or stuck alike). */
  terminal?: (state: StateBuffer) => void;
  /** Returns true when time is up; asked every few thousand states. */
  expired?: (states: number) => boolean;
}

/** A step of a schedule: which thread, which of its edges. Edge -1 stands for a deadlock. */
export interface Choice {
  thread: number;
  edge: number;
}

export interface Failure {
  property: number;
  schedule: Choice[];
}

export interface SearchResult {
  /** States kept. */
  states: number;
  transitions: number;
  /** Every reachable schedule is covered, up to the equivalences of the reductions. */
  exhausted: boolean;
  /** What ended the search early. */
  limit: 'states' | 'time' | null;
  /** Steps that break a property. */
  failing: number;
  /** The first failures met, as schedules from the initial state. */
  failures: Failure[];
  bytes: number;
}

const KEPT_FAILURES = 64;
const CORRIDOR = 4096;

/** One search of a system. */
export class Search {
  private readonly set: StateSet;
  private readonly independence: Independence | null;
  private readonly parents = new IntList();
  private readonly moves = new IntList();
  private readonly result: SearchResult;
  /** Depth first: states to be expanded. Breadth first expands them in the order of their numbers. */
  private readonly stack = new IntList();
  private head = 0;
  private readonly asked: number;
  private readonly cur: StateBuffer;
  private readonly next: StateBuffer;

  constructor(
    private readonly sys: System,
    private readonly o: SearchOptions,
    independence?: Independence,
  ) {
    this.set = new StateSet(sys.words, 1024, sys.nodeBase >>> 2);
    this.independence = o.partialOrder === false ? null : (independence ?? new Independence(sys));
    this.asked = propertyBits(o.properties);
    this.cur = sys.buffer();
    this.next = sys.buffer();
    this.result = {
      states: 0,
      transitions: 0,
      exhausted: true,
      limit: null,
      failing: 0,
      failures: [],
      bytes: 0,
    };
  }

  run(): SearchResult {
    const { o, result } = this;
    const start = this.sys.initial();
    this.keep(start, -1, 0);
    let countdown = 1;
    const depth = o.order === 'depth';
    while (depth ? this.stack.length > 0 : this.head < this.set.size) {
      const id = depth ? this.stack.pop() : this.head++;
      this.set.read(id, this.cur.words);
      this.expand(id);
      if (result.failing && (o.stopAtFirst || (o.enough && result.failing >= KEPT_FAILURES))) {
        result.exhausted = false;
        break;
      }
      if (this.set.size > o.maxStates) {
        result.exhausted = false;
        result.limit = 'states';
        break;
      }
      if (--countdown === 0) {
        countdown = 4096;
        if (o.expired?.(this.set.size)) {
          result.exhausted = false;
          result.limit = 'time';
          break;
        }
      }
    }
    result.states = this.set.size;
    result.bytes = this.set.bytes + this.parents.bytes + this.moves.bytes + this.stack.bytes;
    return result;
  }

  /** A state: kept if it is new. */
  private keep(b: StateBuffer, parent: number, move: number): void {
    if (this.o.symmetry !== false) canonicalize(this.sys, b);
    const id = this.set.add(b.words);
    if (id < 0) return;
    this.parents.push(parent);
    this.moves.push(move);
    if (this.o.order === 'depth') this.stack.push(id);
  }

  private expand(id: number): void {
    const { sys } = this;
    const step = this.pick(this.cur);
    if (step >= 0) {
      if ((step & SEVERAL) === SEVERAL) this.moveThread(id, step >>> 16);
      else this.move(id, step >>> 16, step & SEVERAL);
      return;
    }
    let moved = false;
    for (let t = 0; t < sys.threads; t++) if (this.moveThread(id, t)) moved = true;
    if (moved) return;
    this.o.terminal?.(this.cur);
    if (!sys.finished(this.cur)) this.deadlock(id);
  }

  private pick(b: StateBuffer): number {
    return this.independence ? aloneStep(this.sys, this.independence, b) : -1;
  }

  /** Takes every enabled edge of thread t from the current state. Returns whether there was one. */
  private moveThread(id: number, t: number): boolean {
    const { cur } = this;
    const list = this.sys.edges[t][cur.nodes[t]];
    let moved = false;
    for (let e = 0; e < list.length; e++) {
      const { guard } = list[e];
      if (guard !== null && !guard(cur.bytes)) continue;
      moved = true;
      this.move(id, t, e);
    }
    return moved;
  }

  /** Takes one enabled edge of thread t from the current state. */
  private move(id: number, t: number, e: number): void {
    const { next } = this;
    next.words.set(this.cur.words);
    this.result.transitions++;
    if (this.take(next, t, e) || !this.follow(next)) this.fail(id, t, e);
    else this.keep(next, id, (t << 16) | e);
  }

  private lastBreach = -1;

  /** Applies an edge; returns whether it breaks a property that counts. */
  private take(b: StateBuffer, t: number, e: number): boolean {
    const edge = this.sys.edges[t][b.nodes[t]][e];
    b.nodes[t] = edge.to;
    if (edge.apply === null) return false;
    const breach = edge.apply(b.bytes) & this.asked;
    if (breach === 0) return false;
    this.lastBreach = firstProperty(breach);
    return true;
  }

  /** Follows single ways on; returns false when a property breaks on the way. */
  private follow(b: StateBuffer): boolean {
    if (this.o.corridors === false || !this.independence) return true;
    for (let n = 0; n < CORRIDOR; n++) {
      const step = this.pick(b);
      if (step < 0 || (step & SEVERAL) === SEVERAL) return true;
      this.result.transitions++;
      if (this.take(b, step >>> 16, step & SEVERAL)) return false;
    }
    return true;
  }

  private fail(parent: number, t: number, e: number): void {
    this.result.failing++;
    if (this.result.failures.length < KEPT_FAILURES)
      this.result.failures.push({
        property: this.lastBreach,
        schedule: this.schedule(parent, { thread: t, edge: e }),
      });
  }

  private deadlock(id: number): void {
    const { o } = this;
    if (!o.properties.has(DEADLOCK)) return;
    this.result.failing++;
    if (this.result.failures.length < KEPT_FAILURES)
      this.result.failures.push({ property: DEADLOCK, schedule: this.schedule(id, null) });
  }

  /**
   * The complete schedule that leads through stored state `id` and then takes `last`. Corridors are walked again, and
   * canonical thread numbers are turned back into real ones.
   */
  private schedule(id: number, last: Choice | null): Choice[] {
    const moves: Choice[] = last ? [last] : [];
    for (let n = id; this.parents.at(n) >= 0; n = this.parents.at(n))
      moves.unshift({ thread: this.moves.at(n) >>> 16, edge: this.moves.at(n) & 0xffff });
    const out: Choice[] = [];
    const b = this.sys.initial();
    // real[c]: real thread that stands in canonical place c
    let real = this.sys.spec.threads.map((_, t) => t);
    const settle = () => {
      if (this.o.symmetry !== false) {
        const order = canonicalize(this.sys, b);
        if (order) real = order.map((c) => real[c]);
      }
    };
    settle();
    for (const move of moves) {
      out.push({ thread: real[move.thread], edge: move.edge });
      if (this.take(b, move.thread, move.edge)) return out;
      if (this.o.corridors !== false && this.independence) {
        for (let n = 0; n < CORRIDOR; n++) {
          const step = this.pick(b);
          if (step < 0 || (step & SEVERAL) === SEVERAL) break;
          const [t, e] = [step >>> 16, step & SEVERAL];
          out.push({ thread: real[t], edge: e });
          if (this.take(b, t, e)) return out;
        }
      }
      settle();
    }
    return out;
  }
}

/** Index of the deadlock property; kept beside the search, which is what detects it. */
export const DEADLOCK = 7;
