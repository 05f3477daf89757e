import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SimulateFlags } from './simulate.js';

/** More VMAs than the kernel allows a process by default; a tree of so many takes some 100 MB. */
const MAX_VMAS = 200_000;
const MAX_SIZES = 64;

function sizes(text: string): number[] {
  const list = [...new Set(text.split(',').map((t) => (/^\s*\d+\s*$/.test(t) ? Number(t) : 0)))];
  if (list.length > MAX_SIZES || list.some((n) => n < 1 || n > MAX_VMAS))
    throw new InvalidArgumentError(
      `up to ${MAX_SIZES} numbers from 1 to ${MAX_VMAS} are wanted, separated by commas.`,
    );
  return list;
}

/** `forklore simulate ...` */
export function addSimulate(p: Command, out: { write(text: string): void }): void {
  const simulate = p.command('simulate').description('run the models by themselves');
  simulate
    .command('fork')
    .description('count what fork() costs on maple trees of these sizes, beside published figures')
    .option('--vmas <list>', 'numbers of VMAs (default: the published sizes)', sizes)
    .addOption(
      new Option('--layout <layout>', 'of the VMAs')
        .choices(['adjacent', 'gapped', 'mixed'])
        .default('adjacent'),
    )
    .addOption(
      new Option('--format <format>', 'of the table')
        .choices(['text', 'json', 'csv'])
        .default('text'),
    )
    .option('--tree <dir>', 'kernel tree whose own dup_mmap() is counted too')
    .action(async (flags: SimulateFlags) => {
      const { runSimulateFork } = await import('./simulate.js');
      process.exitCode = await runSimulateFork(flags, out);
    });
}
