import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examplesOf } from '../../src/cli/rules/example.js';
import { loadRule, loadRules } from '../../src/judge/load.js';
import { ROOT } from '../support.js';

const RULES = join(ROOT, 'rules');
const folders = readdirSync(RULES, { withFileTypes: true })
  .filter((e) => e.isDirectory())
  .map((e) => e.name);

describe.each(folders)('the folder rules/%s', (id) => {
  const folder = join(RULES, id);
  const has = (name: string, remedy: string) =>
    expect(existsSync(join(folder, name)), `rules/${id}/${name} is missing: ${remedy}`).toBe(true);

  it('has a rule.yaml that loads, with messages and scenarios that can break it', async () => {
    has('rule.yaml', 'start from `forklore rules new`');
    const rule = await loadRule(folder);
    expect(rule.id).toBe(id);
    if (rule.by !== 'exploration') return;
    const remedy = `rules/${id}/rule.yaml: name under mutants.required an edit that must break it`;
    expect(rule.mutants.required.length, remedy).toBeGreaterThan(0);
    for (const e of rule.mutants.required)
      for (const step of [e.step].flat())
        expect(rule.mutants.steps, `${remedy}; "${step}" is not among mutants.steps`).toContain(
          step,
        );
  });

  it('has a README.md in prose', () => {
    has('README.md', 'say what the rule is about, and what breaks without it');
    const text = readFileSync(join(folder, 'README.md'), 'utf8');
    const remedy = `rules/${id}/README.md: a few sentences, not the scaffold's`;
    expect(text.length, remedy).toBeGreaterThan(200);
    expect(text, remedy).not.toContain('This rule works as it stands');
  });

  it('has two examples of either kind, annotated for this rule', async () => {
    const examples = await examplesOf(folder);
    for (const [kind, says] of [
      ['bad', 'fires'],
      ['good', 'silent'],
    ] as const) {
      const of = examples.filter((e) => e.kind === kind);
      const remedy = `rules/${id}: add ${kind}-NAME.patch or ${kind}-NAME.c with a comment "${says}: ${id}"`;
      expect(of.length, remedy).toBeGreaterThanOrEqual(2);
      for (const e of of) {
        const said = e.annotations.some((a) => a.says === says && a.rule === id);
        expect(said, `rules/${id}/${e.name}: add a comment "${says}: ${id}"`).toBe(true);
      }
    }
  });
});

describe('the rules that ship', () => {
  it('have ids and scenarios of their own', async () => {
    const rules = await loadRules();
    expect(rules.map((r) => r.id)).toEqual(folders.sort());
  });
});
