import { join } from 'node:path';
import type { Rule } from '../../judge/rule.js';
import { examplesOf } from './example.js';
import { type ExampleResult, type RunOptions, runExample } from './run-example.js';

/** What testing one rule gave. */
export interface RuleTest {
  rule: string;
  ok: boolean;
  /** Why the rule is refused, whatever its examples do. */
  refused: string[];
  examples: ExampleResult[];
  seconds: number;
}

/** Runs the examples of a rule; a rule without both kinds, or one that proves nothing, is refused. */
export async function testRule(folder: string, rule: Rule, o: RunOptions): Promise<RuleTest> {
  const started = performance.now();
  const examples = await examplesOf(join(folder, rule.id));
  const results: ExampleResult[] = [];
  for (const e of examples) results.push(await runExample(e, rule, o));
  const refused: string[] = [];
  for (const [kind, does] of [
    ['bad', 'must fire'],
    ['good', 'must stay silent'],
  ] as const)
    if (!examples.some((e) => e.kind === kind))
      refused.push(`no example that ${does}: add ${kind}-NAME.patch or ${kind}-NAME.c`);
  const tried = results.flatMap((r) => (r.mutants ? [r.mutants] : []));
  if (rule.by === 'exploration' && tried.length > 0 && tried.every((m) => m.caught === 0))
    refused.push(
      `proves nothing: all ${tried.reduce((n, m) => n + m.tried, 0)} mutants survive; see "mutants" and "properties" of rule.yaml`,
    );
  return {
    rule: rule.id,
    ok: refused.length === 0 && results.every((r) => r.ok),
    refused,
    examples: results,
    seconds: (performance.now() - started) / 1000,
  };
}

/** One line an example, as wide as it needs. */
export function renderTest(t: RuleTest): string {
  const width = Math.max(20, ...t.examples.map((e) => e.file.length));
  const lines = t.examples.flatMap((e) => {
    const facts = [
      e.steps === null ? '' : `${e.steps} steps`,
      e.mutants ? `mutants ${e.mutants.caught}/${e.mutants.tried}` : '',
      `${e.states} states`,
      `${e.seconds.toFixed(2)} s`,
    ].filter((x) => x !== '');
    const head = `${e.file.padEnd(width)}  ${e.ok ? e.told : `FAILED: ${e.told}`}   ${facts.join('   ')}`;
    return [head, ...(e.mutants?.survivors ?? []).map((s) => `    not caught: ${s}`)];
  });
  const end = t.refused.map((r) => `refused: ${r}`);
  const title = `${t.rule}  ${t.ok ? 'ok' : 'FAILED'}  (${t.seconds.toFixed(2)} s)`;
  return `${[title, ...[...lines, ...end].map((l) => `  ${l}`)].join('\n')}\n`;
}
