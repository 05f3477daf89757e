import { uprobeSection } from '../../kernel/primitives/hooks.js';
import { isInt, isPtr, type Ptr, pointer } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import type { Visitor } from './types.js';
import { childEntries, foreign, notFlagged, reachable, unstable } from './walk.js';

/** VM_SHARED, VM_MAYSHARE and VM_HUGETLB are refused, VM_MAYEXEC is asked for: valid_vma() of uprobes. */
const REFUSED = 0x8n | 0x80n | 0x400000n;
const MAYEXEC = 0x40n;

/** Copies that the reverse map of their file leads to. */
function mapped(w: World): Ptr[] {
  const out: Ptr[] = [];
  // asked at most calls: no list of all copies is made for it
  for (let k = 0; k < w.objs.length; k++) {
    const { kind, fields } = w.objs[k];
    if (kind === 'copy' && fields.get('__in_i_mmap') === 1) out.push(pointer(k, ''));
  }
  return out;
}

function probed(w: World, p: Ptr): boolean {
  const flags = w.get(p, 'vm_flags');
  if (!isInt(flags)) return false;
  return (BigInt(flags) & REFUSED) === 0n && (BigInt(flags) & MAYEXEC) !== 0n;
}

/** Entries before, at and after those of the probed VMAs: what find_mergeable_anon_vma() reads. */
function aroundProbed(w: World): string | null {
  const wanted = new Set(mapped(w).flatMap((p) => (probed(w, p) ? [p.obj] : [])));
  const list = childEntries(w);
  for (const [k, r] of list.entries()) {
    if (!isPtr(r.entry) || !wanted.has(r.entry.obj)) continue;
    for (const near of list.slice(Math.max(0, k - 1), k + 2)) {
      const bad = foreign(w, near.entry);
      if (bad !== null) return bad;
    }
  }
  return null;
}

/**
 * register_for_each_vma(), kernel/events/uprobes.c: finds the copy of a file's VMA by the file, takes a reference to the
 * mm and puts a breakpoint into the VMA, for which it reads the entries next to it in the mm's tree. The section that
 * fork is in keeps it out.
 */
export const uprobe: Visitor = {
  thread: 'uprobe',
  function: 'register_for_each_vma',
  open: (w) => uprobeSection(w) <= 0 && reachable(w) && mapped(w).some((p) => probed(w, p)),
  look(w, { stableChecks }) {
    const checks = stableChecks.includes('uprobe');
    if (checks && unstable(w)) return null;
    const bad = aroundProbed(w) ?? (checks ? notFlagged(w) : null);
    return bad === null
      ? null
      : { property: 'half-built-visible', text: `registers a uprobe in the child, ${bad}` };
  },
};

/**
 * unmap_mapping_range(), mm/memory.c: truncation and hole punching find VMAs by the file and touch the VMA and its page
 * tables only, without the mmap lock.
 */
export const truncate: Visitor = {
  thread: 'truncate',
  function: 'unmap_mapping_range',
  open: (w) => mapped(w).length > 0,
  look(w) {
    const gone = mapped(w).find((p) => w.obj(p).fields.get('__freed') === 1);
    if (!gone) return null;
    return {
      property: 'unwind',
      text: `unmap_mapping_range() uses ${w.obj(gone).name}, which is freed`,
    };
  },
};
