/** How one version of dup_mmap() differs from the others: the switches of skeleton/dup_mmap.c. */
export interface EraFeatures {
  /**
   * What fills the child's tree: __vma_link_rb() alone, mas_store(), vma_iter_bulk_store() into an empty tree, or
   * __mt_dup().
   */
  store: 'rb' | 'mas' | 'bulk' | 'dup';
  /** VMAs hang in a list and in an rb-tree, besides or without a maple tree. */
  links: boolean;
  /** The loop follows the parent's list, and nothing is set aside before it. */
  walkList: boolean;
  /** The child's tree leaves RCU mode for the loop. */
  rcuMode: boolean;
  lockInLoop: boolean;
  uprobeInside: boolean;
  /** ksm and khugepaged are told before the loop, else only on success. */
  hooksFirst: boolean;
  /** khugepaged_fork() says whether it failed. */
  khugepagedFails: boolean;
  /** dup_userfaultfd_fail() on failure. */
  uffdFail: boolean;
  /** File reference and i_mmap entry after the store and the open, else before. */
  fileLate: boolean;
  /** MMF_UNSTABLE on failure, MMF_OOM_SKIP with the marker. */
  unstable: boolean;
  pfnClear: boolean;
  flagsClear: boolean;
  maywrite: boolean;
  /** Flags of an mm through mm_flags_set(). */
  mmFlags: boolean;
  /** On failure the child is unmapped on the spot, with no marker. */
  unmap: boolean;
  /** vma_start_write_killable(), and no separate look at signals. */
  killable: boolean;
  /** Flags of a VMA through vma_test() and vma_clear_flags_mask(). */
  vmaTest: boolean;
}

/** A form that a function had for some releases. */
export interface Form {
  /** The newest release that has it. */
  id: string;
  /** The file that the function is in. */
  path: string;
  /** A state between two releases: what fits a release as well is taken for that. */
  between?: true;
  features?: EraFeatures;
}

export interface Era extends Form {
  features: EraFeatures;
}

const v61: EraFeatures = {
  store: 'mas',
  links: false,
  walkList: false,
  rcuMode: false,
  lockInLoop: false,
  uprobeInside: true,
  hooksFirst: true,
  khugepagedFails: false,
  uffdFail: false,
  fileLate: false,
  unstable: false,
  pfnClear: false,
  flagsClear: false,
  maywrite: false,
  mmFlags: false,
  unmap: false,
  killable: false,
  vmaTest: false,
};
const v60: EraFeatures = { ...v61, store: 'rb', links: true, walkList: true };
const v518: EraFeatures = { ...v60, khugepagedFails: true };
const v61list: EraFeatures = { ...v518, store: 'mas' };
const v61links: EraFeatures = { ...v61, links: true };
const v61stable = { ...v61, rcuMode: true, fileLate: true, pfnClear: true, maywrite: true };
const v64: EraFeatures = { ...v61, store: 'bulk', rcuMode: true, flagsClear: true };
const v67: EraFeatures = { ...v64, lockInLoop: true, maywrite: true };
const v68: EraFeatures = { ...v67, store: 'dup' };
const v611 = { ...v68, fileLate: true };
const v612rc = { ...v611, uffdFail: true };
const v612 = { ...v612rc, hooksFirst: false };
const v612stable = { ...v612, uprobeInside: false, unstable: true, pfnClear: true };
const v617 = { ...v612stable, pfnClear: false };
const v618 = { ...v617, mmFlags: true };
const unmap = { ...v618, unmap: true };
const killable = { ...unmap, killable: true };
const vmaTest = { ...killable, vmaTest: true };

const FORK = 'kernel/fork.c';
const MMAP = 'mm/mmap.c';

/**
 * The eras, oldest first. `6.4` is 6.3 to 6.4.2, `6.7` is 6.4.3 to 6.7, `6.11` is 6.9 to 6.11; `6.1-stable` and
 * `6.12` are what the long-term branches became (as in 6.1.192 and 6.12.117), `6.12.0` is the first release.
 * `5.18` and `6.0` are what the last kernels before the maple tree have; `6.1-list` and `6.1-links` lie between it and 6.1, where the
 * child's maple tree is filled and the list is kept as well (followed by the loop, and not).
 * What came after 6.18 is named by its last feature: those are seen on the lists, not checked against a release.
 */
export const ERAS: readonly Era[] = [
  { id: '5.18', path: FORK, features: v518 },
  { id: '6.0', path: FORK, features: v60 },
  { id: '6.1-list', path: FORK, features: v61list, between: true },
  { id: '6.1-links', path: FORK, features: v61links, between: true },
  { id: '6.1', path: FORK, features: v61 },
  { id: '6.1-stable', path: FORK, features: v61stable },
  { id: '6.4', path: FORK, features: v64 },
  { id: '6.7', path: FORK, features: v67 },
  { id: '6.8', path: FORK, features: v68 },
  { id: '6.11', path: FORK, features: v611 },
  { id: '6.12-rc5', path: FORK, features: v612rc },
  { id: '6.12.0', path: FORK, features: v612 },
  { id: '6.12', path: FORK, features: v612stable },
  { id: '6.17', path: MMAP, features: v617 },
  { id: '6.18', path: MMAP, features: v618 },
  { id: 'post-6.18', path: MMAP, features: unmap },
  { id: 'post-6.18-killable', path: MMAP, features: killable },
  { id: 'post-6.18-vma_test', path: MMAP, features: vmaTest },
];

/** The number of features in which two eras differ. */
export function eraDistance({ features: a }: Form, { features: b }: Form): number {
  if (!a || !b) return 0;
  const keys = Object.keys(a) as (keyof EraFeatures)[];
  return keys.filter((key) => a[key] !== b[key]).length;
}

/** The switches of the template that are on for an era. */
export function switchesOf({ features: f }: Era): Set<string> {
  const table: [string, boolean][] = [
    [`FL_STORE_${f.store.toUpperCase()}`, true],
    ['FL_LINKS', f.links],
    ['FL_WALK_LIST', f.walkList],
    ['FL_RCU_MODE', f.rcuMode],
    ['FL_LOCK_IN_LOOP', f.lockInLoop],
    ['FL_UPROBE_INSIDE', f.uprobeInside],
    ['FL_HOOKS_FIRST', f.hooksFirst],
    ['FL_KHUGEPAGED_FAILS', f.khugepagedFails],
    ['FL_UFFD_FAIL', f.uffdFail],
    ['FL_FILE_LATE', f.fileLate],
    ['FL_UNSTABLE', f.unstable],
    ['FL_PFN_CLEAR', f.pfnClear],
    ['FL_FLAGS_CLEAR', f.flagsClear],
    ['FL_MAYWRITE', f.maywrite],
    ['FL_MM_FLAGS', f.mmFlags],
    ['FL_UNMAP', f.unmap],
    ['FL_KILLABLE', f.killable],
    ['FL_VMA_TEST', f.vmaTest],
  ];
  return new Set(table.filter(([, on]) => on).map(([name]) => name));
}
