import type { Prng } from '../../src/base/prng.js';
import { VM_FLAGS } from '../../src/sim/kernel/constants.js';
import { vmaStart } from '../../src/sim/kernel/setup.js';
import type { PageState, Scenario, VmaSpec } from '../../src/sim/scenario.js';

const ALWAYS = ['VM_READ', 'VM_MAYREAD'];
const SOMETIMES = [
  'VM_EXEC',
  'VM_GROWSDOWN',
  'VM_WRITE',
  'VM_MAYWRITE',
  'VM_SHARED',
  'VM_ACCOUNT',
  'VM_DONTCOPY',
  'VM_WIPEONFORK',
  'VM_PFNMAP',
  'VM_MIXEDMAP',
  'VM_HUGETLB',
  'VM_LOCKED',
  'VM_LOCKONFAULT',
];
const PAGES: PageState[] = ['none', 'writable', 'exclusive-ro'];

/** A parent of 1 to 5 VMAs of random kinds. */
export function randomParent(rng: Prng): VmaSpec[] {
  const often = (n: number) => rng.below(n) === 0;
  return Array.from({ length: 1 + rng.below(5) }, (): VmaSpec => {
    const pages = Array.from({ length: 1 + rng.below(3) }, () => PAGES[rng.below(PAGES.length)]);
    return {
      kind: 'random',
      flags: [...ALWAYS, ...SOMETIMES.filter(() => often(4))],
      anonVma: often(2),
      pages,
      file: often(2),
      policy: often(2),
      userfaultfd: often(3),
      ops: often(2),
    };
  });
}

/** A scenario in which nobody else runs, and anything may fail. */
export function alone(vmas: VmaSpec[], id = 'alone'): Scenario {
  return { id, vmas, threads: [], failures: 9, signal: true, faultFailures: false };
}

/** The input of the compiled program: counts and failures, then one line per VMA. */
export function asInput(s: Scenario, failing: readonly number[], signalAt: number): string {
  const head = [s.vmas.length, signalAt, failing.length, ...failing].join(' ');
  const vmas = s.vmas.map((v, k) => {
    const flags = v.flags.reduce((bits, f) => bits + VM_FLAGS[f], 0);
    const end = vmaStart(s.vmas, k) + 4096 * v.pages.length;
    const has = [v.anonVma, v.file, v.policy, v.userfaultfd, v.ops].map((x) => (x ? 1 : 0));
    return [vmaStart(s.vmas, k), end, flags, ...has].join(' ');
  });
  return [head, ...vmas].join('\n');
}
