import type { PageState, VmaSpec } from './scenario.js';

const RW = ['VM_READ', 'VM_WRITE', 'VM_MAYREAD', 'VM_MAYWRITE'];
const MAY = ['VM_READ', 'VM_MAYREAD', 'VM_MAYWRITE'];
const SHARED = [...RW, 'VM_SHARED', 'VM_MAYSHARE'];

type Kind = Omit<VmaSpec, 'kind'>;

const WRITABLE: PageState[] = ['writable'];
const NONE: PageState[] = ['none'];
const READ_ONLY: PageState[] = ['exclusive-ro'];

const anon: Kind = { flags: [...RW, 'VM_ACCOUNT'], anonVma: true, pages: WRITABLE };

/** VMAs that fork treats differently, by the name that a scenario gives them. */
export const KINDS: Readonly<Record<string, Kind>> = {
  /** Private anonymous memory, written to, counted against the commit limit. */
  anon,
  /** The same before its first page fault: no anon_vma yet. */
  'anon-untouched': { ...anon, anonVma: false, pages: NONE },
  /** Read-only since the loader relocated it: no VM_WRITE, but an anon_vma. */
  relro: { flags: [...MAY, 'VM_ACCOUNT'], anonVma: true, pages: READ_ONLY, file: true },
  /** Of two pages: no size of what is skipped is that of its neighbour. */
  dontcopy: { flags: [...RW, 'VM_DONTCOPY'], anonVma: true, pages: ['writable', 'writable'] },
  wipeonfork: { flags: [...RW, 'VM_WIPEONFORK'], anonVma: true, pages: WRITABLE },
  /** With a memory policy of its own. */
  policy: { flags: [...RW, 'VM_ACCOUNT'], anonVma: true, pages: WRITABLE, policy: true },
  /** Registered with a userfaultfd that asked for fork events. */
  userfaultfd: {
    flags: [...RW, 'VM_UFFD_MISSING'],
    anonVma: true,
    pages: WRITABLE,
    userfaultfd: true,
  },
  /**
   * Shared hugetlb, sealed against writes (no VM_MAYWRITE): vm_private_data is the lock of that one VMA, which open()
   * makes anew.
   */
  hugetlb: {
    flags: ['VM_READ', 'VM_MAYREAD', 'VM_SHARED', 'VM_MAYSHARE', 'VM_HUGETLB'],
    anonVma: false,
    pages: NONE,
    file: true,
    ops: true,
    privateData: true,
  },
  /** Private hugetlb: vm_private_data is the reserve map, which belongs to the parent. */
  'hugetlb-private': {
    flags: [...RW, 'VM_HUGETLB'],
    anonVma: false,
    pages: NONE,
    file: true,
    ops: true,
    privateData: true,
  },
  'shared-file': { flags: SHARED, anonVma: false, pages: NONE, file: true, ops: true },
  /** Memory of a device, mapped as what it is: no page fault would map it again. */
  'shared-pfnmap': {
    flags: [...SHARED, 'VM_PFNMAP'],
    anonVma: false,
    pages: ['pfn'],
    file: true,
    ops: true,
  },
  /** A private file mapping that nobody has written to: program text. */
  'private-file': {
    flags: [...MAY, 'VM_EXEC', 'VM_MAYEXEC'],
    anonVma: false,
    pages: NONE,
    file: true,
  },
  /** Private, mapped to page frames that have no struct page behind them. */
  pfnmap: {
    flags: [...RW, 'VM_PFNMAP', 'VM_PAT'],
    anonVma: true,
    pages: ['pfn'],
    file: true,
    ops: true,
  },
  /** A page of it is swapped out: the copy puts the child on the list of mms that swapoff walks. */
  swap: { flags: [...RW, 'VM_ACCOUNT'], anonVma: true, pages: ['swap'] },
  /** A private file mapping, written to and locked into memory as its pages come in: a child does not inherit that. */
  locked: {
    flags: [...RW, 'VM_LOCKED', 'VM_LOCKONFAULT'],
    anonVma: true,
    pages: WRITABLE,
    file: true,
  },
  stack: { flags: [...RW, 'VM_ACCOUNT', 'VM_GROWSDOWN'], anonVma: true, pages: WRITABLE },
  /** Fills the tree: read-only, nothing mapped, nothing to charge. Nine of them, apart from each other, make two leaves. */
  padding: { flags: ['VM_READ', 'VM_MAYREAD'], anonVma: false, pages: [] },
  /** Where a page fault may map a huge page while fork runs. */
  huge: { flags: [...RW, 'VM_HUGEPAGE'], anonVma: true, pages: NONE, huge: true },
};

/** A VMA as a scenario may give it: a kind by name, with what is different; or everything spelled out. */
export type VmaForm = { kind: string } & Partial<VmaSpec>;

/** The VMA in full. null for a kind that has no name here and is not spelled out (flags, anonVma and pages). */
export function vmaSpec(form: VmaForm): VmaSpec | null {
  const known = Object.hasOwn(KINDS, form.kind) ? KINDS[form.kind] : {};
  const full = { ...known, ...form };
  const { flags, anonVma, pages } = full;
  return flags && anonVma !== undefined && pages ? { ...full, flags, anonVma, pages } : null;
}
