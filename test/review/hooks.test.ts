import { beforeAll, describe, expect, it } from 'vitest';
import type { Patch } from '../../src/intake/types.js';
import { loadRules } from '../../src/judge/load.js';
import type { Rule } from '../../src/judge/rule.js';
import type { Finding, PatchReview } from '../../src/judge/types.js';
import { reviewPatch } from '../../src/review.js';
import { edit, miniText, patchOf } from './mini.js';

const HEADER = 'include/linux/ksm.h';
const HOOK = /\t\tksm_fork\((\w+), (\w+)\);\n/;
const RULES = ['fork-hooks', 'fork-registration', 'fork-content'];

let rules: Rule[] = [];
beforeAll(async () => {
  rules = (await loadRules()).filter((r) => RULES.includes(r.id));
});

/** A header that defines the hook twice, far apart, as with the feature and without it. */
function header(hook: string, stub: string, type = 'int'): string {
  const head = `static inline ${type} ksm_fork(struct mm_struct *mm, struct mm_struct *oldmm)\n{\n`;
  const gap = Array.from({ length: 20 }, (_, k) => `extern int ksm_knob_${k};\n`).join('');
  const other = 'static inline int ksm_run(void)\n{\n\treturn ksm_knob_0;\n}\n';
  return `#ifdef CONFIG_KSM\n${other}\n${head}${hook}}\n\n${gap}#else\n${other}\n${head}${stub}}\n\n${other}#endif\n`;
}
const ENTERS = '\tif (test_bit(MMF_VM_MERGEABLE, &oldmm->flags))\n\t\treturn __ksm_enter(mm);\n';
const FULL = `${ENTERS}\treturn 0;\n`;
const STUB = '\treturn 0;\n';

const headerPatch = (before: string, after: string): Patch =>
  patchOf(
    HEADER,
    before,
    after,
    'static inline int ksm_fork(struct mm_struct *mm, struct mm_struct *oldmm)',
  );

/** fork.c with the hook of ksm before the loop, and as it is. */
function early(): Patch {
  const text = miniText();
  const [, mm, oldmm] = HOOK.exec(text)!;
  const stack = `\t${mm}->stack_vm = ${oldmm}->stack_vm;\n`;
  const before = edit(text.replace(HOOK, ''), stack, `${stack}\tksm_fork(${mm}, ${oldmm});\n`);
  const section = 'static int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm)';
  return patchOf('kernel/fork.c', before, text, section);
}

const both = (a: Patch, b: Patch): Patch => ({ ...a, files: [...a.files, ...b.files] });

const review = (patch: Patch): Promise<PatchReview> =>
  reviewPatch(patch, {
    ...{ reader: null, rules, keep: () => 'kept', suggest: false },
    explore: { mutants: false },
  });

const of = (r: PatchReview, rule: string): Finding | undefined =>
  r.findings.find((f) => f.rule === rule);

describe('a hook that a patch changes, without a tree', () => {
  it('is run as the feature compiles it; what does nothing on either side is named', async () => {
    const quiet = headerPatch(
      header(FULL, STUB),
      header(
        '\t/* best effort */\n\tif (test_bit(MMF_VM_MERGEABLE, &oldmm->flags))\n\t\t__ksm_enter(mm);\n',
        '',
        'void',
      ),
    );
    const r = await review(both(early(), quiet));
    expect(r.status).toBe('reviewed');
    expect(of(r, 'fork-hooks')).toMatchObject({ verdict: 'holds', change: 'fixed' });
    expect(of(r, 'fork-registration')).toMatchObject({ verdict: 'holds', change: 'none' });
    expect(of(r, 'fork-content')).toMatchObject({ verdict: 'holds' });
    expect(r.notes?.join()).toMatch(
      /ksm_fork\(\) is shown more than once; the one at line 7 is run/,
    );
  });

  it('is found to do nothing any more', async () => {
    const r = await review(
      both(early(), headerPatch(header(FULL, STUB), header(STUB, STUB, 'long'))),
    );
    expect(of(r, 'fork-registration')).toMatchObject({ verdict: 'violated', change: 'introduced' });
    expect(of(r, 'fork-hooks')).toMatchObject({ verdict: 'holds', change: 'fixed' });
  });

  it('is a model where only the definition without the feature is shown', async () => {
    const r = await review(both(early(), headerPatch(header(FULL, STUB), header(FULL, '', 'int'))));
    expect(of(r, 'fork-registration')).toMatchObject({ verdict: 'holds' });
    expect(r.notes?.join()).toMatch(/as shown does nothing, as without its feature: not run/);
  });

  it('is not analysed where either definition may be the one', async () => {
    const other = ENTERS.replace('MMF_VM_MERGEABLE', 'MMF_VM_MERGE_ANY');
    const r = await review(
      both(early(), headerPatch(header(FULL, `${other}\treturn 0;\n`), header(FULL, FULL, 'long'))),
    );
    for (const f of r.findings) expect([f.rule, f.verdict]).toEqual([f.rule, 'inconclusive']);
    expect(r.reason).toContain('ksm_fork() is a model here');
  });

  it('is not analysed where only a part of it is shown', async () => {
    const long = Array.from({ length: 12 }, (_, k) => `\tksm_knob_${k} = ${k};\n`).join('');
    const change = headerPatch(header(`${long}${FULL}`, STUB), header(`${long}${STUB}`, STUB));
    const r = await review(both(early(), change));
    for (const f of r.findings) expect([f.rule, f.verdict]).toEqual([f.rule, 'inconclusive']);
  });

  it.each([
    ['int', FULL, STUB],
    ['void', ENTERS.replace('return ', ''), ''],
  ])(
    'is run in a fork that is filled in where the patch shows none (%s)',
    async (type, from, to) => {
      const r = await review(headerPatch(header(from, to, type), header(to, to, type)));
      expect(r.status).toBe('reviewed');
      expect(of(r, 'fork-registration')).toMatchObject({
        ...{ verdict: 'violated', change: 'introduced' },
        location: { path: HEADER },
      });
      const early = from
        .replace('if (', 'if (!')
        .replace(/\t(return )?__ksm_enter/, `\t${to.trim() || 'return;'}\n\t$1__ksm_enter`)
        .replace(/\n\treturn 0;\n$/, '\n');
      const said = await review(headerPatch(header(from, to, type), header(early, to, type)));
      expect(of(said, 'fork-registration')).toMatchObject({ verdict: 'holds', change: 'none' });
    },
  );

  it('that can not be run is said not to be analysed', async () => {
    const text =
      'extern int a;\n\nvoid unlink_anon_vmas(struct vm_area_struct *vma)\n{\n\tone(vma);\n}\n';
    const r = await review(patchOf('kernel/fork.c', text, edit(text, '\tone(vma);\n', '')));
    expect(r).toMatchObject({ status: 'not-applicable', notRun: ['unlink_anon_vmas'] });
  });

  it('says of what is wrong in steps around those shown that it was there before', async () => {
    const text = miniText('../mini-6.1/kernel/fork.c');
    const flush = /\tflush_tlb_mm\(\w+\);\n/.exec(text)![0];
    const r = await review(
      patchOf('kernel/fork.c', text, edit(text, flush, `${flush}\tpr_debug("x");\n`)),
    );
    expect(of(r, 'fork-hooks')).toMatchObject({ verdict: 'violated', change: 'existing' });
  });
});
