import { beforeAll, describe, expect, it } from 'vitest';
import type { Patch } from '../../src/intake/types.js';
import { loadRules } from '../../src/judge/load.js';
import type { Rule } from '../../src/judge/rule.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { reviewPatch } from '../../src/review.js';
import { skeletonFile } from '../../src/source/index.js';
import { whyIncomplete } from '../../src/source/validate.js';
import { WALKS, walkSkeletons } from '../../src/source/walks.js';
import { edit, patchOf } from './mini.js';

const around = (lines: readonly string[]): string =>
  ['#include <linux/mm.h>', '', ...lines, '', 'static int z;', ''].join('\n');

/** A function of the teardown in the form that it had in some release. */
const walk = (name: (typeof WALKS)[number], release: string): string =>
  around(walkSkeletons(name).find((s) => s.era.id === `teardown-${release}`)!.lines);

/** A part of a patch: what one file loses and gets. */
interface Part {
  path: string;
  section: string;
  text: string;
  change(text: string): string;
}

const EXIT = { path: 'mm/mmap.c', section: 'void exit_mmap(struct mm_struct *space)' };
const UNMAP = { path: 'mm/memory.c', section: 'void unmap_vmas(struct mmu_gather *gather,' };
const PGTABLES = { path: 'mm/memory.c', section: 'void free_pgtables(struct mmu_gather *gather,' };

let rules: Rule[] = [];
beforeAll(async () => {
  rules = (await loadRules()).filter((r) => ['fork-failure-marker', 'fork-unwind'].includes(r.id));
});

async function review(parts: readonly Part[], quoted = false): Promise<PatchReview> {
  const patches = parts.map((p) => patchOf(p.path, p.text, p.change(p.text), p.section));
  const files = patches.flatMap((p) => p.files);
  const patch: Patch = { ...patches[0], files: quoted ? files.map(truncated) : files };
  return reviewPatch(patch, {
    reader: null,
    rules,
    keep: () => 'kept',
    suggest: false,
    explore: { mutants: false },
  });
}

const truncated = (file: Patch['files'][0]): Patch['files'][0] => ({ ...file, truncated: true });

const of = (r: PatchReview, rule: string): Finding | undefined =>
  r.findings.find((f) => f.rule === rule);

