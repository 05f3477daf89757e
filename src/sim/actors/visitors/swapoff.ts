import { onMmlist } from '../../kernel/primitives/mm.js';
import { CHILD } from '../../kernel/primitives/support.js';
import type { Visitor } from './types.js';
import { firstForeign, notFlagged, reachable, unstable } from './walk.js';

/**
 * unuse_mm(), mm/swapfile.c: goes over the mms that have swap entries and over all VMAs of each. The child is among them
 * once a swap entry was copied.
 */
export const swapoff: Visitor = {
  thread: 'swapoff',
  function: 'unuse_mm',
  open: (w) => onMmlist(w, CHILD) && reachable(w),
  look(w, { stableChecks }) {
    const checks = stableChecks.includes('swapoff');
    if (checks && unstable(w)) return null;
    const bad = firstForeign(w) ?? (checks ? notFlagged(w) : null);
    return bad === null ? null : { property: 'half-built-visible', text: `unuse_mm(child) ${bad}` };
  },
};
