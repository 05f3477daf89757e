import { skeletonOfAsset } from './skeleton.js';
import type { SourceFile } from './types.js';

/** How dup_mm() and exit_mmap() of one version differ from the others: the switches of skeleton/dup_mm.c. */
export interface TeardownFeatures {
  /** dup_mm() holds the uprobe section until a failed child is torn down; else dup_mmap() has it. */
  guard: boolean;
  /** exit_mmap() stops at the failure marker. */
  marker: boolean;
  /** exit_mmap() follows the list of the VMAs, and knows a maple tree or not. */
  list: 'rb' | 'both' | null;
}

/** What surrounds a dup_mmap() that names these things: the one that fits it, whatever release it is of. */
export function teardownFeatures(names: ReadonlySet<string>): TeardownFeatures {
  const duplicates = names.has('__mt_dup') || names.has('mtree_dup');
  // the newest ones tear a failed child down on the spot
  const unmaps = names.has('tear_down_vmas') || names.has('unmap_region');
  const links = !duplicates && ['vm_next', 'vm_prev', 'vm_rb'].some((name) => names.has(name));
  return {
    guard: duplicates && !names.has('uprobe_start_dup_mmap') && !names.has('uprobe_end_dup_mmap'),
    marker: duplicates && !unmaps,
    list: links ? (names.has('mas_store') ? 'both' : 'rb') : null,
  };
}

const made = new Map<string, SourceFile>();

/** dup_mm(), mmput(), __mmput() and exit_mmap() as a file, for when no tree gives them. */
export function teardownSkeleton(f: TeardownFeatures): SourceFile {
  const name = `teardown${f.guard ? '-guarded' : ''}${f.marker ? '-marker' : ''}${f.list ? `-list-${f.list}` : ''}`;
  let file = made.get(name);
  if (!file) {
    const on = new Set([
      ...(f.guard ? ['FL_GUARD'] : []),
      ...(f.marker ? ['FL_MARKER'] : []),
      ...(f.list ? ['FL_LIST'] : []),
      ...(f.list === 'both' ? ['FL_LIST_BOTH'] : []),
    ]);
    file = skeletonOfAsset('dup_mm.c', 'kernel/fork.c', name, on);
    made.set(name, file);
  }
  return file;
}
