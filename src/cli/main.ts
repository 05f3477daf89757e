import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ForkloreError } from '../base/errors.js';
import { redact } from '../base/redact.js';
import { printable } from '../base/terminal.js';
import { VERSION } from '../base/version.js';
import { FORMATS } from './format-names.js';
import { outlineOf } from './outline.js';
import type { ReviewFlags } from './review.js';
import { addRules } from './rules/commands.js';
import type { SetupFlags } from './setup.js';
import { SHELLS, type Shell } from './shells.js';
import { addSimulate } from './simulate-command.js';
import type { WatchFlags } from './watch/run.js';

let explored = 0;
let shown = false;

const out = {
  /** A line on a terminal that is written over, and gone in the end. */
  ...(process.stderr.isTTY
    ? {
        progress: (rule: string) => {
          process.stderr.write(`\r${rule}: ${++explored} explorations\x1b[K`);
        },
        reading: (name: string, bytes: number, size: number | null) => {
          const megabytes = (n: number) => Math.round(n / 2 ** 20);
          const all = size === null ? '' : ` of ${megabytes(size)}`;
          const where = printable(name).slice(-50);
          process.stderr.write(`\r${where}: ${megabytes(bytes)}${all} MB read\x1b[K`);
          shown = true;
        },
      }
    : {}),
  write: (text: string) => {
    if (explored || shown) process.stderr.write('\r\x1b[K');
    process.stdout.write(text);
  },
  warn: (line: string) => {
    process.stderr.write(`${printable(redact(line))}\n`);
  },
};

function seconds(text: string): number {
  const n = Number(text);
  if (!(n > 0)) throw new InvalidArgumentError('a positive number of seconds is wanted.');
  return n;
}

function count(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 64)
    throw new InvalidArgumentError('a number from 1 to 64 is wanted.');
  return n;
}

const repeated = (id: string, all: string[] = []): string[] => [...all, id];

function port(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 65535)
    throw new InvalidArgumentError('a number from 0 to 65535 is wanted.');
  return n;
}

