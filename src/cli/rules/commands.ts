import type { Command } from 'commander';
import { Option } from 'commander';
import type { Out, RulesFlags } from './run.js';

/** Adds `forklore rules ...`. */
export function addRules(p: Command, out: Out, count: (text: string) => number): void {
  const rules = p.command('rules').description('look at rules, test them, make new ones');
  const run = () => import('./run.js');
  const common = (c: Command, watch = false): Command => {
    c.option('--rules <dir>', 'folder of rules of your own, besides those that ship with forklore');
    c.addOption(
      new Option('--format <format>', 'of the output').choices(['text', 'json']).default('text'),
    );
    return watch ? c.option('--watch', 'again after each change, until interrupted') : c;
  };
  common(rules.command('list').description('what rules there are'))
    .option('--properties', 'the properties that a rule may name')
    .option('--scenarios', 'the scenarios that rules share')
    .action(async (flags: RulesFlags) => {
      await (await run()).list(flags, out);
    });
  common(rules.command('explain').description('all that a rule says').argument('<id>')).action(
    async (id: string, flags: RulesFlags) => {
      await (await run()).explainRule(id, flags, out);
    },
  );
  common(rules.command('new').description('make the folder of a new rule').argument('<id>')).action(
    async (id: string, flags: RulesFlags) => {
      await (await run()).makeRule(id, flags, out);
    },
  );
  common(rules.command('test').description('run the examples of rules').argument('[id...]'), true)
    .option(
      '--tree <dir>',
      'kernel tree that the examples are for; without it their hunks are filled in',
    )
    .action(async (ids: string[], flags: RulesFlags) => {
      process.exitCode = await (await run()).test(ids, flags, out);
    });
  common(
    rules
      .command('eval')
      .description('compare all rules with the labels of a folder of mails (labels.json)')
      .argument('<dir>'),
    true,
  )
    .option('--tree <dir>', 'kernel tree that the mails are for')
    .option('--no-mutants', 'do not look into passes')
    .option('--jobs <n>', 'files at a time', count, 2)
    .action(async (dir: string, flags: RulesFlags) => {
      await (await run()).evaluate(dir, flags, out);
    });
  common(
    rules
      .command('sweep')
      .description('run the examples of a rule under growing bounds')
      .argument('<id>')
      .argument(
        '<param>',
        'PARAM=a..b, with PARAM of failures, accesses, threads, pages, vmas, states',
      ),
    true,
  ).action(async (id: string, param: string, flags: RulesFlags) => {
    await (await run()).sweep(id, param, flags, out);
  });
}
