import type { Edit, KernelFunction } from './edits.js';
import type { WiderEdit } from './wider-edits.js';

/** What stands in place of the test that follows the clearing of a range that is not copied. */
function then(...lines: string[]): WiderEdit['change'] {
  return (e: Edit, f: KernelFunction) =>
    e.replace(f.next(f.call('vma_iter_clear_gfp').stmt), ...lines.map((l) => `\t\t\t${l}`));
}

const list = (rules: string, edits: Record<string, WiderEdit['change']>): WiderEdit[] =>
  Object.entries(edits).map(([name, change]) => ({
    name: `no memory to take out a range: ${name}`,
    on: ['6.12'],
    at: 'dup_mmap',
    rules: rules ? [rules] : [],
    change,
  }));

/** Taking out the range of a VMA that is not copied allocates only where that changes nodes of a larger tree. */
export const SKIPPED_DEFECTS: readonly WiderEdit[] = [
  ...list('fork-unwind', {
    'the copy made before is freed': then('if (retval)', '\tgoto fail_nomem_policy;'),
    'the charge of the VMA before is given back': then('if (retval)', '\tgoto fail_nomem;'),
  }),
  ...list('fork-lock-balance', {
    'it returns at once': then('if (retval)', '\treturn retval;'),
  }),
  ...list('fork-failure-marker', {
    'the marker is one late': then(
      'if (retval) {',
      '\tmpnt = vma_next(&vmi);',
      '\tgoto loop_out;',
      '}',
    ),
    'there is no marker': then('if (retval) {', '\tmpnt = NULL;', '\tgoto loop_out;', '}'),
  }),
  ...list('fork-half-built', {
    'marked, and not flagged': then(
      'if (retval) {',
      '\tmas_set_range(&vmi.mas, mpnt->vm_start, mpnt->vm_end - 1);',
      '\tmas_store(&vmi.mas, XA_ZERO_ENTRY);',
      '\tgoto out;',
      '}',
    ),
  }),
  ...list('fork-event-delivery', {
    'monitors are told': then(
      'if (retval) {',
      '\tdup_userfaultfd_complete(&uf);',
      '\tgoto loop_out;',
      '}',
    ),
  }),
  ...list('fork-hooks', {
    'a scanner has the child': then(
      'if (retval) {',
      '\tksm_fork(mm, oldmm);',
      '\tgoto loop_out;',
      '}',
    ),
  }),
  ...list('fork-accounting', {
    'it counts as copied': then('if (retval) {', '\tmm->map_count++;', '\tgoto loop_out;', '}'),
  }),
  ...list('fork-failure-marker', {
    'no marker at address 0': (e, f) => {
      const marking = f.around(f.call('mas_set_range').stmt, 'if');
      e.line(f.span(marking).first, '\t\tif (mpnt && mpnt->vm_start) {');
    },
  }),
];

/** The same place, with nothing wrong. */
export const SKIPPED_HARMLESS: readonly WiderEdit[] = list('', {
  'its pages are taken off all the same': then(
    'if (retval) {',
    '\tvm_stat_account(mm, mpnt->vm_flags, -vma_pages(mpnt));',
    '\tgoto loop_out;',
    '}',
  ),
  'tested by sign': then('if (retval < 0)', '\tgoto loop_out;'),
});
