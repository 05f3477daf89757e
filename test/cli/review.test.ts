import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Review } from '../../src/judge/types.js';
import { diffText } from '../kernel/diff.js';
import { corpus, forklore, ROOT, tempFolder } from '../support.js';

const mail = (name: string): string => join(ROOT, 'fixtures', 'mails', name);
const TREE = join(ROOT, 'fixtures', 'mini-6.12');
const json = (...args: string[]): Review =>
  JSON.parse(forklore('review', '--format', 'json', ...args).out) as Review;

/** Of copy_page_range() a line more, and nothing of fork. */
const MODEL_CHANGED = [
  'diff --git a/mm/memory.c b/mm/memory.c',
  '--- a/mm/memory.c',
  '+++ b/mm/memory.c',
  '@@ -10,4 +10,5 @@',
  ' int copy_page_range(struct vm_area_struct *into, struct vm_area_struct *from)',
  ' {',
  '+\tcount_copies(from);',
  ' \treturn copy_tables(into, from);',
  ' }',
  '',
].join('\n');

describe('forklore review', () => {
  it('answers a reply that quotes a patch', () => {
    const traces = tempFolder();
    const r = forklore('review', mail('seed-like.mbox'), '--traces', traces);
    expect(r.code).toBe(0);
    expect(r.err).toBe('');
    expect(r.out).toMatch(/^quoted patch, 2 files; kernel\/fork\.c: hunk 2 is cut short$/m);
    expect(r.out).toMatch(
      /^holds +fork-lock-target +kernel\/fork\.c:46 {2}vma_start_write\(vma\)$/m,
    );
    expect(r.out).toMatch(/states to the end, none fails/);
    expect(r.out).toMatch(/caught \d+ of \d+ mutants/);
    expect(r.out).toMatch(/1 patch, nothing introduced \(\d+\.\d s\)/);
    // a run that breaks the rule, in this version or in one without what the rule is about
    const files = [...r.out.matchAll(/forklore replay (\S+)/g)].map((m) => m[1]);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(dirname(file)).toBe(traces);
    expect(forklore('replay', files[0]).code).toBe(0);
    for (const line of r.out.split('\n'))
      if (!line.includes('forklore replay')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('shows an introduced defect with its interleaving, and exits 1', () => {
    const r = forklore('review', mail('lock-copy.mbox'), '--tree', TREE, '--traces', tempFolder());
    expect(r.code).toBe(1);
    expect(r.out).toMatch(
      /^VIOLATED +fork-lock-target +kernel\/fork\.c:63 {2}vma_start_write\(copy\)$/m,
    );
    expect(r.out).toMatch(/^ +fork +thread A +thread B$/m);
    expect(r.out).toMatch(/before this patch: none fails/);
    expect(
      forklore('review', mail('lock-copy.mbox'), '--tree', TREE, '--fail-on', 'never').code,
    ).toBe(0);
  });

  it('does not take a pass that no mutant was held against for a full review', () => {
    const args = [mail('lock-helper.mbox'), '--tree', TREE, '--rule', 'fork-lock-target'];
    const code = (...more: string[]) =>
      forklore('review', ...args, '--traces', tempFolder(), '--strict', ...more).code;
    expect([code(), code('--no-mutants')]).toEqual([0, 3]);
  });

  it('does not take a patch for reviewed of which something was not run', () => {
    const folder = tempFolder();
    const strict = (name: string, text: string, ...args: string[]) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      const all = [file, '--no-mutants', '--traces', folder, ...args];
      const { patches } = json(...all);
      return {
        ...patches[0],
        codes: [forklore('review', ...all).code, forklore('review', ...all, '--strict').code],
      };
    };
    // a function that a model stands for, and nothing else
    const model = strict('model.patch', MODEL_CHANGED);
    expect(model).toMatchObject({
      status: 'not-applicable',
      notRun: ['copy_page_range'],
      codes: [0, 3],
    });
    // a step that no model gives an effect
    const before = readFileSync(join(TREE, 'kernel/fork.c'), 'utf8');
    const after = before.replace(/^.*hiwater_vm.*\n/m, '');
    const step = strict('step.patch', diffText('kernel/fork.c', before, after), '--tree', TREE);
    expect(step).toMatchObject({ status: 'reviewed', codes: [0, 3] });
    for (const f of step.findings.filter((x) => x.rule !== 'fork-cost')) {
      expect([f.rule, f.verdict, f.change]).toEqual([f.rule, 'inconclusive', 'none']);
      expect(f.message).toMatch(/removes the assignment to mm\.hiwater_vm.*kernel\/fork\.c:\d+/);
    }
  });

  it('writes the JSON contract', () => {
    const review = json(mail('lock-copy.mbox'), '--tree', TREE, '--traces', tempFolder());
    expect(review).toMatchObject({ schema: 'forklore.review/1', tool: { name: 'forklore' } });
    const [p] = review.patches;
    expect(p).toMatchObject({ kind: 'patch', status: 'reviewed', reason: '' });
    expect(p.files).toEqual([
      { path: 'kernel/fork.c', hunks: expect.any(Number), truncated: false, base: 'exact' },
    ]);
    const f = p.findings.find((x) => x.rule === 'fork-lock-target')!;
    expect(f.id).toMatch(/^[0-9a-f]{16}$/);
    expect(f.evidence).toMatchObject({
      model: expect.any(String),
      executions: 0,
      exhausted: true,
      mutants: { tried: 0, caught: 0 },
      counterfactual: null,
    });
    expect(Object.keys(f.evidence.counterexample!.steps[0]).sort()).toEqual([
      'function',
      'line',
      'path',
      'text',
      'thread',
    ]);
  });

  it('gives a finding the same id by hunks and with a tree', () => {
    const a = json(mail('lock-copy.mbox'), '--tree', TREE, '--traces', tempFolder());
    const b = json(mail('lock-copy.mbox'), '--traces', tempFolder());
    const ids = (review: typeof a) =>
      review.patches[0].findings.map((f) => [f.rule, f.id, f.verdict, f.change]);
    expect(ids(b)).toEqual(ids(a));
    expect(ids(b).filter(([, , verdict]) => verdict === 'violated')).toHaveLength(1);
  });

  it('says in one line that a patch is none of its business', () => {
    const file = join(tempFolder(), 'other.patch');
    writeFileSync(
      file,
      'diff --git a/fs/x.c b/fs/x.c\n--- a/fs/x.c\n+++ b/fs/x.c\n@@ -1,2 +1,2 @@\n int x;\n-int y;\n+int z;\n',
    );
    const r = forklore('review', file);
    expect(r.code).toBe(0);
    expect(r.out).toMatch(/^not applicable: .*\n$/);
    expect(json(file).patches[0].status).toBe('not-applicable');
  });

  it('refuses what is neither a mail nor a patch: one line, exit 2', () => {
    const file = join(tempFolder(), 'notes.txt');
    writeFileSync(file, 'buy milk\n');
    const r = forklore('review', file);
    expect(r).toMatchObject({ code: 2, out: '' });
    expect(r.err).toBe(`forklore: ${file}: neither a mail nor a patch\n`);
    expect(forklore('review', join(tempFolder(), 'nothing')).err).toMatch(/no such file\n$/);
  });

  it('goes on with the inputs that can be read', () => {
    const r = forklore(
      'review',
      join(tempFolder(), 'nothing'),
      mail('lock-helper.mbox'),
      '--tree',
      TREE,
      '--traces',
      tempFolder(),
    );
    expect(r.code).toBe(2);
    expect(r.out).toMatch(/^holds/m);
  });

  it('names the broken hunk and why', () => {
    const text = readFileSync(mail('lock-copy.mbox'), 'utf8').replace(
      /^@@ -(\d+),(\d+)/m,
      (_m, a, n) => `@@ -${a},${Number(n) + 1}`,
    );
    const file = join(tempFolder(), 'broken.mbox');
    writeFileSync(file, text);
    const r = forklore('review', file, '--tree', TREE, '--strict', '--traces', tempFolder());
    expect(r.out).toMatch(/hunk 1 of kernel\/fork\.c/);
    expect(r.out).toMatch(/header says \d+/);
  });

  it('bounded is not holds: a time limit of nothing passes nothing', () => {
    const review = json(mail('seed-like.mbox'), '--time-limit', '0.001', '--traces', tempFolder());
    expect(review.patches[0].findings[0]).toMatchObject({ verdict: 'bounded', change: 'none' });
    expect(review.patches[0].findings[0].message).toContain('time');
    expect(
      forklore('review', mail('seed-like.mbox'), '--time-limit', '0.001', '--strict').code,
    ).toBe(3);
  });

  it('gives the same review with worker threads', () => {
    const strip = (r: Review) =>
      JSON.parse(JSON.stringify(r, (k, x: unknown) => (k === 'seconds' ? 0 : x))) as Review;
    const traces = tempFolder();
    const one = json(mail('seed-like.mbox'), '--traces', traces);
    expect(strip(json(mail('seed-like.mbox'), '--jobs', '2', '--traces', traces))).toEqual(
      strip(one),
    );
  });

  it('refuses an unknown rule, a missing tree, an unknown option', () => {
    expect(forklore('review', mail('seed-like.mbox'), '--rule', 'no-such').err).toMatch(
      /no rule "no-such"; there are: .*fork-lock-target/,
    );
    expect(forklore('review', mail('seed-like.mbox'), '--tree', '/no/such').err).toMatch(
      /--tree \/no\/such: no such folder/,
    );
    for (const args of [['--rule', 'x'], ['--tree', '/no/such'], ['--frob']])
      expect(forklore('review', mail('seed-like.mbox'), ...args).code).toBe(2);
  });

  it('answers the seed mail as a whole process', (ctx) => {
    const seed = corpus('seed-reply-hildenbrand.mbox');
    if (!seed) ctx.skip('the folder with real mails is absent');
    const r = forklore('review', seed!, '--traces', tempFolder());
    expect(r.code).toBe(0);
    expect(r.out).toMatch(
      /^holds +fork-lock-target +kernel\/fork\.c:689 {2}vma_start_write\(mpnt\)$/m,
    );
  });

  it('says one line for each unrelated mail', (ctx) => {
    for (const n of ['0095', '0096', '0097', '0098', '0099', '0100', '0101']) {
      const file = corpus(`${n}-unrelated.mbox`);
      if (!file) ctx.skip('the folder with real mails is absent');
      const r = forklore('review', file!);
      expect(r.code).toBe(0);
      expect(r.out.split('\n').length).toBe(2);
    }
  });
});
