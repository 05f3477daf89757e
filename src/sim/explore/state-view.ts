import { pageName, vmaName } from '../actors/names.js';
import type { Shared } from '../kernel/shared.js';
import type { System } from './system.js';

/** A state as a person reads it: one line of text for each part. */
export type StateView = Record<string, string>;

/**
 * Both trees, the locks, the page-table entries and the translations of a state. `w` after a page: writable; `ro`: not.
 */
export function viewState(
  sys: System,
  sh: Shared,
  names: readonly string[],
  vars: Uint8Array,
  nodes: readonly number[],
): StateView {
  const vmas = sh.scenario.vmas.map((_, k) => k);
  const addresses = Array.from({ length: sh.addresses }, (_, i) => i);
  const page = (i: number, p: number) => (p ? pageName(i, p) : '-');
  const lock = (k: number): string => {
    const held =
      vars[sh.vmaSeq[k]] === vars[sh.mmapSeq] && vars[sh.mmapWriter] ? 'write-locked' : 'open';
    const readers = vars[sh.vmaReaders[k]];
    return `${vmaName(k)} ${held}${readers ? `, ${readers} in a fault` : ''}`;
  };
  const mmap = vars[sh.mmapWriter]
    ? 'held for writing'
    : vars[sh.mmapReaders]
      ? 'held for reading'
      : 'free';
  const tlb = sh.tlb.map((row, t) => {
    const list = addresses.filter((i) => vars[row[i]]).map((i) => `${page(i, vars[row[i]])} w`);
    return `${names[t]}: ${list.join(' ') || '-'}`;
  });
  return {
    ...sys.spec.threads[0].describe?.(nodes[0]),
    'mmap lock': mmap,
    'VMA locks': vmas.map(lock).join('; '),
    'parent entries': addresses
      .map(
        (i) =>
          `${page(i, vars[sh.pte[i]])}${vars[sh.pte[i]] ? (vars[sh.pteWrite[i]] ? ' w' : ' ro') : ''}`,
      )
      .join('  '),
    'child entries': addresses.map((i) => page(i, vars[sh.childPte[i]])).join('  '),
    TLB: tlb.join('; '),
  };
}
