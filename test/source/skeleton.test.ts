import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERAS, skeletonFile, skeletonHelpers } from '../../src/source/index.js';
import { resolveSwitches } from '../../src/source/skeleton.js';
import { whyIncomplete } from '../../src/source/validate.js';
import { callsOf, dupMmapOf, MINI, stepsOf } from './support.js';

const linesOf = (id: string) => skeletonFile(id).lines.map((line) => line.text);
const LOCALS = new Set(
  'vma copy error charged walk source into from file fmap pages events'.split(' '),
);

describe('the skeleton of each era', () => {
  it.each(ERAS.map((era) => era.id))('%s is one complete function', (id) => {
    expect(whyIncomplete(linesOf(id), LOCALS)).toBeNull();
    expect(linesOf(id).some((line) => line.startsWith('#'))).toBe(false);
  });

  it.each([
    [
      '6.0',
      ['ksm_fork', 'vm_area_dup', '__vma_link_rb', 'copy_page_range', 'open', 'arch_dup_mmap'],
      'mas_store',
    ],
    ['6.1-list', ['__vma_link_rb', 'mas_store', 'mas_destroy'], 'mas_expected_entries'],
    [
      '6.1-links',
      ['mas_expected_entries', 'mas_for_each', '__vma_link_rb', 'mas_store'],
      'mas_dup',
    ],
    [
      '6.1',
      ['mas_expected_entries', 'mas_for_each', 'mas_store', 'mas_destroy'],
      'vma_start_write',
    ],
    [
      '6.4',
      ['vma_iter_bulk_alloc', 'mt_clear_in_rcu', 'for_each_vma', 'vma_iter_bulk_store'],
      'vma_start_write',
    ],
    ['6.7', ['ksm_fork', 'vma_iter_bulk_alloc', 'vma_start_write', 'unlink_anon_vmas'], '__mt_dup'],
    [
      '6.8',
      [
        'ksm_fork',
        '__mt_dup',
        'vma_start_write',
        'get_file',
        'hugetlb_dup_vma_private',
        'copy_page_range',
        'open',
        'vma_next',
        'mas_set_range',
        'uprobe_end_dup_mmap',
      ],
      'unlink_anon_vmas',
    ],
    [
      '6.11',
      ['hugetlb_dup_vma_private', 'vma_iter_bulk_store', 'open', 'get_file', 'copy_page_range'],
      'dup_userfaultfd_fail',
    ],
    [
      '6.12.0',
      ['mt_set_in_rcu', 'ksm_fork', 'mas_store', 'dup_userfaultfd_fail', 'uprobe_end_dup_mmap'],
      'set_bit',
    ],
    [
      '6.12',
      ['untrack_pfn_clear', 'ksm_fork', 'mas_store', 'set_bit', 'dup_userfaultfd_fail'],
      'uprobe_start_dup_mmap',
    ],
  ] as const)('%s takes its steps in order', (id, order, absent) => {
    const calls = callsOf(linesOf(id));
    const places = order.map((name) => calls.indexOf(name));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(calls).not.toContain(absent);
  });

  it('of 6.12 takes the steps of the miniature tree', () => {
    const mini = readFileSync(join(MINI, 'kernel/fork.c'), 'utf8').split('\n');
    const calls = callsOf(
      dupMmapOf({
        path: '',
        base: 'exact',
        skeleton: null,
        lines: mini.map((text) => ({
          text,
          line: 1,
          patchLine: null,
          origin: 'file',
          changed: false,
        })),
      }),
    );
    expect(calls).toEqual(callsOf(linesOf('6.12')));
  });

  it('knows its eras by name only', () => {
    expect(() => skeletonFile('5.4')).toThrow('5.4: no such skeleton');
    expect(stepsOf(linesOf('6.8'))).not.toEqual(stepsOf(linesOf('6.7')));
  });
});

it('gives the helpers that dup_mmap() calls, over mas_*() only', () => {
  const file = skeletonHelpers();
  const text = file.lines.map((line) => line.text).join('\n');
  for (const name of [
    'vma_next',
    'vma_iter_bulk_store',
    'vma_iter_bulk_alloc',
    'vma_iter_clear_gfp',
    'vma_iter_free',
    'vma_iter_set',
    'mas_set_range',
    'vma_pages',
  ]) {
    expect(text).toMatch(new RegExp(`^static inline .*\\b${name}\\(`, 'm'));
  }
  const own = [...text.matchAll(/^static inline .*?(\w+)\(/gm)].map((m) => m[1]);
  const others = callsOf(text.split('\n')).filter((name) => !own.includes(name));
  expect(others.every((name) => name.startsWith('mas_'))).toBe(true);
  expect(file.lines.every((line) => line.origin === 'skeleton' && line.line === null)).toBe(true);
});

describe('resolveSwitches', () => {
  const template = ['#if A && !B', '1', '#elif B || C', '2', '#else', '3', '#endif', '4'];
  it.each([
    [['A'], ['1', '4']],
    [
      ['A', 'B'],
      ['2', '4'],
    ],
    [['C'], ['2', '4']],
    [[], ['3', '4']],
  ])('with %j on', (on, lines) => {
    expect(resolveSwitches(template, new Set(on))).toEqual(lines);
  });

  it('nests, and refuses a template that does not close', () => {
    const nested = ['#if A', '#if B', '1', '#else', '2', '#endif', '#endif'];
    expect(resolveSwitches(nested, new Set(['B']))).toEqual([]);
    expect(resolveSwitches(nested, new Set(['A']))).toEqual(['2']);
    expect(() => resolveSwitches(['#if A'], new Set())).toThrow(/#endif/);
    expect(() => resolveSwitches(['#endif'], new Set())).toThrow(/without #if/);
  });
});
