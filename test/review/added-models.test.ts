import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from '../kernel/diff.js';
import { ROOT } from '../support.js';
import { edit } from './mini.js';

const MINI = join(ROOT, 'fixtures', 'mini-6.1');
const RULES = await loadRules();
const PATH = 'fs/userfaultfd.c';

/** What the kernel's dup_userfaultfd_fail() does, in words of our own. */
const DROP = [
  '#include <linux/userfaultfd_k.h>',
  '',
  'void dup_userfaultfd_fail(struct list_head *events)',
  '{',
  '\tstruct userfaultfd_fork_ctx *event, *later;',
  '',
  '\tlist_for_each_entry_safe(event, later, events, list) {',
  '\t\tstruct userfaultfd_ctx *before = event->orig;',
  '',
  '\t\tlist_del(&event->list);',
  '\t\tatomic_dec(&before->mmap_changing);',
  '\t\tuserfaultfd_ctx_put(event->new);',
  '\t\tuserfaultfd_ctx_put(before);',
  '\t\tkfree(event);',
  '\t}',
  '}',
  '',
].join('\n');

/** The patch that drops the events of a fork that fails by a function which it adds. */
function patchWith(text: string): string {
  const before = readFileSync(join(MINI, 'kernel/fork.c'), 'utf8');
  const after = edit(
    before,
    '\tdup_userfaultfd_complete(&events);',
    '\tif (error)\n\t\tdup_userfaultfd_fail(&events);\n\telse\n\t\tdup_userfaultfd_complete(&events);',
  );
  const lines = text.split('\n').slice(0, -1);
  const added = [
    `diff --git a/${PATH} b/${PATH}`,
    'new file mode 100644',
    '--- /dev/null',
    `+++ b/${PATH}`,
    `@@ -0,0 +1,${lines.length} @@`,
    ...lines.map((l) => `+${l}`),
    '',
  ].join('\n');
  return `${added}${diffText('kernel/fork.c', before, after)}`;
}

async function review(text: string, tree: boolean, rule?: string): Promise<PatchReview> {
  const input = await readInput('added.patch', Buffer.from(patchWith(text)));
  const { patches } = await reviewSeries(input, {
    rules: RULES.filter((r) => rule === undefined || r.id === rule),
    ...{ keep: () => 'trace', suggest: false, explore: { mutants: false } },
    reader: tree ? folderReader(MINI) : null,
  });
  return patches[0];
}

const said = (findings: readonly Finding[]) =>
  findings
    .filter((f) => f.verdict === 'inconclusive' || f.change !== 'none')
    .filter((f) => f.change !== 'existing')
    .map((f) => [f.rule, f.verdict, f.change]);

const MISTAKES: Record<string, (text: string) => string> = {
  'it does nothing': (t) => t.replace(/\tlist_for[\s\S]*\n\t\}\n/, ''),
  'the mark stays': (t) => edit(t, '\t\tatomic_dec(&before->mmap_changing);\n', ''),
  'the context of the parent is not put': (t) => edit(t, '\t\tuserfaultfd_ctx_put(before);\n', ''),
  'that of the child is not put': (t) => edit(t, '\t\tuserfaultfd_ctx_put(event->new);\n', ''),
  'that of the parent is put twice': (t) => edit(t, '_put(event->new)', '_put(before)'),
  'the event is not freed': (t) => edit(t, '\t\tkfree(event);\n', ''),
  'it ends after the first': (t) => edit(t, 'kfree(event);\n', 'kfree(event);\n\t\tbreak;\n'),
  'it walks another list': (t) =>
    edit(
      edit(t, '*later;\n', '*later;\n\tLIST_HEAD(none);\n'),
      'later, events, list)',
      'later, &none, list)',
    ),
};

describe.each([
  ['with a tree', true],
  ['by hunks', false],
] as const)('a function that a patch adds under the name of a model, %s', (_, tree) => {
  it('runs from its text', async () => {
    const { status, findings, notes } = await review(DROP, tree);
    expect(status).toBe('reviewed');
    expect(said(findings)).toEqual([['fork-event-delivery', 'holds', 'fixed']]);
    expect(notes?.join()).not.toContain('taken to do');
  });

  it('is no pass for its name alone', async () => {
    for (const [name, change] of Object.entries(MISTAKES)) {
      const { findings } = await review(change(DROP), tree, 'fork-unwind');
      expect([name, ...findings.map((f) => [f.verdict, f.change])]).toEqual([
        name,
        ['violated', 'introduced'],
      ]);
    }
  });

  it('that uses what it has freed is found', async () => {
    const plain = edit(DROP, '_safe(event, later, ', '(event, ');
    const { findings } = await review(plain, tree, 'fork-unwind');
    expect(findings.map((f) => [f.verdict, f.change])).toEqual([['violated', 'introduced']]);
  });

  it('that can not be run is named with its place', async () => {
    const text = DROP.replaceAll('dup_userfaultfd_fail', 'flush_tlb_mm').replace(
      'struct list_head *events',
      'struct mm_struct *events',
    );
    const { findings } = await review(`${text}${DROP}`, tree);
    const open = findings.filter((f) => f.verdict === 'inconclusive' && f.rule !== 'fork-cost');
    expect(findings.filter((f) => f.verdict === 'holds')).toEqual([]);
    expect(open.length).toBeGreaterThan(10);
    for (const f of open)
      expect(f.message).toMatch(/flush_tlb_mm\(\) is a model here, .*\(fs\/userfaultfd\.c:\d+\)/);
  });
});
