import { deliveredEvents } from '../../kernel/primitives/userfaultfd.js';
import type { Visitor } from './types.js';
import { firstForeign, reachable } from './walk.js';

/**
 * fs/userfaultfd.c: who was told of the fork holds the child's context. When it lets go of it, or has done so while fork
 * waited for it (userfaultfd_release_new()), all VMAs of the child are gone over. MMF_UNSTABLE is not looked at.
 */
export const userfaultfd: Visitor = {
  thread: 'monitor',
  function: 'userfaultfd_release_all',
  open: (w) => deliveredEvents(w) > 0 && reachable(w),
  look(w) {
    const bad = firstForeign(w);
    return bad === null ? null : { property: 'event-delivered', text: `told of the fork, ${bad}` };
  },
};
