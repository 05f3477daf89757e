import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFunctions } from '../../src/cfront/index.js';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import type { PatchReview } from '../../src/judge/types.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { HOOK_TEXTS, type HookText } from './hook-texts.js';
import { kernelTree, treeFile, type Version } from './tree.js';

const RULES = await loadRules();

/** The patch that gives a hook another body. Which definition is compiled, the configuration tells. */
function patchOf(root: string, { hook, body }: HookText): string {
  const path = `include/linux/${hook.split('_')[0]}.h`;
  const file = treeFile(root, path)!;
  const f = listFunctions(file).find((x) => x.name === hook)!;
  const lines = file.lines.map((l) => l.text);
  const open = lines.indexOf('{', f.startLine);
  const value = /\bint\b/.test(lines[f.startLine].split('(')[0]);
  const text = body(value ? '\treturn 0;\n' : '');
  const after = [...lines.slice(0, open + 1), ...text.split('\n').slice(0, -1)];
  return diffText(path, lines.join('\n'), [...after, ...lines.slice(f.endLine)].join('\n'));
}

async function review(root: string, patch: string, mutants = false): Promise<PatchReview> {
  const { patches } = await reviewSeries(await readInput('edit.patch', Buffer.from(patch)), {
    ...{ reader: folderReader(root), rules: RULES, keep: () => 'trace', suggest: false },
    explore: { mutants },
  });
  return patches[0];
}

const bad = HOOK_TEXTS.filter((t) => t.rule);
const good = HOOK_TEXTS.filter((t) => !t.rule);

describe.each(['6.12', '6.1'] as Version[])('the hooks of Linux %s', (version) => {
  const { root, skipped } = kernelTree(version);

  it.skipIf(!root).each(bad)(`$rule finds that $name${skipped}`, async (t) => {
    const { status, findings } = await review(root!, patchOf(root!, t));
    expect(status).toBe('reviewed');
    const found = findings.filter((f) => f.verdict !== 'holds');
    expect(found.map((f) => [f.rule, f.verdict, f.change])).toEqual([
      [t.rule, 'violated', 'introduced'],
    ]);
  });

  it.skipIf(!root).each(good)(`nothing is said where $name${skipped}`, async (t) => {
    const { status, findings } = await review(root!, patchOf(root!, t), true);
    expect(status).toBe('reviewed');
    expect(findings.filter((f) => f.verdict !== 'holds' || f.change !== 'none')).toEqual([]);
  });

  it.skipIf(!root)(`a hook that calls what nobody knows is not passed${skipped}`, async () => {
    const body = () => '\tscan_all_of(mm);\n';
    const patch = patchOf(root!, { name: 'unknown', hook: 'khugepaged_fork', body });
    const { findings } = await review(root!, patch);
    const explored = findings.filter((f) => f.rule !== 'fork-cost');
    for (const f of explored) expect([f.rule, f.verdict]).toEqual([f.rule, 'inconclusive']);
    expect(explored[0].message).toContain('scan_all_of() is not modelled and takes a mm');
  });

  it.skipIf(!root)(`a hook that is told of the wrong mm is found in fork.c${skipped}`, async () => {
    const path = 'kernel/fork.c';
    const before = readFileSync(join(root!, path), 'utf8');
    const after = before.replace(/(\bkhugepaged_fork\()(\w+), (\w+)\)/, '$1$3, $2)');
    const { findings } = await review(root!, diffText(path, before, after));
    const found = findings.filter((f) => f.change === 'introduced');
    expect(found.map((f) => f.rule)).toEqual(['fork-registration']);
  });

  it.skipIf(!root)(`a hook that moves above dup_mm() is not called missing${skipped}`, async () => {
    const path = 'kernel/fork.c';
    const before = readFileSync(join(root!, path), 'utf8');
    const gone = before.replace(/^\t+khugepaged_fork\(\w+, \w+\);\n/m, '');
    const at = gone.indexOf('\n\ttsk->mm = mm;\n', gone.indexOf('static int copy_mm('));
    const call = '\n\tif (mm != oldmm)\n\t\tkhugepaged_fork(mm, oldmm);\n';
    const moved = gone.slice(0, at) + call + gone.slice(at);
    for (const [after, verdict, said] of [
      [gone, 'violated', 'they scan its parent'],
      [moved, 'inconclusive', 'the patch moves khugepaged_fork() into copy_mm(), which is not run'],
    ]) {
      const { findings } = await review(root!, diffText(path, before, after));
      const found = findings.filter((f) => f.verdict !== 'holds');
      expect(found.map((f) => [f.rule, f.verdict])).toEqual([['fork-registration', verdict]]);
      expect(found[0].message).toContain(said);
    }
  });
});
