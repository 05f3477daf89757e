import { describe, expect, it } from 'vitest';
import { testRule } from '../../src/cli/rules/test.js';
import { builtInRules, loadRules } from '../../src/judge/load.js';

describe('the examples of a rule', async () => {
  it.each((await loadRules()).map((r) => [r.id, r] as const))(
    '%s: fire and stay silent as annotated',
    async (_id, rule) => {
      const result = await testRule(builtInRules(), rule, { reader: null, keep: () => '' });
      const wrong = result.examples.filter((e) => !e.ok).map((e) => `${e.file}: ${e.told}`);
      expect([...result.refused, ...wrong]).toEqual([]);
    },
    60_000,
  );
});
