import type { Ptr } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import type { Scenario } from '../../scenario.js';

/** Bits of mm->flags, include/linux/sched/coredump.h of 6.12. */
export const MMF_VM_MERGEABLE = 16;
export const MMF_VM_HUGEPAGE = 17;

/** A thread of the kernel that goes over the VMAs of the mms on its list. */
export interface Scanner {
  name: 'ksm' | 'khugepaged';
  /** Flag of an mm that is, or was to be, on the list. */
  flag: number;
  /** Field of an mm here: it is on the list. */
  field: string;
}

export const KSM: Scanner = { name: 'ksm', flag: MMF_VM_MERGEABLE, field: '__ksm' };
export const KHUGEPAGED: Scanner = {
  name: 'khugepaged',
  flag: MMF_VM_HUGEPAGE,
  field: '__khugepaged',
};
export const SCANNERS: readonly Scanner[] = [KSM, KHUGEPAGED];

/** The parent has the scanner's flag when fork starts. */
export const scansParent = ({ registered }: Scenario, { name }: Scanner): boolean =>
  registered === undefined || registered.includes(name);

/** The scanner has the mm on its list. */
export const isScanned = (w: World, mm: Ptr, { field }: Scanner): boolean => w.get(mm, field) === 1;
