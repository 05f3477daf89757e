/** Mutants of fork.pml, by its numbers; `ours` says how the same change is made in the miniature tree. */
export const MUTANTS = {
  0: 'correct',
  1: '1 locks the copy',
  2: '2 locks too late',
  3: '3 does not lock',
  6: '6 downgrades',
  7: '7 no marker',
  8: '8 no protection',
  9: '9 no flush',
} as const;

export type Mutant = keyof typeof MUTANTS;
export type Verdict = 'holds' | 'violated';
/** `all`: to the exhaustive verdict; the others: to a counterexample. */
export type Mode = 'all' | 'first' | 'shortest';

/** One question that both checkers answer (ours alone where `spin` is null). */
export interface Case {
  vmas: number;
  threads: number;
  accesses: number;
  mutant: Mutant;
  modes: Mode[];
  /** Verdict of fork.pml at level S; null: it is not run (minutes and gigabytes). */
  spin: Verdict | null;
  ours: Verdict;
  /** Properties whose breach is the right reason. */
  because: readonly string[];
  /** The program is dup_mmap() of the tree that FORKLORE_KERNEL_612 names. */
  kernel?: boolean;
  /** Goal for our wall time, in seconds. */
  within?: number;
}

const LOST = ['lost-write'];
const REASONS: Record<Mutant, readonly string[]> = {
  0: [],
  1: LOST,
  2: LOST,
  3: LOST,
  6: ['lost-write', 'anon-vma-changed'],
  7: ['parent-vma-left'],
  8: ['shared-writable', 'lost-write'],
  9: ['shared-writable', 'lost-write'],
};

const mutants = Object.keys(MUTANTS).map(Number) as Mutant[];

function twoThreads(vmas: number): Case[] {
  return mutants.map((mutant) => ({
    vmas,
    threads: 2,
    accesses: 1,
    mutant,
    modes: mutant === 0 ? ['all'] : ['first', 'shortest'],
    spin: mutant === 0 ? 'holds' : 'violated',
    ours: mutant === 0 ? 'holds' : 'violated',
    because: REASONS[mutant],
    ...(mutant === 0 && vmas === 4 ? { within: 2 } : {}),
  }));
}

/** What fork.pml can not see with one other thread, and what has to be seen: the torn snapshot, the missing flush. */
function oneThread(): Case[] {
  const one = { vmas: 2, threads: 1, modes: ['all'] as Mode[], spin: 'holds' as const };
  const torn = ['torn-snapshot', 'lost-write'];
  return [
    { ...one, accesses: 2, mutant: 0, ours: 'holds', because: [] },
    { ...one, accesses: 2, mutant: 1, ours: 'violated', because: torn },
    { ...one, accesses: 2, mutant: 2, ours: 'violated', because: torn },
    { ...one, accesses: 2, mutant: 3, ours: 'violated', because: torn },
    { ...one, accesses: 1, mutant: 9, ours: 'violated', because: ['shared-writable'] },
  ];
}

const large = (vmas: number, threads: number, within: number): Case => ({
  vmas,
  threads,
  accesses: 1,
  mutant: 0,
  modes: ['all'],
  spin: null,
  ours: 'holds',
  because: [],
  within,
});

/** All cases; `quick` leaves K = 2 with two threads and the one-thread cases. */
export function casesFor(o: { quick: boolean; kernel: boolean }): Case[] {
  if (o.quick) return [...twoThreads(2), ...oneThread()];
  const own = [...[2, 3, 4].flatMap(twoThreads), ...oneThread(), large(2, 3, 3)];
  const kernel = o.kernel ? [large(4, 2, 2), large(2, 3, 3)] : [];
  return [...own, ...kernel.map((c) => ({ ...c, kernel: true }))];
}

/** Name of a case in the table: `K=2 1x2` is two VMAs, one thread of two accesses. */
export function caseName(c: Case): string {
  const what = c.kernel ? '6.12 itself' : MUTANTS[c.mutant];
  return `${c.vmas} ${c.threads}x${c.accesses} ${what}`;
}