describe('functions of the teardown, known from parts alone', () => {
  it.each(
    WALKS.flatMap((name) => walkSkeletons(name).map((s) => [name, s.era.id, s.lines] as const)),
  )('%s of %s is one complete function', (_name, _id, lines) => {
    expect(
      whyIncomplete(lines, new Set(['vma', 'after', 'at', 'walk', 'gather', 'removed'])),
    ).toBeNull();
  });

  it('exit_mmap() runs as the patch makes it: a tree that is not given back', async () => {
    const r = await review([
      {
        ...EXIT,
        text: walk('exit_mmap', '6.12'),
        change: (t) => edit(t, '\t__mt_destroy(&space->mm_mt);\n', ''),
      },
    ]);
    expect(of(r, 'fork-failure-marker')).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
    });
    expect(r.notes!.join('\n')).toMatch(/exit_mmap\(\): .* skeleton teardown-6\.12/);
  });

  it('a walk that runs over the marker is seen, whatever its variables are called', async () => {
    const r = await review([
      {
        ...UNMAP,
        text: walk('unmap_vmas', '6.12')
          .replaceAll('vma', 'area')
          .replaceAll('unmap_areas', 'unmap_vmas')
          .replaceAll('unmap_single_area', 'unmap_single_vma'),
        change: (t) => edit(t, 'while (area != NULL && !xa_is_zero(area))', 'while (area != NULL)'),
      },
    ]);
    expect(of(r, 'fork-failure-marker')).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
      location: { path: 'mm/memory.c' },
    });
  });

  it('one place of two is not enough', async () => {
    const r = await review([
      {
        ...PGTABLES,
        text: walk('free_pgtables', '6.12'),
        change: (t) => edit(t, '\t\t\t\tif (xa_is_zero(after))\n\t\t\t\t\tafter = NULL;\n', ''),
      },
    ]);
    expect(of(r, 'fork-failure-marker')).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
    });
  });

  it('functions of different files are of one age', async () => {
    const walks = (t: string) =>
      edit(
        edit(
          edit(t, 'long high, bool', 'long high, unsigned long tree_end, bool'),
          'after = mas_find(walk, high - 1);\n\t\t/*',
          'after = mas_find(walk, tree_end - 1);\n\t\t/*',
        ),
        '\t\t\t\tafter = mas_find(walk, high - 1);\n',
        '\t\t\t\tafter = mas_find(walk, tree_end - 1);\n',
      );
    const call = 'USER_PGTABLES_CEILING, true);';
    const r = await review([
      { ...PGTABLES, text: walk('free_pgtables', '6.7'), change: walks },
      {
        ...EXIT,
        text: walk('exit_mmap', '6.7'),
        change: (t) => edit(t, call, `USER_PGTABLES_CEILING, ${call}`),
      },
    ]);
    expect(r.notes!.join('\n')).not.toMatch(/teardown-6\.(9|12)/);
    expect(of(r, 'fork-failure-marker')).toMatchObject({ verdict: 'holds' });
  });

  it('what changes nothing passes', async () => {
    const r = await review([
      {
        ...EXIT,
        text: walk('exit_mmap', '6.12'),
        change: (t) => edit(t, '\t\tremoved++;\n', '\t\tremoved += 1;\n'),
      },
      {
        ...PGTABLES,
        text: walk('free_pgtables', '6.12'),
        change: (t) =>
          edit(
            t,
            '\t\tunlink_anon_vmas(area);\n\t\tif (is',
            '\t\tunlink_anon_vmas(area);\n\t\tcond_resched();\n\t\tif (is',
          ),
      },
    ]);
    expect(r.findings.map((f) => [f.rule, f.verdict])).toEqual([
      ['fork-failure-marker', 'holds'],
      ['fork-unwind', 'holds'],
    ]);
  });

  it('is not passed where a patch is cut short', async () => {
    const r = await review(
      [
        {
          ...EXIT,
          text: walk('exit_mmap', '6.12'),
          change: (t) => edit(t, '\t\tremoved++;\n', '\t\tremoved += 1;\n'),
        },
      ],
      true,
    );
    expect(r.findings.some((f) => f.verdict === 'holds')).toBe(false);
  });

  it('the marker of a patch meets a teardown that knows none', async () => {
    const fork = around(skeletonFile('6.7').lines.map((l) => l.text));
    const dup = (t: string): string =>
      [
        ['\tVMA_ITERATOR(source, parent, 0);\n', ''],
        [
          'error = vma_iter_bulk_alloc(&walk, parent->map_count);',
          'error = __mt_dup(&parent->mm_mt, &child->mm_mt, GFP_KERNEL);',
        ],
        ['for_each_vma(source, vma) {', 'for_each_vma(walk, vma) {'],
        [
          'if (vma_iter_bulk_store(&walk, copy) != 0)\n\t\t\tgoto drop_chain;',
          'vma_iter_bulk_store(&walk, copy);',
        ],
        ['drop_chain:\n\tunlink_anon_vmas(copy);\n', ''],
        [
          '\t\tmt_set_in_rcu(walk.mas.tree);\n',
          '\t\tmt_set_in_rcu(walk.mas.tree);\n\telse if (vma != NULL) {\n\t\tmas_set_range(&walk.mas, vma->vm_start, vma->vm_end - 1);\n\t\tmas_store(&walk.mas, XA_ZERO_ENTRY);\n\t}\n',
        ],
        [
          '\t\tif (error != 0)\n\t\t\tgoto settle;\n\t}\n\terror = arch',
          '\t\tif (error != 0) {\n\t\t\tvma = vma_next(&walk);\n\t\t\tgoto settle;\n\t\t}\n\t}\n\terror = arch',
        ],
      ].reduce((text, [from, to]) => edit(text, from, to), t);
    const r = await review([
      { path: 'kernel/fork.c', section: 'static int dup_mmap(', text: fork, change: dup },
      {
        ...EXIT,
        text: walk('exit_mmap', '6.7'),
        change: (t) => edit(t, '\t\tremoved++;\n', '\t\tremoved += 1;\n'),
      },
    ]);
    expect(r.notes!.join('\n')).not.toMatch(/teardown-6\.(9|12)/);
    expect(of(r, 'fork-failure-marker')).toMatchObject({
      verdict: 'violated',
      change: 'introduced',
    });
    // what lies behind that breach was not looked at, and is no pass
    expect(of(r, 'fork-unwind')?.verdict).toBe('bounded');
    expect(of(r, 'fork-unwind')?.message).toContain('the breach that fork-failure-marker reports');
  });
});
