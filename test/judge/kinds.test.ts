import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRule } from '../../src/judge/parse.js';
import { VM_FLAGS } from '../../src/sim/kernel/constants.js';
import { KINDS, vmaSpec } from '../../src/sim/kinds.js';
import { ROOT } from '../support.js';

const text = readFileSync(join(ROOT, 'rules', 'fork-lock-target', 'rule.yaml'), 'utf8');
/** The rule with a scenario of one VMA. */
const withVma = (vma: string) =>
  text.replace(/^scenarios:.*$/m, `scenarios:\n  - id: one\n    vmas: [${vma}]`);

describe('kinds of VMA', () => {
  it('are each spelled out with flags that the model knows', () => {
    for (const [kind, vma] of Object.entries(KINDS)) {
      expect(vmaSpec({ kind }), kind).toEqual({ kind, ...vma });
      for (const f of vma.flags) expect(VM_FLAGS, kind).toHaveProperty(f);
    }
  });

  it('take overrides', () => {
    expect(vmaSpec({ kind: 'anon', pages: ['none', 'swap'] })).toMatchObject({
      anonVma: true,
      pages: ['none', 'swap'],
    });
  });

  it('may be named in a rule, alone or with what is different', () => {
    const rule = parseRule('rule.yaml', withVma('{ kind: relro, policy: true }'));
    expect(rule.scenarios[0].vmas[0]).toEqual({ kind: 'relro', ...KINDS.relro, policy: true });
  });

  it('that have no name and are not spelled out are an error with line and column', () => {
    const text = withVma('{ kind: relrow }');
    const line = text.split('\n').findIndex((l) => l.includes('relrow')) + 1;
    expect(() => parseRule('rule.yaml', text)).toThrow(
      new RegExp(`^rule\\.yaml:${line}:12: no kind of VMA "relrow".*did you mean "relro"\\?$`),
    );
  });
});
