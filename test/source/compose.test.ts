import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilePatch } from '../../src/intake/types.js';
import { rebuild, skeletonFile } from '../../src/source/index.js';
import { whyIncomplete } from '../../src/source/validate.js';
import {
  callsOf,
  cutAt,
  dupMmapOf,
  forkPatch,
  MINI,
  ROOT,
  readDiff,
  rename,
  stepsOf,
  textOf,
} from './support.js';

const mail = (name: string) => readFileSync(join(ROOT, 'fixtures/mails', name), 'utf8');
const seedLike = mail('seed-like.mbox');
const seed = () => forkPatch(seedLike, '>> ');
const byHunks = (file: FilePatch) => rebuild(file, { reader: null });
const skeletonSteps = (id: string) => stepsOf(skeletonFile(id).lines.map((l) => l.text)).slice(1);
const steps = (lines: string[]) => stepsOf(lines).slice(1);

describe('a quote that is cut short', () => {
  it('goes on as the kernel did: 6.7 before, 6.8 after', async () => {
    const pair = await byHunks(seed());
    expect(pair.failure).toBeNull();
    expect(pair.before).toMatchObject({ base: 'hunks-only', skeleton: '6.7' });
    expect(pair.after).toMatchObject({ base: 'hunks-only', skeleton: '6.7, 6.8' });
    expect(pair.notes).toEqual([
      'steps before line 12 and lines 18-33 are those of skeleton 6.7',
      'steps after the quote are those of skeleton 6.8 (before the patch: 6.7)',
    ]);
    const same = (a: string[], b: string[]) => expect(a.slice().sort()).toEqual(b.slice().sort());
    same(steps(dupMmapOf(pair.before)), skeletonSteps('6.7'));
    same(steps(dupMmapOf(pair.after)), skeletonSteps('6.8'));
    expect(callsOf(dupMmapOf(pair.after))).toEqual(
      callsOf(skeletonFile('6.8').lines.map((l) => l.text)),
    );
  });

  it('keeps the lines of the quote, with their places in the mail', async () => {
    const pair = await byHunks(seed());
    const mailLines = seedLike.split('\n');
    const lock = pair.after!.lines.find((l) => l.text.includes('vma_start_write'))!;
    expect(lock).toMatchObject({ origin: 'hunk', changed: false, line: 46 });
    expect(mailLines[lock.patchLine! - 1]).toContain('vma_start_write(vma);');
    expect(
      pair
        .after!.lines.filter((l) => l.origin === 'skeleton')
        .every((l) => l.line === null && l.era),
    ).toBe(true);
    expect(pair.after!.lines.at(-1)!.era).toBe('6.8');
    expect(pair.before!.lines.filter((l) => l.changed).map((l) => l.text.trim())).toEqual([
      'VMA_ITERATOR(source, parent, 0);',
      '/* Room for as many VMAs as the parent has. */',
      'error = vma_iter_bulk_alloc(&walk, parent->map_count);',
      'if (error)',
      'for_each_vma(source, vma) {',
    ]);
  });

  it('shows the whole helper of the other file, and drops the parts around it', async () => {
    const pair = await byHunks(readDiff(seedLike, '>> ')[0]);
    expect(pair.failure).toBeNull();
    expect(textOf(pair.before)).toBe('');
    const after = pair.after!.lines.map((l) => l.text);
    expect(after[0]).toMatch(/^static inline int vma_iter_clear_gfp/);
    expect(after.at(-1)).toBe('}');
    expect(after.join('\n')).not.toContain('vma_iter_free');
  });

  it('composes, or says why, wherever it is cut', async () => {
    const total = seed().hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
    const results: string[] = [];
    for (let keep = 1; keep <= total; keep++) {
      const pair = await byHunks(cutAt(seed(), keep));
      if (pair.failure !== null) {
        expect(pair.failure).toMatch(
          /^dup_mmap\(\) of kernel\/fork\.c can not be rebuilt from the hunks: \S/,
        );
        results.push('fails');
        continue;
      }
      for (const side of [pair.before, pair.after]) {
        expect(whyIncomplete(dupMmapOf(side), new Set(['source', 'walk', 'vma']))).toBeNull();
        expect(new Set(callsOf(dupMmapOf(side)).filter((c) => c === 'vma_start_write')).size).toBe(
          1,
        );
      }
      results.push(pair.after!.skeleton!);
    }
    expect(results.at(-1)).toBe('6.7, 6.8');
    expect(results.filter((r) => r === 'fails').length).toBeLessThan(4);
  });
});

