import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Example, examplesOf } from '../../src/cli/rules/example.js';
import { runExample } from '../../src/cli/rules/run-example.js';
import { builtInRules, loadRules } from '../../src/judge/load.js';
import { folderReader } from '../../src/source/index.js';
import { ROOT } from '../support.js';

/** A tree that duplicates the parent's tree, and one that fills the child's in bulk. */
const TREES = ['mini-6.12', 'mini-6.1'] as const;
type Tree = (typeof TREES)[number];

/** Why a rule has no examples on a tree: the class does not exist there. */
const ABSENT: Record<Tree, Record<string, string>> = {
  'mini-6.12': {},
  'mini-6.1': {
    'fork-guard-teardown':
      'dup_mmap() itself is the uprobe section there: none covers the teardown',
  },
};

const textOf = (tree: Tree, path: string): string[] | null => {
  try {
    return readFileSync(join(ROOT, 'fixtures', tree, path), 'utf8').split('\n');
  } catch {
    return null;
  }
};

/** Every line that the example shows of a file stands in the tree, where the example says. */
const isOn = (e: Example, tree: Tree): boolean =>
  e.patches.every((p) =>
    p.files.every((f) => {
      const text = textOf(tree, f.oldPath ?? '');
      const shown = f.hunks.flatMap((h) => h.lines.filter((l) => l.kind !== '+'));
      return text !== null && shown.every((l) => l.old !== null && text[l.old - 1] === l.text);
    }),
  );

const rules = await loadRules();
const all = await Promise.all(
  rules.map(async (rule) => ({ rule, examples: await examplesOf(join(builtInRules(), rule.id)) })),
);
const table = TREES.flatMap((tree) =>
  all.map(({ rule, examples }) => ({
    id: rule.id,
    tree,
    rule,
    absent: ABSENT[tree][rule.id],
    examples: examples.filter((e) => isOn(e, tree)),
  })),
);

it('says why a class does not exist on a tree, of rules that there are', () => {
  const ids = rules.map((r) => r.id);
  for (const tree of TREES) expect(ids).toEqual(expect.arrayContaining(Object.keys(ABSENT[tree])));
});

describe.each(table)('$id on fixtures/$tree', ({ id, tree, rule, absent, examples }) => {
  it(absent ?? 'has two examples of either kind', () => {
    for (const kind of ['bad', 'good']) {
      const n = examples.filter((e) => e.kind === kind).length;
      const remedy = `rules/${id}: add ${kind}-NAME.patch against fixtures/${tree}, or say here why the class does not exist there`;
      if (absent) expect(n, `${id} has examples on ${tree}: drop the reason`).toBe(0);
      else expect(n, remedy).toBeGreaterThanOrEqual(2);
    }
  });

  if (absent) return;

  it('fires and stays silent with the tree at hand', async () => {
    const reader = folderReader(join(ROOT, 'fixtures', tree));
    const wrong: string[] = [];
    for (const e of examples) {
      const r = await runExample(e, rule, { reader, keep: () => '' });
      if (!r.ok) wrong.push(`${e.name}: ${r.told}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);
});
