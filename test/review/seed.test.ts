import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInput } from '../../src/intake/index.js';
import type { Patch } from '../../src/intake/types.js';
import { entries } from '../../src/sim/kernel/primitives/tree.js';
import { mmTreeFlags, TREE_FIELD, treeWith } from '../../src/sim/kernel/tree-value.js';
import type { Primitive } from '../../src/sim/machine/primitive.js';
import { pointer } from '../../src/sim/machine/value.js';
import { corpus, ROOT } from '../support.js';
import { reviewOf } from './mini.js';

const OWN = join(ROOT, 'fixtures', 'mails', 'seed-like.mbox');
const SEED = corpus('seed-reply-hildenbrand.mbox');

async function quoted(text: string): Promise<Patch> {
  const series = await readInput('mail', new TextEncoder().encode(text));
  expect(series.patches.length).toBe(1);
  return series.patches[0];
}

/** A tree duplication that copies the VMAs instead of the pointers to them. */
const copyingDup: Record<string, Primitive> = {
  __mt_dup: (env, [from, to]) => {
    if (typeof from !== 'object' || typeof to !== 'object' || !('obj' in from) || !('obj' in to))
      return -22;
    const made = entries(env, from).map((r) => {
      const vma = r.entry as { obj: number; path: string };
      const copy = env.world.create('copy', `${env.world.obj(vma).name}'`);
      env.world.copy(copy, vma);
      env.world.put(copy, '__shared', undefined);
      return { ...r, entry: pointer(copy.obj, '') };
    });
    env.world.put(to, TREE_FIELD, treeWith(made, mmTreeFlags(true)));
    return 0;
  },
};

const MAILS: [string, string | null, number][] = [
  ['the mail in fixtures/', readFileSync(OWN, 'utf8'), 46],
  ['the seed mail', SEED && readFileSync(SEED, 'utf8'), 689],
];

describe.each(MAILS)('a maintainer asks whether the new VMA is locked: %s', (_name, text, line) => {
  const mail = (ctx: { skip: (why: string) => never }): string =>
    text ?? ctx.skip('the folder with real mails is absent');

  it('is answered: the old one is, and here is why', async (ctx) => {
    const patch = await quoted(mail(ctx));
    expect(patch.kind).toBe('quoted-patch');
    expect(patch.files.find((f) => f.newPath === 'kernel/fork.c')?.truncated).toBe(true);
    const { review, finding, traces } = await reviewOf(patch);
    expect(review.status).toBe('reviewed');
    expect(finding).toMatchObject({
      rule: 'fork-lock-target',
      verdict: 'holds',
      change: 'none',
      location: { path: 'kernel/fork.c', line, side: 'RIGHT' },
    });
    expect(finding.message).toContain("Locks the parent's VMA");
    expect(finding.message).toContain('__mt_dup()');
    expect(finding.evidence.exhausted).toBe(true);
    expect(finding.evidence.states).toBeGreaterThan(100);
    expect(finding.evidence.mutants.tried).toBeGreaterThanOrEqual(4);
    expect(finding.evidence.mutants.caught).toBe(finding.evidence.mutants.tried);
    expect(finding.evidence.counterfactual?.mutant).toMatch(
      /with (tmp instead of mpnt|copy instead of vma)/,
    );
    expect(traces).toHaveLength(1);
    expect(review.notes?.join('\n')).toMatch(/skeleton 6\.8/);
  });

  it('by running, not by looking names up: locals renamed in the whole mail', async (ctx) => {
    const old = /\bmpnt\b/.test(mail(ctx)) ? /\bmpnt\b/g : /\bvma\b/g;
    const renamed = mail(ctx)
      .replace(old, 'area')
      .replace(/\b(oldmm|parent)\b/g, 'src_mm')
      .replace(/\b(tmp|copy)\b/g, 'fresh');
    const { finding } = await reviewOf(await quoted(renamed));
    expect(finding).toMatchObject({ verdict: 'holds', change: 'none', location: { line } });
    expect(finding.message).toContain('area comes from');
  });

  it('through an alias of the loop variable', async (ctx) => {
    const aliased = mail(ctx).replace(
      /^(>+ ?>? ?)(.)(\s*)vma_start_write\((\w+)\);$/m,
      (_all, quote: string, mark: string, blanks: string, name: string) =>
        `${quote}${mark}${blanks}vma_start_write(*&${name});`,
    );
    expect(aliased).not.toBe(mail(ctx));
    const { finding } = await reviewOf(await quoted(aliased));
    expect(finding).toMatchObject({ verdict: 'holds', change: 'none' });
  });

  it('and the answer flips when the tree is duplicated with copies of the VMAs', async (ctx) => {
    const { finding } = await reviewOf(await quoted(mail(ctx)), {
      explore: { overrides: copyingDup },
    });
    expect(finding.verdict).toBe('violated');
    expect(finding.message).toContain("child's copy");
    expect(finding.evidence.counterexample!.steps.some((s) => s.thread !== 'fork')).toBe(true);
  });
});

describe('the cut of the quote', () => {
  it('may be anywhere after the loop head: the answer stays, or the review says what is missing', async (ctx) => {
    if (!SEED) ctx.skip('the folder with real mails is absent');
    const lines = readFileSync(SEED!, 'utf8').split('\n');
    const at = lines.findIndex((l) => /vma_start_write\(mpnt\);/.test(l));
    for (const back of [0, 1, 2, 4, 6, 9]) {
      const cut = [...lines.slice(0, at + 1 - back), ...lines.slice(at + 1)].join('\n');
      const { review, finding } = await reviewOf(await quoted(cut));
      if (review.status === 'inconclusive' || review.status === 'not-applicable') {
        expect(review.reason).not.toBe('');
        continue;
      }
      expect(finding).toMatchObject({ verdict: 'holds', change: 'none' });
    }
  });
});
