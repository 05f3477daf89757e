import { plural } from '../base/terminal.js';
import type { Finding, Verdict } from '../judge/types.js';
import type { Scenario } from '../sim/scenario.js';

/** A letter-like sign for each verdict, so that none needs a colour. */
export const SIGN: Record<Verdict, string> = {
  violated: '✕',
  holds: '✓',
  bounded: '◐',
  vacuous: '○',
  inconclusive: '?',
};

/** What a change means, in a few words; empty where it says nothing. */
export function changeWord(f: Finding): string {
  switch (f.change) {
    case 'introduced':
      return 'introduced by this patch';
    case 'existing':
      return 'was there before this patch';
    case 'fixed':
      return 'fixed by this patch';
    case 'none':
      return f.verdict === 'violated' ? 'the version before could not be run to compare' : '';
  }
}

/** `2,444 states to the end, none fails`. */
export function countWords(states: number, failing: number, exhausted: boolean): string {
  const end = exhausted ? 'to the end' : 'up to the limit';
  const fails = failing === 0 ? 'none fails' : plural(failing, 'failing step');
  return `${plural(states, 'state')} ${end}, ${fails}`;
}

const THREADS: Record<string, string> = {
  store: 'storing',
  load: 'loading',
  madvise: 'madvise()',
  'mmap-writer': 'taking the mmap lock',
};

/** The memory of a scenario: `anon (1 page), relro (1 page)`. */
export const vmaWords = (s: Scenario): string =>
  s.vmas.map((v) => `${v.kind} (${plural(v.pages.length, 'page')})`).join(', ');

/** The threads of a scenario beside the one that forks. */
export function threadWords(s: Scenario): string {
  const list = s.threads.map((t) => {
    const kind = THREADS[t.kind ?? 'store'] ?? t.kind;
    return t.accesses > 1 ? `${kind}, ${t.accesses} times` : kind;
  });
  const visitors = (s.visitors ?? []).map((v) => `${v} may visit the child`);
  return [...list, ...visitors].join('; ') || 'none';
}

/** What may go wrong in a scenario. */
export function failureWords(s: Scenario): string {
  const list = [
    ...(s.failures ? [plural(s.failures, 'allocation')] : []),
    ...(s.signal ? ['a fatal signal'] : []),
    ...(s.faultFailures ? ['page-fault allocations'] : []),
  ];
  return list.join(', ') || 'nothing';
}

/** `kernel/fork.c:63`, or the path alone where there is no line. */
export const placeWords = (path: string, line: number | null): string =>
  line === null ? path : `${path}:${line}`;
