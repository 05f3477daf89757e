import { describe, expect, it } from 'vitest';
import type { Edit, KernelFunction } from './edits.js';
import { type Edited, reviewEdit } from './review-edit.js';
import { kernelTree, type Version } from './tree.js';

interface Case {
  name: string;
  at: Edited;
  change: (e: Edit, f: KernelFunction) => void;
  /** What is said of it. */
  said?: RegExp;
}

const zero = ['mm_put_huge_zero_folio', 'mm_put_huge_zero_page'];
const zeroPage = (f: KernelFunction) => zero.flatMap((name) => f.calls(name))[0].stmt;

const UNSEEN: readonly Case[] = [
  {
    name: 'a call that has no effect here goes',
    at: '__mmput',
    change: (e, f) => e.remove(f.call('lru_gen_del_mm').stmt),
    said: /removes the call of lru_gen_del_mm\(\), .*not modelled \(kernel\/fork\.c:\d+\)/,
  },
  {
    name: 'such a call comes a second time',
    at: '__mmput',
    change: (e, f) => e.after(f.call('exit_aio').stmt, '\texit_aio(mm);'),
    said: /adds the call of exit_aio\(\)/,
  },
  {
    name: 'such a call moves behind the teardown',
    at: '__mmput',
    change: (e, f) => e.move(f.call('exit_aio').stmt, f.call('exit_mmap').stmt),
    said: /moves the call of exit_aio\(\)/,
  },
  {
    name: 'such a call becomes one of some runs only',
    at: 'exit_mmap',
    change: (e, f) =>
      e.replace(f.call('flush_cache_mm').stmt, '\tif (!mm->map_count)', '\t\tflush_cache_mm(mm);'),
    said: /removes the call of flush_cache_mm\(\)/,
  },
  {
    name: 'a call is added that only a failing fork comes to',
    at: 'dup_mm',
    change: (e, f) => e.after(f.call('mm_init_owner').stmt, '\tnobody_knows();'),
    said: /adds the call of nobody_knows\(\)/,
  },
  {
    name: 'a call that nobody knows is added',
    at: 'dup_mmap',
    change: (e, f) => e.after(f.call('flush_cache_dup_mm').stmt, '\tnobody_knows();'),
    said: /adds the call of nobody_knows\(\)/,
  },
  {
    name: 'a field that nobody reads is not set',
    at: 'dup_mm',
    change: (e, f) => e.remove(f.storeOf('hiwater_vm')),
    said: /removes the assignment to mm\.hiwater_vm/,
  },
  {
    name: 'such a field is set to something else',
    at: 'dup_mm',
    change: (e, f) => e.replace(f.storeOf('hiwater_vm'), '\tmm->hiwater_vm = 0;'),
    said: /changes the assignment to mm\.hiwater_vm/,
  },
  {
    name: 'a lock is of another class',
    at: 'dup_mmap',
    change: (e, f) => {
      const { stmt } = f.call('mmap_write_lock_nested');
      e.replace(stmt, '\tmmap_write_lock_nested(mm, 2);');
    },
    said: /changes the arguments of mmap_write_lock_nested\(\)/,
  },
  {
    name: 'breakpoints are noted when the locks are gone',
    at: 'dup_mmap',
    change: (e, f) =>
      e.move(f.call('uprobe_dup_mmap').stmt, f.call('mmap_write_unlock', 'oldmm').stmt),
    said: /moves the call of uprobe_dup_mmap\(\)/,
  },
  {
    name: 'the OOM killer is not told that all is freed',
    at: 'exit_mmap',
    change: (e, f) => e.remove(f.call('set_bit').stmt),
    said: /removes the call of set_bit\(\)/,
  },
];

const HARMLESS: readonly Case[] = [
  {
    name: 'calls without effect go into a helper',
    at: '__mmput',
    change: (e, f) => {
      const stmts = [f.call('uprobe_clear_state').stmt, f.call('exit_aio').stmt];
      e.insert(
        e.head,
        'static void forget_users(struct mm_struct *gone)',
        '{',
        '\tuprobe_clear_state(gone);',
        '\texit_aio(gone);',
        '}',
        '',
      )
        .replace(stmts[0], '\tforget_users(mm);')
        .remove(stmts[1]);
    },
  },
  {
    name: 'a call is written once for two ways',
    at: '__mmput',
    change: (e, f) => {
      const stmt = zeroPage(f);
      const [text] = f.text(f.span(stmt));
      e.replace(stmt, '\tif (mm->map_count)', `\t${text}`, '\telse', `\t${text}`);
    },
  },
  {
    name: 'something is printed, asserted and waited for',
    at: 'exit_mmap',
    change: (e, f) =>
      e.after(
        f.call('lru_add_drain').stmt,
        '\tpr_debug("all of it goes\\n");',
        '\tWARN_ON_ONCE(!mm);',
        '\tcond_resched();',
      ),
  },
  {
    name: 'two calls are made with a block around them',
    at: 'exit_mmap',
    change: (e, f) => {
      const stmts = [f.call('lru_add_drain').stmt, f.call('flush_cache_mm').stmt];
      e.replace(stmts[0], '\tdo {', '\t\tlru_add_drain();').replace(
        stmts[1],
        '\t\tflush_cache_mm(mm);',
        '\t} while (0);',
      );
    },
  },
];

describe.each(['6.12', '6.1'] as Version[])('what no model of Linux %s sees', (version) => {
  const { root, skipped } = kernelTree(version);

  it.skipIf(!root).each(UNSEEN)(`is named and is no pass: $name${skipped}`, async (c) => {
    const { findings } = await reviewEdit(root!, c, () => true);
    const explored = findings.filter((f) => f.rule !== 'fork-cost');
    expect(explored.length).toBeGreaterThan(10);
    for (const f of explored) {
      expect([f.rule, f.verdict, f.change]).toEqual([f.rule, 'inconclusive', 'none']);
      expect(f.message).toMatch(c.said!);
      expect(f.evidence.notModelled.join()).toContain('is not modelled');
    }
  });

  it.skipIf(!root).each(HARMLESS)(`nothing is said where $name${skipped}`, async (c) => {
    const { status, findings } = await reviewEdit(root!, c, () => true);
    expect(status).toBe('reviewed');
    expect(findings.filter((f) => f.verdict !== 'holds').map((f) => f.message)).toEqual([]);
  });
});
