/** What must hold. The index in this list is what `fail` effects name; the order is part of the trace format. */
export interface Property {
  id: string;
  /** How a report names the breach, after a colon. */
  breach: string;
}

export const PROPERTIES: readonly Property[] = [
  {
    id: 'assertion',
    breach: "the kernel's own assertion fails",
  },
  {
    id: 'lost-write',
    breach: 'a store through a stale translation goes to the old page after it was copied',
  },
  {
    id: 'torn-snapshot',
    breach: 'the child sees a later store of a thread without an earlier one',
  },
  {
    id: 'shared-writable',
    breach: 'a page that parent and child share can still be written when page faults are let in',
  },
  {
    id: 'invalid-access',
    breach: 'the program uses a pointer that denotes no object',
  },
  {
    id: 'anon-vma-changed',
    breach: "the parent's anon_vma changes between anon_vma_fork() and copy_page_range()",
  },
  {
    id: 'lock-state',
    breach: 'a lock is taken twice, or released by who does not hold it',
  },
  {
    id: 'deadlock',
    breach: 'no thread can go on',
  },
  {
    id: 'parent-vma-left',
    breach: "a failed fork leaves a VMA of the parent in the child's tree, before any marker",
  },
  {
    id: 'published-early',
    breach: 'others can reach a VMA through its file before it is set up',
  },
  {
    id: 'vma-order',
    breach: "a VMA's open(), its place in the tree and its pages do not go together",
  },
  {
    id: 'lock-order',
    breach: 'a lock is taken while one is held that comes after it',
  },
  {
    id: 'unwind',
    breach: 'a reference, an object or a charge is not given back, or twice',
  },
  {
    id: 'accounting',
    breach: "a counter does not agree with what the child's tree holds",
  },
  {
    id: 'failure-lost',
    breach: 'something failed and the caller is not told',
  },
  {
    id: 'content',
    breach: "the child's memory is not the parent's at the time of fork",
  },
  {
    id: 'rmap',
    breach: 'no reverse map leads to pages of the child',
  },
  {
    id: 'huge-entry',
    breach: "fork clears the parent's entry of a huge page",
  },
  {
    id: 'tree-mode',
    breach: 'a tree is in the wrong mode: RCU mode lost, or preallocated nodes used up',
  },
  {
    id: 'tree-corrupt',
    breach: 'a maple tree is spoilt: it breaks its own rules, or does not hold what was stored',
  },
  {
    id: 'tree-leak',
    breach: 'nodes of a maple tree stay allocated though nothing leads to them',
  },
  {
    id: 'half-built-visible',
    breach: 'a walker gets at the child of a failed fork before it is torn down',
  },
  {
    id: 'event-delivered',
    breach: 'a userfaultfd monitor is told of a fork that failed',
  },
  {
    id: 'half-built-hook',
    breach: 'ksm or khugepaged has a child that is not complete, or that is gone',
  },
  {
    id: 'failure-marker',
    breach: 'the failure marker is taken for a VMA, or does not stand where the copies end',
  },
  {
    id: 'guard-teardown',
    breach: 'the uprobe section does not cover a child that is half built, or its teardown',
  },
  {
    id: 'store-allocates',
    breach: 'a store for which memory should be set aside has to allocate',
  },
  {
    id: 'unregistered',
    breach:
      'ksm or khugepaged has the parent on its list and not the child, or the other way round',
  },
  {
    id: 'groundless-failure',
    breach: 'fork fails although nothing has failed',
  },
];

/** Index of a property by its id. Throws for an unknown id: a bug of ours. */
export function propertyIndex(id: string): number {
  const k = PROPERTIES.findIndex((p) => p.id === id);
  if (k < 0) throw new Error(`no property ${id}`);
  return k;
}
