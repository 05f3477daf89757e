import { isInt, type Value } from '../machine/value.js';

/** Bit of vm_flags on x86: the VMA has reserved the memory type of its page frames (include/linux/mm.h, VM_ARCH_1). */
export const VM_PAT = 0x1000000;

/** vm_flags without that bit, which copy_page_range() sets on its own. */
export const withoutPat = (flags: Value): Value =>
  isInt(flags) ? Number(BigInt(flags) & ~BigInt(VM_PAT)) : flags;
