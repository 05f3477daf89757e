import type { Mutant } from './cases.js';

/** Replaces a text that must be there exactly once. */
function edit(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2)
    throw new Error(`bench: "${from.trim()}" is not exactly once in the miniature fork.c`);
  return text.replace(from, () => to);
}

const LOCK = '\t\tvma_start_write(mpnt);\n';
const DUP = '\t\ttmp = vm_area_dup(mpnt);\n\t\tif (!tmp)\n\t\t\tgoto fail_nomem;\n';
const COPY = '\t\t\tretval = copy_page_range(tmp, mpnt);\n';
const LAST = '\tflush_tlb_mm(oldmm);\n';
const UNLOCK = '\tmmap_write_unlock(oldmm);\n\tif (!retval)\n';

/**
 * The miniature kernel/fork.c with a mutant's change, the same change that fork.pml makes. Mutant 8 changes no line of
 * it: there copy_page_range() is another one.
 */
export function mutate(text: string, mutant: Mutant): string {
  switch (mutant) {
    case 1:
      return edit(edit(text, LOCK, ''), DUP, `${DUP}\t\tvma_start_write(tmp);\n`);
    case 2:
      return edit(edit(text, LOCK, ''), COPY, `${COPY}${LOCK}`);
    case 3:
      return edit(text, LOCK, '');
    case 6:
      return downgrade(text);
    case 7:
      return edit(text, '\t\t\tmas_store(&vmi.mas, XA_ZERO_ENTRY);\n', '');
    case 9:
      return edit(text, LAST, '');
    default:
      return text;
  }
}

/** The downgraded lock is released as a read lock, so that giving it up early is the only mistake. */
function downgrade(text: string): string {
  const declared = edit(
    text,
    '\tint retval;\n\tLIST_HEAD',
    '\tint retval, reading = 0;\n\tLIST_HEAD',
  );
  const early = edit(
    declared,
    '\tmt_clear_in_rcu(vmi.mas.tree);\n',
    '\tmmap_write_downgrade(oldmm);\n\treading = 1;\n\tmt_clear_in_rcu(vmi.mas.tree);\n',
  );
  return edit(
    early,
    UNLOCK,
    '\tif (reading)\n\t\tmmap_read_unlock(oldmm);\n\telse\n\t\tmmap_write_unlock(oldmm);\n\tif (!retval)\n',
  );
}
