import { beforeAll, describe, expect, it } from 'vitest';
import { loadRules } from '../../src/judge/load.js';
import type { Rule } from '../../src/judge/rule.js';
import type { Finding } from '../../src/judge/types.js';
import { reviewPatch } from '../../src/review.js';
import { skeletonFile } from '../../src/source/index.js';
import { edit, patchOf } from './mini.js';

/** dup_mmap() of an era, with what stands around it in the file. */
const fileOf = (era: string): string =>
  [
    '#include <linux/mm.h>',
    '',
    ...skeletonFile(era).lines.map((l) => l.text),
    '',
    'static int other(void)',
    '{',
    '\treturn 0;',
    '}',
    '',
  ].join('\n');

const SECTION = 'static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)';

let rules: Rule[] = [];
beforeAll(async () => {
  rules = await loadRules();
});

/** What is found on a change of dup_mmap(), by its hunks alone, by rule. */
async function findingsOf(
  era: string,
  change: (text: string) => string,
  mutants = false,
): Promise<Map<string, Finding>> {
  const before = fileOf(era);
  const patch = patchOf('kernel/fork.c', before, change(before), SECTION);
  const review = await reviewPatch(patch, {
    reader: null,
    rules,
    keep: () => 'kept',
    suggest: false,
    explore: { mutants },
  });
  expect(review.files[0].base).toBe('hunks-only');
  return new Map(review.findings.map((f) => [f.rule, f]));
}

const of = (found: Map<string, Finding>, change: Finding['change']): string[] =>
  [...found.values()].filter((f) => f.change === change).map((f) => f.rule);

const markBefore = (line: string) => (text: string) =>
  edit(text, `\t\t${line}\n`, `\t\tvma_mark_locked(vma);\n\t\t${line}\n`);

describe('a kernel whose VMAs hang in a list and an rb-tree, by hunks alone', () => {
  it('runs: what does not change anything passes, held against mutants', async () => {
    const found = await findingsOf(
      '6.0',
      (text) => edit(text, '\t\tchild->map_count++;\n', '\t\tchild->map_count += 1;\n'),
      true,
    );
    expect(of(found, 'introduced')).toEqual([]);
    const verdicts = new Map([...found].map(([rule, f]) => [rule, f.verdict]));
    // the copy is in i_mmap before its private data are cleared, up to 6.8
    expect(verdicts.get('fork-publication')).toBe('violated');
    verdicts.delete('fork-publication');
    expect(new Set(verdicts.values())).toEqual(new Set(['holds']));
    expect(found.get('fork-lock-target')?.message).toMatch(/^Page faults wait for the mmap lock/);
    expect(found.has('fork-cost')).toBe(false);
  });

  it('gets its lock: the parent is open to page faults before, and not after', async () => {
    const found = await findingsOf('6.0', markBefore('copy = vm_area_dup(vma);'));
    expect(found.get('fork-lock-target')).toMatchObject({ verdict: 'holds', change: 'fixed' });
    expect(of(found, 'introduced')).toEqual([]);
  });

  it('is still open where the copy is locked instead', async () => {
    const found = await findingsOf('6.0', (text) =>
      edit(
        text,
        '\t\tcopy->vm_mm = child;\n',
        '\t\tcopy->vm_mm = child;\n\t\tvma_mark_locked(copy);\n',
      ),
    );
    expect(found.get('fork-lock-target')).toMatchObject({ verdict: 'violated' });
  });

  it('has no lock to lose, and still a flush', async () => {
    const found = await findingsOf('6.0', (text) => edit(text, '\tflush_tlb_mm(parent);\n', ''));
    expect(found.get('fork-lock-target')).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
    });
    expect(found.get('fork-lock-target')?.message).toContain('TLB is not flushed');
  });

  it('loses VMAs where the list is not continued', async () => {
    const found = await findingsOf('6.0', (text) => edit(text, '\t\ttail = &copy->vm_next;\n', ''));
    expect(found.get('fork-content')).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(found.get('fork-content')?.message).toContain("the child's list");
  });

  it('has the VMA of the parent in its tree where that one is linked', async () => {
    const found = await findingsOf('6.0', (text) =>
      edit(text, '__vma_link_rb(child, copy,', '__vma_link_rb(child, vma,'),
    );
    expect(of(found, 'introduced')).toContain('fork-content');
    expect(of(found, 'introduced')).toContain('fork-half-built');
  });

  it('does not pass a VMA that is linked at another place', async () => {
    const found = await findingsOf('6.0', (text) =>
      edit(text, '\t\tabove = &copy->vm_rb;\n', '\t\tabove = NULL;\n'),
    );
    expect(found.get('fork-content')).toMatchObject({ verdict: 'violated', change: 'introduced' });
  });

  it('keeps list and maple tree between the two', async () => {
    const found = await findingsOf('6.1-links', (text) =>
      edit(
        text,
        '\t\t\tgoto unlink_chain;\n\t\tchild->map_count++;\n',
        '\t\t\tgoto unlink_chain;\n\t\tchild->map_count += 1;\n',
      ),
    );
    expect(of(found, 'introduced')).toEqual([]);
    expect(found.get('fork-content')).toMatchObject({ verdict: 'holds' });
  });
});
