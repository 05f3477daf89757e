import { isScanned, SCANNERS, scansParent } from '../../kernel/primitives/scanner-list.js';
import { CHILD, KERNEL } from '../../kernel/primitives/support.js';
import type { Shared } from '../../kernel/shared.js';
import type { Broken, Ended } from './tree.js';

/**
 * A complete child is on the list of those scanners that have its parent: ksm_fork() and khugepaged_fork() of 6.1 and
 * 6.12. Where memory was short it may be on none, which costs it nothing but speed.
 */
export function scanned({ world, succeeded }: Ended, shared: Shared): Broken[] {
  if (!succeeded) return [];
  const short = Number(world.get(KERNEL, 'failed') ?? 0) > 0;
  const told = SCANNERS.filter((s) => shared.features.scans?.includes(s.name));
  return told.flatMap((s) => {
    const parents = scansParent(shared.scenario, s);
    if (isScanned(world, CHILD, s) === parents || (parents && short)) return [];
    const text = parents
      ? `${s.name} has the parent on its list, and does not learn of the child`
      : `${s.name} has the child on its list, and not the parent`;
    return [{ property: 'unregistered', text }];
  });
}