describe('other names for the same things', () => {
  const names = fc.uniqueArray(
    fc.constantFrom('old', 'new', 'src', 'dst', 'it', 'vma', 'prev', 'tmp', 'mpnt'),
    { minLength: 2, maxLength: 2 },
  );

  it('go through to the steps that are filled in', async () => {
    await fc.assert(
      fc.asyncProperty(names, async ([parent, iterator]) => {
        const file = rename(seed(), {
          vma: parent,
          walk: `${iterator}_vmi`,
          source: 'walk',
          unlock: 'leave',
        });
        const pair = await byHunks(file);
        expect(pair.failure).toBeNull();
        const after = dupMmapOf(pair.after).join('\n');
        expect(after).toContain(`for_each_vma(${iterator}_vmi, ${parent})`);
        expect(after).toMatch(new RegExp(`= vm_area_dup\\(${parent}\\)`));
        expect(after).toMatch(/^leave:/m);
        expect(after).not.toMatch(/\bwalk\b(?!->)/);
        expect(callsOf(after.split('\n'))).toEqual(
          callsOf(skeletonFile('6.8').lines.map((l) => l.text)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("the kernel's are known where no step tells what they stand for", async () => {
    const [file] = readDiff(
      [
        'diff --git a/kernel/fork.c b/kernel/fork.c',
        '@@ -690,4 +690,5 @@ static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)',
        ' \t\tif (fatal_signal_pending(current)) {',
        ' \t\t\tretval = -EINTR;',
        '+\t\t\tgive_way(oldmm, mpnt);',
        ' \t\t\tgoto loop_out;',
        ' \t\t}',
      ].join('\n'),
    );
    const pair = await byHunks(file);
    expect(pair.failure).toBeNull();
    const after = dupMmapOf(pair.after).join('\n');
    expect(after).toMatch(/for_each_vma\(\w+, mpnt\)/);
    expect(after).toContain('flush_tlb_mm(oldmm)');
    expect(after).toMatch(/^loop_out:/m);
  });
});

describe('a hunk that starts within a block', () => {
  const hunk = (middle: string[]) =>
    readDiff(
      [
        'diff --git a/kernel/fork.c b/kernel/fork.c',
        `@@ -690,${middle.length + 2} +690,${middle.length + 3} @@ static int dup_mmap(struct mm_struct *child, struct mm_struct *parent)`,
        ...middle,
        '+\t\tvma_start_write(copy);',
        ' \t\tvm_flags_clear(copy, VM_LOCKED_MASK);',
        ' \t\tif (is_vm_hugetlb_page(copy))',
      ].join('\n'),
    )[0];

  it('with the branches of the kernel is filled up', async () => {
    const pair = await byHunks(
      hunk([
        ' \t\t} else {',
        ' \t\t\tif (anon_vma_fork(copy, vma))',
        ' \t\t\t\tgoto put_policy;',
        ' \t\t}',
      ]),
    );
    expect(pair.failure).toBeNull();
    expect(callsOf(dupMmapOf(pair.before))).toContain('anon_vma_fork');
  });

  it('whose branches stand the other way round is not taken for the kernel', async () => {
    const pair = await byHunks(hunk([' \t\t} else {', ' \t\t\tcopy->anon_vma = NULL;', ' \t\t}']));
    expect(pair.failure).toMatch(/can not be rebuilt from the hunks: hunk 1 .* branches otherwise/);
  });
});

describe('a complete patch without a tree', () => {
  it.each(['lock-copy.mbox', 'lock-helper.mbox'])('%s: 6.12 on both sides', async (name) => {
    const pair = await byHunks(forkPatch(mail(name)));
    expect(pair.failure).toBeNull();
    expect(pair.before!.skeleton).toBe('6.12');
    expect(pair.after!.skeleton).toBe('6.12');
    expect(callsOf(dupMmapOf(pair.before))).toEqual(
      callsOf(skeletonFile('6.12').lines.map((l) => l.text)),
    );
  });

  it('moves the lock as the patch does, and keeps the helper before its caller', async () => {
    const copy = callsOf(dupMmapOf((await byHunks(forkPatch(mail('lock-copy.mbox')))).after));
    expect(copy.filter((c) => c === 'vma_start_write')).toHaveLength(1);
    expect(copy.indexOf('vma_start_write')).toBe(copy.indexOf('vm_area_dup') + 1);
    const helper = await byHunks(forkPatch(mail('lock-helper.mbox')));
    expect(textOf(helper.after)).toMatch(
      /^static void dup_mmap_lock_vma[\s\S]*^static int dup_mmap\(/m,
    );
    expect(textOf(helper.before)).not.toContain('dup_mmap_lock_vma');
  });

  it('is not guessed at: steps that no dup_mmap() has fail with the hunk named', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const strange = file.hunks.map((h) => ({
      ...h,
      lines: h.lines.map((l) => ({ ...l, text: l.text.replace(/[A-Za-z_]\w*/g, (w) => `x${w}`) })),
    }));
    const pair = await byHunks({ ...file, hunks: strange });
    expect(pair.failure).toMatch(
      /hunk 1 \(input line \d+\) does not fit the steps of any known dup_mmap/,
    );
    expect([pair.before, pair.after]).toEqual([null, null]);
  });

  it('finds dup_mmap() by its steps when the section names a label', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const hunks = file.hunks.map((h) => ({ ...h, section: 'unlock:' }));
    const pair = await byHunks({ ...file, hunks });
    expect(pair.failure).toBeNull();
    expect(pair.after!.skeleton).toBe('6.12');
  });

  it('does not take a hunk of another function for dup_mmap()', async () => {
    const file = forkPatch(mail('lock-copy.mbox'));
    const hunks = file.hunks.map((h) => ({ ...h, section: 'static int other(void)' }));
    const pair = await byHunks({ ...file, hunks });
    expect(pair.failure).toBe(
      'no definition of kernel/fork.c is shown whole (other()); give the tree with --tree',
    );
  });
});

describe('a cut quote with its tree', () => {
  it('keeps the tree up to the cut, and goes on as the kernel did', async () => {
    const base = textOf((await byHunks(seed())).before);
    const tree = `int first;\n\n${base}\n\nint last;\n`;
    const pair = await rebuild(seed(), { reader: { label: '--tree', read: async () => tree } });
    expect(pair.failure).toBeNull();
    expect(`${textOf(pair.before)}\n`).toBe(tree);
    expect(pair.notes).toContain('steps after the quote are those of skeleton 6.8');
    expect(callsOf(dupMmapOf(pair.after))).toEqual(
      callsOf(skeletonFile('6.8').lines.map((l) => l.text)),
    );
    expect(textOf(pair.after)).toMatch(/^int first;[\s\S]*int last;$/);
    expect(pair.after!.lines.some((l) => l.origin === 'file' && l.text.includes('ksm_fork'))).toBe(
      true,
    );
  });
});

describe('newer forms', () => {
  const hunk = (path: string, lines: string[]) => {
    const old = lines.filter((l) => l[0] !== '+').length;
    const now = lines.filter((l) => l[0] !== '-').length;
    const head = `@@ -1700,${old} +1700,${now} @@ int dup_mmap(struct mm_struct *child, struct mm_struct *parent)`;
    return readDiff(`diff --git a/${path} b/${path}\n${head}\n${lines.join('\n')}\n`)[0];
  };

  it('are known by their calls: a lock that can be killed', async () => {
    const pair = await byHunks(
      hunk('mm/mmap.c', [
        ' \tfor_each_vma(walk, vma) {',
        ' \t\tstruct file *file;',
        ' ',
        '-\t\terror = vma_start_write_killable(vma);',
        '+\t\tif (vma->anon_vma)',
        '+\t\t\terror = vma_start_write_killable(vma);',
        ' \t\tif (error < 0)',
        ' \t\t\tgoto settle;',
        ' \t\tif (vma->vm_flags & VM_DONTCOPY) {',
      ]),
    );
    expect(pair.failure).toBeNull();
    expect(pair.before!.skeleton).toBe('post-6.18-killable');
    expect(callsOf(dupMmapOf(pair.after))).not.toContain('fatal_signal_pending');
    expect(callsOf(dupMmapOf(pair.after))).toContain('tear_down_vmas');
  });

  it('are told apart by the file when the lines fit several', async () => {
    const lines = [
      ' \t\tcopy = vm_area_dup(vma);',
      '-\t\tif (!copy)',
      '+\t\tif (unlikely(!copy))',
      ' \t\t\tgoto no_memory;',
    ];
    const old = await byHunks(hunk('kernel/fork.c', lines));
    const moved = await byHunks(hunk('mm/mmap.c', lines));
    expect(old.before!.skeleton).toBe('6.12');
    expect(moved.before!.skeleton).toMatch(/^post-6\.18/);
    expect(old.notes.at(-1)).toMatch(
      /^the lines shown fit skeletons 5\.18, .* and post-6\.18-vma_test; 6\.12 is used$/,
    );
  });
});

it('never throws and never gives half a function, whatever the hunks hold', async () => {
  const body = (id: string) => {
    const lines = skeletonFile(id).lines.map((l) => l.text);
    return lines.slice(lines.indexOf('{'));
  };
  const pool = [...body('6.7'), ...body('6.12')];
  const odd = [
    '}',
    '{',
    '/* open',
    'close */',
    '#ifdef CONFIG_X',
    '#endif',
    '"',
    'if (a',
    'x);',
    '',
    'unlock:',
  ];
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pool) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
  const run = fc.tuple(fc.nat(pool.length - 1), fc.integer({ min: 1, max: 9 }));
  const kind = fc.constantFrom(' ', ' ', ' ', '-', '+');
  const shape = fc.tuple(run, fc.array(fc.tuple(kind, line), { maxLength: 6 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(shape, { minLength: 1, maxLength: 3 }), async (shapes) => {
      const hunks = shapes.map(([[at, length], extra, truncated], i) => {
        const context = pool.slice(at, at + length).map((text) => [' ', text]);
        const lines = [...context, ...extra].map(([k, text], n) => {
          const number = 100 * i + n;
          return { kind: k as ' ', text, old: number, new: number, inputLine: number };
        });
        return {
          ...seed().hunks[0],
          lines,
          truncated,
          section: 'int dup_mmap(struct mm_struct *child,',
        };
      });
      const pair = await byHunks({ ...seed(), hunks });
      if (pair.failure !== null) return;
      for (const side of [pair.before, pair.after]) {
        const lines = dupMmapOf(side);
        if (lines.length > 0) expect(whyIncomplete(lines, new Set())).toBeNull();
      }
    }),
    { numRuns: 150 },
  );
});

it('leaves files alone that are not C', async () => {
  const pair = await byHunks({ ...seed(), oldPath: 'a.rst', newPath: 'a.rst' });
  expect(pair).toMatchObject({
    failure: null,
    before: null,
    notes: ['a.rst is not C: not analysed'],
  });
});

it('answers at once for a hunk of a hundred thousand lines', async () => {
  const [hunk] = seed().hunks;
  const line = hunk.lines[0];
  const lines = Array.from({ length: 100_000 }, (_, i) => ({
    ...line,
    text: `\tcall${i}(child);`,
  }));
  const started = performance.now();
  const pair = await byHunks({ ...seed(), hunks: [{ ...hunk, lines }] });
  expect(pair.failure).toMatch(/more statements than any form of the function has/);
  expect(performance.now() - started).toBeLessThan(10_000);
});

it('says so when the tree does not hold the file', async () => {
  const reader = { label: '--tree', read: async () => null };
  const pair = await rebuild(seed(), { reader });
  expect(pair.notes[0]).toBe('kernel/fork.c is not in --tree; rebuilt from the hunks');
  expect(pair.after!.base).toBe('hunks-only');
  expect(MINI).toContain('mini-6.12');
});
