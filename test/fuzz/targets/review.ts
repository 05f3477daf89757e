import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prng } from '../../../src/base/prng.js';
import { barePatch } from '../../../src/intake/bare.js';
import { parseDiff } from '../../../src/intake/index.js';
import { loadRules } from '../../../src/judge/load.js';
import type { Rule } from '../../../src/judge/rule.js';
import { reviewPatch } from '../../../src/review.js';
import { vmaSpec } from '../../../src/sim/kinds.js';
import type { ContentReader } from '../../../src/source/types.js';
import { projectRoot } from '../../bench/root.js';
import { once, pick } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';

const folder = join(projectRoot(), 'fixtures/mini-6.12');
const texts = new Map<string, string | null>();

function textOf(path: string): string | null {
  try {
    return readFileSync(join(folder, path), 'utf8');
  } catch {
    return null;
  }
}

const reader: ContentReader = {
  label: 'mini',
  async read(path) {
    if (!texts.has(path)) texts.set(path, textOf(path));
    return texts.get(path)!;
  },
};
const TEXT = readFileSync(join(folder, 'kernel/fork.c'), 'utf8').split('\n');
const START = TEXT.findIndex((l) => /^static int dup_mmap/.test(l));
const END = TEXT.findIndex((l, i) => i > START && l === '}');

/** Statements that run in every fork of one plain VMA: a new statement in front of them is reached. */
const REACHED = TEXT.flatMap((l, i) =>
  i > START &&
  i < END &&
  /^\t\t?(?:vma_start_write|copy = vm_area_dup|copy->vm_mm = |vm_flags_clear|child->map_count|charged = 0|error = vma_dup_policy|error = arch_dup_mmap|flush_tlb_mm)/.test(
    l,
  )
    ? [i]
    : [],
);
const IN_LOOP = REACHED.filter((i) => /^\t\t/.test(TEXT[i]));
const AFTER_DUP = IN_LOOP.filter(
  (i) => i > TEXT.findIndex((l) => /copy = vm_area_dup/.test(l)) + 2,
);

interface Case {
  at: number;
  statement: string;
}

/** A call of a function that nobody knows, with something of the model in its hands. */
function make(r: Prng): Case {
  const name = `${pick(r, ['mm', 'vma', 'arch', 'foo', '__do'])}_${pick(r, ['fix', 'sync', 'notify', 'prep', 'x'])}${r.below(100)}`;
  const kinds = [
    () => ({
      at: pick(r, REACHED),
      args: pick(r, ['child', 'parent', '&child->mm_mt', 'child, parent', '&walk']),
    }),
    () => ({
      at: pick(r, IN_LOOP),
      args: pick(r, ['vma', 'vma, child', 'vma->vm_mm', '&vma->vm_flags']),
    }),
    () => ({
      at: pick(r, AFTER_DUP),
      args: pick(r, ['copy', 'copy, vma', 'vma, copy', '&copy->anon_vma']),
    }),
  ];
  const { at, args } = pick(r, kinds)();
  const call = `${name}(${args}${once(r, 3) ? `, ${r.below(9)}` : ''})`;
  const forms = [
    `${call};`,
    `(void)${call};`,
    `if (${call})\n\t\t\tcharged = 0;`,
    `error |= !${call} && 0;`,
    `do { ${call}; } while (0);`,
  ];
  return { at, statement: pick(r, forms) };
}

const SCENARIO = {
  id: 'small',
  vmas: [vmaSpec({ kind: 'anon' })!],
  threads: [],
  failures: 0,
  signal: false,
  faultFailures: false,
};
const RULES: Rule[] = (await loadRules(join(projectRoot(), 'rules')))
  .filter((rule) => rule.id === 'fork-lock-target')
  .map((rule) => ({ ...rule, scenarios: [SCENARIO] }));

function patchText({ at, statement }: Case): string {
  const from = Math.max(START, at - 3);
  const context = TEXT.slice(from, at + 3).map((l) => ` ${l}`);
  const added = statement.split('\n').map((l, k) => `+${k === 0 ? `\t\t${l}` : l}`);
  context.splice(at - from, 0, ...added);
  const old = at + 3 - from;
  return `diff --git a/kernel/fork.c b/kernel/fork.c\n--- a/kernel/fork.c\n+++ b/kernel/fork.c\n@@ -${from + 1},${old} +${from + 1},${old + added.length} @@\n${context.join('\n')}\n`;
}

async function run(c: Case): Promise<Depth> {
  const { files, problems } = parseDiff(patchText(c));
  hold(files.length === 1 && problems.length === 0, 'the patch is not read');
  const patch = barePatch('x', files, problems);
  const review = await reviewPatch(patch, {
    ...{ reader, rules: RULES, keep: () => '' },
    // an unknown effect must be seen without their help
    ...{ suggest: false, explore: { mutants: false } },
  });
  hold(review.findings.length > 0, `no finding: ${review.status} ${review.reason}`);
  for (const f of review.findings)
    hold(f.verdict !== 'holds', `${f.rule} holds although nobody knows what "${c.statement}" does`);
  return 'deep';
}

export const review: Target<Case> = { name: 'review', runs: 50_000, make, run, bytes: patchText };
