import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import { loadRules } from '../../src/judge/load.js';
import { reviewSeries } from '../../src/review.js';
import { folderReader } from '../../src/source/index.js';
import { diffText } from './diff.js';
import { kernelTree, type Version } from './tree.js';

const PATH = 'kernel/fork.c';
const RULES = await loadRules();

interface TextEdit {
  name: string;
  /** The function that is edited. */
  at: 'vm_area_dup' | '__vm_area_free' | 'vm_area_free';
  /** Its body, to one that is not the same. */
  change: (body: string) => string;
  /** A rule that finds it; left out: it does what it did. */
  rule?: string;
  only?: Version;
}

const drop = (line: RegExp) => (body: string) => body.replace(line, '');

const EDITS: TextEdit[] = [
  {
    name: "the list of the copy is its original's",
    at: 'vm_area_dup',
    change: drop(/^\t+INIT_LIST_HEAD\(.*\n/m),
    rule: 'fork-rmap',
  },
  {
    name: 'the lock of the copy is that of its original',
    at: 'vm_area_dup',
    change: drop(/^\tif \(!vma_lock_alloc[^}]*\}\n/m),
    rule: 'fork-unwind',
    only: '6.12',
  },
  {
    name: 'no lock, and the copy stays',
    at: 'vm_area_dup',
    change: drop(/^\t\tkmem_cache_free\(.*\n/m),
    rule: 'fork-unwind',
    only: '6.12',
  },
  {
    name: 'nobody asks whether there was memory',
    at: 'vm_area_dup',
    change: (b) => b.replace(/if \(!new\)/, 'if (0)').replace(/if \(new\)/, 'if (1)'),
    rule: 'fork-error-handling',
  },
  {
    name: 'the original is overwritten',
    at: 'vm_area_dup',
    change: (b) =>
      b
        .replace('memcpy(new, orig,', 'memcpy(orig, new,')
        .replace(/\*new = (.*)\*orig/, '*orig = $1*new'),
    rule: 'fork-content',
  },
  {
    name: 'nothing is copied',
    at: 'vm_area_dup',
    change: drop(/^\t+(data_race\(memcpy.*|\*new = data_race.*)\n/m),
    rule: 'fork-error-handling',
  },
  {
    name: 'nothing is made',
    at: 'vm_area_dup',
    change: () => '\treturn NULL;\n',
    rule: 'fork-error-handling',
  },
  {
    name: 'the lock stays',
    at: '__vm_area_free',
    change: drop(/^\tvma_lock_free\(.*\n/m),
    rule: 'fork-unwind',
    only: '6.12',
  },
  {
    name: 'the VMA stays',
    at: '__vm_area_free',
    change: drop(/^\tkmem_cache_free\(.*\n/m),
    rule: 'fork-unwind',
    only: '6.12',
  },
  {
    name: 'the VMA stays',
    at: 'vm_area_free',
    change: drop(/^\tkmem_cache_free\(.*\n/m),
    rule: 'fork-unwind',
    only: '6.1',
  },
  {
    name: 'it is freed twice',
    at: 'vm_area_free',
    change: (b) => b.replace('#else', '\t__vm_area_free(vma);\n#else'),
    rule: 'fork-unwind',
    only: '6.12',
  },
  {
    name: 'it is freed twice',
    at: 'vm_area_free',
    change: (b) => b.replace(/(\tkmem_cache_free\(.*\n)/, '$1$1'),
    rule: 'fork-unwind',
    only: '6.1',
  },
  {
    name: 'it says so',
    at: 'vm_area_dup',
    change: (b) => b.replace(/(\n\tif \()/, '\n\tpr_debug("x\\n");$1'),
  },
  {
    name: 'the copy is an assignment, or a memcpy()',
    at: 'vm_area_dup',
    change: (b) =>
      /\*new = data_race/.test(b)
        ? b.replace(/\*new = data_race.*;/, 'memcpy(new, orig, sizeof(*new));')
        : b.replace(/data_race\(memcpy.*;/, '*new = *orig;'),
  },
  {
    name: 'NULL is named',
    at: 'vm_area_dup',
    change: (b) =>
      b.replace('if (!new)', 'if (new == NULL)').replace('if (new)', 'if (new != NULL)'),
  },
  {
    name: 'no grace period is waited for',
    at: 'vm_area_free',
    change: (b) => b.replace(/call_rcu\(.*;/, '__vm_area_free(vma);'),
    only: '6.12',
  },
];

function patchOf(root: string, { at, change }: TextEdit): string {
  const text = readFileSync(join(root, PATH), 'utf8');
  const head = new RegExp(`^(?:struct vm_area_struct \\*|void )${at}\\(.*\\)\\n\\{\\n`, 'm').exec(
    text,
  )!;
  const from = head.index + head[0].length;
  const to = text.indexOf('\n}', from) + 1;
  return diffText(PATH, text, text.slice(0, from) + change(text.slice(from, to)) + text.slice(to));
}

const edits = (version: Version, found: boolean) =>
  EDITS.filter((e) => (e.rule !== undefined) === found && (e.only ?? version) === version);

describe.each(['6.12', '6.1'] as Version[])(
  'VMAs of Linux %s, made and freed by a changed text',
  (version) => {
    const { root, skipped } = kernelTree(version);
    const review = async (e: TextEdit) => {
      const input = await readInput('edit.patch', Buffer.from(patchOf(root!, e)));
      const { patches } = await reviewSeries(input, {
        ...{ reader: folderReader(root!), rules: RULES, keep: () => 'trace', suggest: false },
        explore: { mutants: false },
      });
      return patches[0];
    };

    it.skipIf(!root).each(edits(version, true))(
      `$rule finds in $at(): $name${skipped}`,
      async (e) => {
        const { status, findings } = await review(e);
        expect(status).toBe('reviewed');
        const found = findings.filter((f) => f.change === 'introduced').map((f) => f.rule);
        expect(found).toContain(e.rule);
      },
    );

    it.skipIf(!root).each(edits(version, false))(
      `nothing to find in $at(): $name${skipped}`,
      async (e) => {
        const { status, findings } = await review(e);
        expect(status).toBe('reviewed');
        expect(
          findings.filter((f) => f.verdict !== 'holds').map((f) => [f.rule, f.message]),
        ).toEqual([]);
      },
    );
  },
);
