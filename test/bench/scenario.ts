import type { PageState, Scenario } from '../../src/sim/scenario.js';
import type { Case } from './cases.js';

const FLAGS = ['VM_READ', 'VM_WRITE', 'VM_MAYREAD', 'VM_MAYWRITE', 'VM_ACCOUNT'];

/**
 * The start that fork.pml's init makes: two pages per VMA; the last VMA has no anon_vma and no page; the first page of
 * the others is writable and exclusive; the second one is exclusive and read-only in the first VMA, else absent.
 */
export function forkScenario(c: Pick<Case, 'vmas' | 'threads' | 'accesses'>): Scenario {
  const pages = (k: number): PageState[] => [
    k < c.vmas - 1 ? 'writable' : 'none',
    k === 0 && c.vmas > 1 ? 'exclusive-ro' : 'none',
  ];
  return {
    id: `fork.pml K=${c.vmas} NB=${c.threads} F=${c.accesses}`,
    vmas: Array.from({ length: c.vmas }, (_, k) => ({
      kind: 'anon',
      flags: FLAGS,
      anonVma: k < c.vmas - 1,
      pages: pages(k),
    })),
    threads: Array.from({ length: c.threads }, () => ({ accesses: c.accesses })),
    failures: 1,
    signal: false,
    faultFailures: true,
  };
}
