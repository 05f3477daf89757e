import { isScanned, KHUGEPAGED, KSM, type Scanner } from '../../kernel/primitives/scanner-list.js';
import { CHILD } from '../../kernel/primitives/support.js';
import type { Visitor } from './types.js';
import { firstForeign, reachable } from './walk.js';

function scanner(thread: string, walks: string, list: Scanner): Visitor {
  return {
    thread,
    function: walks,
    open: (w) => isScanned(w, CHILD, list) && reachable(w),
    look(w) {
      const bad = firstForeign(w);
      return bad === null ? null : { property: 'half-built-hook', text: `${walks}(child) ${bad}` };
    },
  };
}

/** mm/ksm.c: goes over all VMAs of the mms that ksm_fork() has told it of. It does not look at MMF_UNSTABLE. */
export const ksmd = scanner('ksmd', 'scan_get_next_rmap_item', KSM);

/** mm/khugepaged.c: the same for khugepaged_fork(). */
export const khugepaged = scanner('khugepaged', 'khugepaged_scan_mm_slot', KHUGEPAGED);
