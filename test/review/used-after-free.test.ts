import { describe, expect, it } from 'vitest';
import { loadRules } from '../../src/judge/load.js';
import { edit, reviewEdit } from './mini.js';

/** The copy's file is linked before the policy is copied, which may fail: what is freed then is still linked. */
function linkedEarly(text: string): string {
  const from = text.indexOf('\t\tfile = copy->vm_file;\n');
  const to = text.indexOf('\t\tif (!(copy->vm_flags & VM_WIPEONFORK))\n', from);
  const link = text.slice(from, to);
  const policy = '\t\terror = vma_dup_policy(vma, copy);\n';
  return edit(edit(text, link, ''), policy, `${link}${policy}`);
}

/** The last copy is freed where the range of the next VMA can not be taken out. */
const freedInTheTree = (text: string) =>
  edit(
    text,
    '\t\t\tif (error)\n\t\t\t\tgoto settle;\n\t\t\tvm_stat',
    '\t\t\tif (error)\n\t\t\t\tgoto free_copy;\n\t\t\tvm_stat',
  );

describe('what is used after it was freed', () => {
  it.each([
    ['by a walker that comes by the file', linkedEarly],
    ['by the teardown', freedInTheTree],
  ])('%s: is a matter of what fork gives back', async (_by, change) => {
    const rules = await loadRules();
    const { review } = await reviewEdit(change, {
      rules: rules.filter((r) => ['fork-error-handling', 'fork-unwind'].includes(r.id)),
      explore: { mutants: false },
      suggest: false,
    });
    const of = (rule: string) => review.findings.find((f) => f.rule === rule);
    expect(of('fork-unwind')).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(of('fork-error-handling')).toMatchObject({ change: 'none' });
    expect(of('fork-error-handling')!.verdict).not.toBe('violated');
  });
});
