import type { Evidence, Finding, PatchReview, TraceStep } from '../../src/judge/types.js';

/** Sample findings for the reporters; figures are made up. */
export function evidence(over: Partial<Evidence> = {}): Evidence {
  return {
    model: '6.12',
    scenario: { vmas: 2, pages: 1, threads: ['fork', 'fault A', 'fault B'] },
    executions: 0,
    states: 612480,
    failing: 0,
    exhausted: true,
    bound: { vmas: 2, pages: 1, faults: 2, failures: 1 },
    mutants: { tried: 11, caught: 11, survivors: [] },
    assumptions: [],
    notModelled: [],
    counterfactual: null,
    counterexample: null,
    ...over,
  };
}

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    id: '7c1e55aa00112233',
    rule: 'fork-marker',
    verdict: 'holds',
    change: 'none',
    severity: 'note',
    location: { path: 'kernel/fork.c', line: 720, side: 'RIGHT' },
    message: 'The failure marker stands at the range of the failing VMA.',
    evidence: evidence(),
    ...over,
  };
}

const step = (thread: string, fn: string, line: number | null, text: string): TraceStep => ({
  thread,
  function: fn,
  path: line === null ? 'skeleton:6.12' : 'kernel/fork.c',
  line,
  text,
});

/** The lock goes to the copy: a page fault of the parent slips in while its page is shared. */
export function lockFinding(over: Partial<Finding> = {}): Finding {
  return finding({
    id: 'a90b1122334455ff',
    rule: 'fork-lock-target',
    verdict: 'violated',
    change: 'introduced',
    severity: 'error',
    location: { path: 'kernel/fork.c', line: 712, side: 'RIGHT' },
    subject: 'vma_start_write(copy)',
    message:
      "Locks the child's copy, not the parent's VMA. Another thread of the parent can take a write fault on it while copy_page_range() shares its pages.",
    evidence: evidence({
      states: 640102,
      failing: 2114,
      mutants: { tried: 0, caught: 0 },
      assumptions: ['foo_guard() returns 0 or -ENOMEM'],
      counterexample: {
        replay: '/tmp/forklore/a90b.json',
        steps: [
          step('fork', 'dup_mmap', 712, "vma_start_write(V1')"),
          step('fault B', 'tlb', null, 'TLB: P0 writable'),
          step('fork', 'copy_page_range', 740, "share P0: V1 -> V1'"),
          step('fault A', 'lock_vma_under_rcu', null, 'lock_vma_under_rcu(V1)'),
          step('fault A', 'do_wp_page', null, 'copy P0 to P1'),
          step('fault B', 'store', null, 'write P0 (stale TLB)'),
          step('fault A', 'do_wp_page', null, 'install P1'),
          step('fork', 'dup_mmap', 760, 'flush_tlb_mm(parent)'),
          step('fault B', 'load', null, 'reads P1: write lost'),
        ],
      },
    }),
    ...over,
  });
}

export function patchReview(over: Partial<PatchReview> = {}): PatchReview {
  return {
    subject: 'fork: lock the VMA that is copied',
    messageId: null,
    kind: 'patch',
    status: 'reviewed',
    reason: '',
    files: [{ path: 'kernel/fork.c', hunks: 1, truncated: false, base: 'applied' }],
    findings: [lockFinding(), finding()],
    notes: [],
    ...over,
  };
}

/** A pull request of one commit. */
export function pullReview(over: Partial<PatchReview> = {}) {
  return { whole: patchReview(over), commits: [] };
}
