import { pageName, vmaName } from '../actors/names.js';
import type { LockHeld, PrivateEvent, PrivatePicture, SourcePlace } from '../kernel/picture.js';
import type { Shared } from '../kernel/shared.js';
import { treeChange } from '../kernel/tree-change.js';
import { threadNames } from './display.js';
import type { ForkSystem } from './fork-system.js';
import type { Replay, ReplayedStep } from './replay.js';

/** A page that a page-table entry or a translation names. */
export interface PageRef {
  page: string;
  writable: boolean;
}

/** Everything about one address of the parent: who maps what there. */
export interface AddressFrame {
  vma: string;
  parent: PageRef | null;
  child: PageRef | null;
  /** Writable translation of each thread, by thread number. */
  tlb: (string | null)[];
  /** Page that a thread has copied, its new entry not yet set. */
  copying: (string | null)[];
  /** Pages in use at this address, with their owners. */
  pages: { page: string; count: number; exclusive: boolean; owners: string[] }[];
}

export interface VmaFrame {
  name: string;
  kind: string;
  /** `writer`: the semaphore is held; `locked`: the sequence says so. */
  lock: 'open' | 'writer' | 'locked';
  readers: number;
}

/** One state of a run with the step that led to it, ready to be drawn. Plain data. */
export interface Frame {
  /** null before the first step. */
  step: FrameStep | null;
  trees: Pick<PrivatePicture, 'parentTree' | 'childTree'>;
  mmap: { parent: LockHeld; child: LockHeld };
  vmas: VmaFrame[];
  copies: PrivatePicture['copies'];
  addresses: AddressFrame[];
  /** What else the forking thread's memory says of itself. */
  notes: Record<string, string>;
}

export interface FrameStep {
  /** `3` as reports count; `3a`, `3b` for changes of a tree on the way from step 3 to the next. */
  label: string;
  /** Who takes it: one of `Film.lanes`. */
  lane: string;
  text: string;
  /** Call stack, innermost function first; the modelled function alone for code of no program. */
  stack: SourcePlace[];
  /** Decisions and bookkeeping of the same thread on the way to this step. */
  behind: string[];
  /** A change of a tree: no other thread can tell. */
  inner: boolean;
  /** The run breaks its property here. */
  breaks: boolean;
}

/** A run as a sequence of frames; the first shows the state before anything ran. */
export interface Film {
  /** Names of the threads, by number. */
  threads: string[];
  /** Who takes steps: the threads, then others in the order in which they come up. */
  lanes: string[];
  frames: Frame[];
}

/** Draws a replayed run: a frame for each step that the reader sees, and one for each change of a tree. */
export function filmOf(run: Replay, fs: ForkSystem): Film {
  const threads = threadNames(run, fs.system.threads);
  const reel = new Reel(fs, threads);
  const breaking = run.property < 0 ? -1 : run.steps.length - 1;
  run.steps.forEach((s, k) => {
    reel.take(s, k === breaking);
  });
  const seen = reel.frames.flatMap((f) => f.step?.lane ?? []);
  return { threads, lanes: [...new Set([...threads, ...seen])], frames: reel.frames };
}

class Reel {
  readonly frames: Frame[] = [];
  private nodes: number[];
  private vars: Uint8Array;
  private picture: PrivatePicture;
  private behind: string[] = [];
  private number = 0;
  private inner = 0;
  private notes: Record<string, string> = {};

  constructor(
    private readonly fs: ForkSystem,
    private readonly threads: readonly string[],
  ) {
    const start = fs.system.initial();
    this.nodes = [...start.nodes];
    this.vars = start.bytes;
    this.picture = this.inspector?.picture(this.nodes[0]) ?? NOTHING;
    this.note();
    this.show(null);
  }

  /** What is told of the trees in words is drawn here. */
  private note(): void {
    const told = this.fs.system.spec.threads[0].describe?.(this.nodes[0]) ?? {};
    const { 'parent tree': _parent, 'child tree': _child, ...rest } = told;
    if (Object.keys(told).length) this.notes = rest;
  }

  private get inspector() {
    return this.fs.fork.inspect;
  }

