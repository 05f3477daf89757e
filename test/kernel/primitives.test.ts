import { describe, expect, it } from 'vitest';
import { listFunctions, lowerProgram } from '../../src/cfront/index.js';
import { readInput } from '../../src/intake/index.js';
import { calleesOf } from '../../src/judge/features.js';
import { loadRules } from '../../src/judge/load.js';
import type { PatchReview } from '../../src/judge/types.js';
import { companions, lowerAll } from '../../src/programs.js';
import { reviewSeries } from '../../src/review.js';
import { isModelled, isPrimitive, runsFromSource } from '../../src/sim/known.js';
import { folderReader, skeletonHelpers } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { kernelTree, treeFile, type Version } from './tree.js';

/** Files of a kernel that define functions of which the simulator has models. */
const FILES = [
  ...['kernel/fork.c', 'kernel/events/uprobes.c', 'fs/userfaultfd.c', 'lib/maple_tree.c'],
  ...['huge_memory.c', 'hugetlb.c', 'internal.h', 'interval_tree.c', 'memory.c', 'mempolicy.c'].map(
    (f) => `mm/${f}`,
  ),
  ...['mmap.c', 'mmu_gather.c', 'rmap.c', 'swap.c', 'util.c', 'vma.c'].map((f) => `mm/${f}`),
  ...[
    'fs',
    'hugetlb',
    'hugetlb_inline',
    'khugepaged',
    'ksm',
    'list',
    'maple_tree',
    'mempolicy',
  ].map((f) => `include/linux/${f}.h`),
  ...[
    'mm',
    'mm_types',
    'mman',
    'mmap_lock',
    'mmu_notifier',
    'pgtable',
    'rcupdate',
    'spinlock',
    'xarray',
  ].map((f) => `include/linux/${f}.h`),
];
const ENTRIES = ['dup_mm', 'dup_mmap', 'mmput', '__mmput', 'exit_mmap'];
const RULES = await loadRules();

interface Site {
  name: string;
  path: string;
  text: string;
  /** Index of the line with the opening brace. */
  open: number;
  value: boolean;
}

/** The modelled functions that a tree defines and that what fork runs there calls. */
async function sites(root: string): Promise<Site[]> {
  const below = ['mm/vma.c', 'mm/vma.h', 'mm/memory.c'].flatMap((p) => treeFile(root, p) ?? []);
  const others = [...(await companions([], folderReader(root))), ...below];
  const out: Site[] = [];
  for (const path of FILES) {
    const file = treeFile(root, path);
    if (!file) continue;
    const called = calleesOf(await lowerAll([file, ...others], ENTRIES));
    for (const f of listFunctions(file)) {
      if (!isPrimitive(f.name) || !called.has(f.name)) continue;
      const lines = file.lines.map((l) => l.text);
      const open = lines.findIndex((l, k) => k >= f.startLine && l === '{');
      if (open < 0 || open > f.endLine) continue;
      const lowered = await lowerProgram({
        files: [file],
        entries: [f.name],
        isModelled: (name) => name !== f.name && isModelled(name),
        declarations: [skeletonHelpers()],
      });
      const value = lowered.functions[f.name].result.kind !== 'void';
      out.push({ name: f.name, path, text: lines.join('\n'), open, value });
    }
  }
  return out;
}

async function review(root: string, s: Site, ...added: string[]): Promise<PatchReview> {
  const lines = s.text.split('\n');
  lines.splice(s.open + 1, 0, ...added);
  const patch = diffText(s.path, s.text, lines.join('\n'));
  const { patches } = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    reader: folderReader(root),
    rules: RULES,
    keep: () => 'trace',
    suggest: false,
    explore: { mutants: false },
  });
  return patches[0];
}

const introduced = (r: PatchReview): string[] =>
  r.findings.filter((f) => f.change === 'introduced').map((f) => f.rule);
const open = (r: PatchReview): string =>
  [r.reason, ...r.findings.filter((f) => f.verdict === 'inconclusive').map((f) => f.message)].join(
    ' ',
  );

describe.each(['6.12', '6.1'] as Version[])('modelled functions of Linux %s', async (version) => {
  const { root, skipped } = kernelTree(version);
  const table = root ? await sites(root) : [];

  it.skipIf(!root)(`are many${skipped}`, () => {
    expect(table.length).toBeGreaterThan(30);
  });

  it.skipIf(!root).each(table)('$name() of $path that does nothing is no plain pass', async (s) => {
    const r = await review(root!, s, s.value ? '\treturn 0;' : '\treturn;');
    expect(r.status).not.toBe('not-applicable');
    if (introduced(r).length === 0) expect(open(r)).toContain(`${s.name}() is a model here`);
    else expect(runsFromSource(s.name)).toBe(true);
  });

  const followed = table.filter((s) => runsFromSource(s.name));
  it.skipIf(!root).each(followed)('$name() of $path runs from its own text', async (s) => {
    const r = await review(root!, s, '\tpr_debug("here\\n");');
    expect(r.findings.filter((f) => f.verdict !== 'holds').map((f) => [f.rule, f.message])).toEqual(
      [],
    );
    expect(r.status).toBe('reviewed');
  });
});
