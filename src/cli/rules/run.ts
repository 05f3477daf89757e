import { join } from 'node:path';
import { printableJson } from '../../base/terminal.js';
import { builtInRules, sharedScenarios } from '../../judge/load.js';
import { PROPERTIES } from '../../sim/property/properties.js';
import { openTree } from '../../source/index.js';
import { evaluateFolder } from './eval.js';
import { renderEval } from './eval-table.js';
import { allRules, findRule } from './folder.js';
import { newRule } from './new.js';
import type { RunOptions } from './run-example.js';
import { explain, renderList, renderProperties, renderScenario } from './show.js';
import { parseSweep, renderSweep, sweepHead, sweepRule } from './sweep.js';
import { type RuleTest, renderTest, testRule } from './test.js';
import { watching } from './watch.js';

export interface RulesFlags {
  /** Folder of rules besides those that ship with forklore. */
  rules?: string;
  format: 'text' | 'json';
  watch?: boolean;
  tree?: string;
  mutants?: boolean;
  jobs?: number;
  properties?: boolean;
  scenarios?: boolean;
}

export interface Out {
  write(text: string): void;
  warn(line: string): void;
}

const json = (data: unknown): string => printableJson(data);

/** `forklore rules list`: rules, or what rules are made of. */
export async function list(flags: RulesFlags, out: Out): Promise<void> {
  const isJson = flags.format === 'json';
  if (flags.properties) return out.write(isJson ? json(PROPERTIES) : renderProperties());
  if (flags.scenarios) {
    const all = [...(await sharedScenarios(flags.rules ?? builtInRules())).values()];
    return out.write(isJson ? json(all) : `${all.map(renderScenario).join('\n')}\n`);
  }
  const rules = await allRules(flags.rules);
  const short = rules.map(({ rule: { id, title, severity, classes }, folder }) => ({
    ...{ id, title, severity, classes },
    folder: join(folder, id),
  }));
  out.write(isJson ? json(short) : renderList(rules));
}

/** `forklore rules explain ID`. */
export async function explainRule(id: string, flags: RulesFlags, out: Out): Promise<void> {
  const found = await findRule(id, flags.rules);
  out.write(flags.format === 'json' ? json(found.rule) : `${await explain(found)}\n`);
}

/** `forklore rules new ID`: in `--rules`, else in `rules` here. */
export async function makeRule(id: string, flags: RulesFlags, out: Out): Promise<void> {
  const folder = flags.rules ?? 'rules';
  const files = await newRule(id, folder);
  if (flags.format === 'json') return out.write(json({ id, files }));
  out.write(`${files.join('\n')}\n\nRead ${join(folder, id, 'README.md')}, then:\n`);
  out.write(`  forklore rules test ${id} --rules ${folder}\n`);
}

/** `forklore rules test [ID...]`. Returns the exit code: 0, or 1 when a rule is refused or an example fails. */
export async function test(ids: string[], flags: RulesFlags, out: Out): Promise<number> {
  const o = await options(flags);
  let code = 0;
  const once = async () => {
    const rules = ids.length
      ? await Promise.all(ids.map((id) => findRule(id, flags.rules)))
      : await allRules(flags.rules);
    const results: RuleTest[] = [];
    for (const { rule, folder } of rules) {
      results.push(await testRule(folder, rule, o));
      if (flags.format === 'text') out.write(renderTest(results.at(-1)!));
    }
    if (flags.format === 'json') out.write(json(results));
    code = results.every((r) => r.ok) ? 0 : 1;
  };
  await again(flags, [flags.rules ?? builtInRules()], once, out);
  return code;
}

/** `forklore rules eval DIR`. */
export async function evaluate(dir: string, flags: RulesFlags, out: Out): Promise<void> {
  const once = async () => {
    const rules = (await allRules(flags.rules)).map((r) => r.rule);
    const { rules: own, tree, mutants = true, jobs = 2 } = flags;
    const each = (file: string) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${file}\x1b[K`);
    };
    const e = await evaluateFolder(dir, { rules, own, tree, mutants, jobs, each });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    out.write(flags.format === 'json' ? json(e) : renderEval(e));
  };
  await again(flags, [dir, flags.rules ?? builtInRules()], once, out);
}

/** `forklore rules sweep ID PARAM=a..b`. */
export async function sweep(id: string, param: string, flags: RulesFlags, out: Out): Promise<void> {
  const plan = parseSweep(param);
  const o = await options(flags);
  const once = async () => {
    const found = await findRule(id, flags.rules);
    const text = flags.format === 'text';
    if (text) out.write(sweepHead(plan.param));
    const rows = await sweepRule(found, plan, o, (row) => text && out.write(renderSweep(row)));
    if (!text) out.write(json({ rule: id, param: plan.param, rows }));
  };
  await again(flags, [flags.rules ?? builtInRules()], once, out);
}

async function options(flags: RulesFlags): Promise<RunOptions> {
  const reader = flags.tree === undefined ? null : await openTree(flags.tree);
  return { reader, keep: () => '' };
}

/** Once, or with `--watch` after each change; what is wrong then is told, and the next change is waited for. */
async function again(
  flags: RulesFlags,
  folders: readonly string[],
  once: () => Promise<void>,
  out: Out,
): Promise<void> {
  if (!flags.watch) return once();
  await watching(folders, () =>
    once().catch((e: unknown) => out.warn(`forklore: ${e instanceof Error ? e.message : e}`)),
  );
}