  take(s: ReplayedStep, breaks: boolean): void {
    const from = this.nodes[0];
    const events = s.thread === 0 ? (this.inspector?.between(from, s.edge) ?? []) : [];
    this.nodes = s.nodes;
    this.vars = s.after;
    // locks as they are behind the step, trees as they are before what follows it; a node behind a breach keeps none
    const after = this.inspector?.picture(s.nodes[0]) ?? this.picture;
    const { parentTree, childTree } = this.picture;
    this.picture = { ...after, parentTree, childTree };
    this.note();
    // bookkeeping that comes last is what the reader sees when it breaks something
    if (s.info.hidden && !breaks) this.behind.push(s.text);
    else {
      this.number++;
      this.inner = 0;
      const stack = this.stackOf(s, from);
      this.show(
        this.step(s.info.thread ?? this.threads[s.thread], s.text, {
          stack,
          breaks,
          label: String(this.number),
        }),
      );
    }
    // a run ends where it breaks
    if (!breaks) for (const e of events) this.change(e, after);
  }

  private change(e: PrivateEvent, after: PrivatePicture): void {
    const text = `${e.call}(): ${treeChange(this.picture, e.picture)}`;
    const { parentTree, childTree } = e.picture;
    this.picture = { ...after, parentTree, childTree };
    const label = `${this.number}${letter(this.inner++)}`;
    this.show(this.step(this.threads[0], text, { stack: e.stack, inner: true, label }));
  }

  private step(
    lane: string,
    text: string,
    rest: Pick<FrameStep, 'label' | 'stack'> & Partial<FrameStep>,
  ): FrameStep {
    const { behind } = this;
    this.behind = [];
    return { lane, text, behind, inner: false, breaks: false, ...rest };
  }

  private stackOf(s: ReplayedStep, from: number): SourcePlace[] {
    const stack = s.thread === 0 ? (this.inspector?.stack(from) ?? []) : [];
    if (stack.length) return stack;
    const { path, line, at } = s.info;
    return s.info.function ? [{ function: s.info.function, path, line, at: at ?? null }] : [];
  }

  private show(step: FrameStep | null): void {
    const { fs, threads, vars, picture } = this;
    const { parentTree, childTree, copies } = picture;
    const shared = sharedParts(fs.shared, threads, vars, picture);
    const { notes } = this;
    this.frames.push({ step, trees: { parentTree, childTree }, copies, notes, ...shared });
  }
}

const NOTHING: PrivatePicture = {
  parentTree: { nodes: [] },
  childTree: { nodes: [] },
  childMmap: 'free',
  copies: [],
};

const letter = (n: number): string => String.fromCharCode(97 + Math.min(n, 25));

function sharedParts(
  sh: Shared,
  threads: readonly string[],
  vars: Uint8Array,
  p: PrivatePicture,
): Pick<Frame, 'mmap' | 'vmas' | 'addresses'> {
  const parent = vars[sh.mmapWriter] ? 'write' : vars[sh.mmapReaders] ? 'read' : 'free';
  return {
    mmap: { parent, child: p.childMmap },
    vmas: sh.scenario.vmas.map((spec, k) => ({
      name: vmaName(k),
      kind: spec.kind,
      lock:
        vars[sh.mmapWriter] && vars[sh.vmaSeq[k]] === vars[sh.mmapSeq]
          ? 'locked'
          : vars[sh.vmaWriter[k]]
            ? 'writer'
            : 'open',
      readers: vars[sh.vmaReaders[k]],
    })),
    addresses: sh.vmaOf.map((_, i) => addressFrame(sh, threads, vars, i)),
  };
}

function addressFrame(
  sh: Shared,
  threads: readonly string[],
  vars: Uint8Array,
  i: number,
): AddressFrame {
  const name = (p: number): string | null => (p ? pageName(i, p) : null);
  const mapped = vars[sh.pte[i]];
  const inChild = vars[sh.childPte[i]];
  const tlb = sh.tlb.map((row) => vars[row[i]]);
  const pages: AddressFrame['pages'] = [];
  for (let p = 1; p <= sh.pageIds; p++) {
    const count = vars[sh.refBase[i] + p];
    const owners = [
      ...(mapped === p ? ['parent'] : []),
      ...(inChild === p ? ['child'] : []),
      ...tlb.flatMap((page, t) => (page === p ? [`TLB of ${threads[t]}`] : [])),
    ];
    if (count === 0 && owners.length === 0) continue;
    const exclusive = vars[sh.exclusiveBase[i] + p] === 1;
    pages.push({ page: pageName(i, p), count, exclusive, owners });
  }
  return {
    vma: vmaName(sh.vmaOf[i]),
    parent: mapped ? { page: name(mapped)!, writable: vars[sh.pteWrite[i]] === 1 } : null,
    child: inChild ? { page: name(inChild)!, writable: false } : null,
    tlb: tlb.map(name),
    copying: sh.copying.map((row) => name(vars[row[i]])),
    pages,
  };
}
