import { knownConstant } from './kernel/constants.js';
import { EXIT, EXIT_WALKS } from './kernel/primitives/exit.js';
import { PRIMITIVES } from './kernel/primitives/index.js';

/** The simulator has a model of a function (or a macro that is called like one) of this name. */
export const isPrimitive = (name: string): boolean =>
  Object.hasOwn(PRIMITIVES, name) || Object.hasOwn(EXIT, name);

/** A model runs in the place of a call of this name that the program has no text of. */
export const standsIn = (name: string): boolean =>
  isPrimitive(name) || Object.hasOwn(EXIT_WALKS, name);

/** The simulator has a model or a value for this name, so that its definition in the tree is not followed. */
export const isModelled = (name: string): boolean =>
  isPrimitive(name) || knownConstant(name) !== undefined;

/** Functions that write-lock a single VMA, whatever its series or release calls them. */
const VMA_LOCKS = [
  'vma_start_write',
  'vma_start_write_killable',
  'vma_mark_locked',
  'vma_write_lock',
];

/** The function write-locks the VMA that it is given. */
export const locksVma = (name: string): boolean => VMA_LOCKS.includes(name);

/**
 * Modelled functions whose own text does all that their models do, by fields and by other modelled functions: where a
 * patch changes one, its text runs in the model's place (6.1 and 6.12; tried by test/kernel/primitives.test.ts).
 */
const FROM_SOURCE: ReadonlySet<string> = new Set([
  'vma_close',
  'vm_area_dup',
  'vm_area_free',
  '__vm_area_free',
  'hugetlb_dup_vma_private',
  'is_vm_hugetlb_page',
  'vma_is_anonymous',
  'vma_is_shared_maywrite',
  'vma_pages',
  'vm_flags_clear',
  'vm_flags_set',
  'vm_unacct_memory',
  'vm_stat_account',
  'ksm_fork',
  'ksm_exit',
  'khugepaged_fork',
  'khugepaged_exit',
  'dup_userfaultfd_fail',
]);

/** A changed definition of this modelled name can run (or be expanded) in the model's place. */
export const runsFromSource = (name: string): boolean =>
  !isPrimitive(name) || FROM_SOURCE.has(name);