/** The command line: every command with its options; each loads its code when it is run. */
export function program(): Command {
  const p = new Command('forklore')
    .description('Reviews Linux fork/mm patches by running the patched C in a model of the kernel.')
    .version(VERSION)
    .exitOverride();
  p.command('review')
    .description('review mails, mboxes, patches, folders of them, or "-" (standard input)')
    .argument('[input...]', 'files, folders of patches, or Maildirs to review')
    .option('--tree <dir>', 'kernel tree that the patches are for: a git repository or a folder')
    .option('--base <rev>', 'revision of the tree that the patches are for')
    .option('--git <range>', 'review these commits (A..B) of the tree, or of the repository here')
    .option('--rule <id>', 'only this rule (may be repeated)', repeated)
    .option('--rules <dir>', 'folder of rules of your own, besides those that ship with forklore')
    .option(
      '--config <file>',
      'configuration; without it forklore.yml of the tree, or here, counts',
    )
    .option('--no-config', 'no configuration, not even one that is there')
    .option('--quoted', 'review patches quoted in replies even when the mail holds one of its own')
    .addOption(new Option('--format <format>', 'of the report').choices(FORMATS).default('text'))
    .option('--output <file>', 'write the report there')
    .option('--send', 'with --format mail: hand the replies to git send-email, which asks')
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 for introduced findings from here on')
        .choices(['error', 'warning', 'never'])
        .default('error'),
    )
    .option('--strict', 'exit 3 when something was not fully reviewed')
    .option(
      '--time-limit <seconds>',
      'end explorations after this time (verdict: bounded)',
      seconds,
    )
    .option('--traces <dir>', 'where traces are written')
    .option('--jobs <n>', 'worker threads; pays when bounds are raised', count, 1)
    .addOption(
      new Option('--dump <stage>', 'print what a stage hands on, as JSON, and end').choices([
        'intake',
        'source',
        'program',
      ]),
    )
    .option(
      '--no-cache',
      'use no programs lowered by earlier runs, and keep none (see docs/cache.md)',
    )
    .option('--no-mutants', 'faster: passes are not tried against edited code, and may be vacuous')
    .option('--verbose', 'report in full what holds, too')
    .option('--quiet', 'no progress')
    .action(async (inputs: string[], flags: ReviewFlags) => {
      const { runReview } = await import('./review.js');
      process.exitCode = await runReview(inputs, flags, out);
    });
  p.command('replay')
    .description('run a saved trace again')
    .argument('<file>', 'trace that a review has written')
    .option('--step', 'show trees, locks, page-table entries and translations after each step')
    .action(async (file: string, flags: { step?: boolean }) => {
      const { runReplay } = await import('./replay.js');
      process.exitCode = await runReplay(file, flags, out);
    });
  p.command('play')
    .description('show a saved trace in the browser, step by step')
    .argument('<file>', 'trace that a review has written')
    .option('--port <n>', 'port on this machine (default: a free one)', port)
    .action(async (file: string, flags: { port?: number }) => {
      const { runPlay } = await import('./play.js');
      await runPlay(file, flags, out);
    });
  p.command('watch')
    .description(
      'review the patches that arrive in a mailbox and write drafts of replies; never sends',
    )
    .argument('<mailbox>', 'Maildir or mbox to watch')
    .requiredOption(
      '--drafts <dir>',
      'Maildir that receives the drafts, and a list of what was seen',
    )
    .option('--tree <dir>', 'kernel tree that the patches are for: a git repository or a folder')
    .option('--base <rev>', 'revision of the tree that the patches are for')
    .option('--rule <id>', 'only this rule (may be repeated)', repeated)
    .option('--quoted', 'review patches quoted in replies even when the mail holds one of its own')
    .option('--time-limit <seconds>', 'end the explorations of a thread after this time', seconds)
    .option('--traces <dir>', 'where traces are written')
    .option('--interval <seconds>', 'time between two looks at the mailbox', seconds, 10)
    .option('--existing', 'also review what is there at the first start')
    .option('--once', 'look once, then end')
    .action(async (mailbox: string, flags: WatchFlags) => {
      const { runWatch } = await import('./watch/run.js');
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
      await runWatch(mailbox, flags, out, stop.signal);
    });
  addRules(p, out, count);
  addSimulate(p, out);
  p.command('serve')
    .description('run the GitHub App (settings come from the environment, see docs/github.md)')
    .option('--no-work', 'only queue: workers do the jobs (needs REDIS_URL)')
    .action(async (flags: { work: boolean }) => {
      const { runServe } = await import('./serve.js');
      await runServe(flags, out);
    });
  p.command('worker')
    .description('do the work of the GitHub App that servers put into Redis (REDIS_URL)')
    .action(async () => {
      const { runWorker } = await import('./serve.js');
      await runWorker(out);
    });
  p.command('doctor')
    .description('look at the setup of the GitHub App, here and on GitHub')
    .action(async () => {
      const { runDoctor } = await import('./doctor.js');
      process.exitCode = await runDoctor(out);
    });
  p.command('setup')
    .description('make the GitHub App from its manifest, in a browser')
    .requiredOption('--url <url>', 'where the server will answer, https://...')
    .option('--org <name>', 'organisation that is to own the app (default: you)')
    .option('--github <url>', "GitHub's own address", 'https://github.com')
    .option('--port <n>', 'port of the page on 127.0.0.1', '3001')
    .option('--output <file>', 'where the settings are written', '.env')
    .action(async (flags: SetupFlags) => {
      const { runSetup } = await import('./setup.js');
      process.exitCode = await runSetup(flags, out);
    });
  p.command('action')
    .description('review the pull request that a GitHub Actions workflow runs for (see action.yml)')
    .action(async () => {
      const { runAction } = await import('./action.js');
      process.exitCode = await runAction(out);
    });
  p.command('completion')
    .description('print a completion script: source <(forklore completion bash)')
    .addArgument(new Argument('<shell>', 'of which shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      const [{ completionScript }, { loadRules }] = await Promise.all([
        import('./completion.js'),
        import('../judge/load.js'),
      ]);
      const rules = await loadRules();
      const ids = rules.map((r) => r.id);
      out.write(completionScript(shell, outlineOf(program()), ids));
    });
  return p;
}

/** Runs one command line (as in `process.argv`); the result is the process's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (e) {
    if (e instanceof CommanderError) process.exitCode = e.exitCode === 0 ? 0 : 2;
    else if (e instanceof ForkloreError && e.kind !== 'bug') {
      out.warn(`forklore: ${e.message}`);
      process.exitCode = 2;
    } else {
      out.warn(`forklore: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}`);
      out.warn(
        'forklore: this is a bug in forklore; please report it with the input that shows it',
      );
      process.exitCode = 2;
    }
  }
}
