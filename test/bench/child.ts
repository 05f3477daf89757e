// One exploration in a process of its own. Arguments: tree, case (JSON), mode. Prints one line of JSON.
import type { Case, Mode } from './cases.js';
import { exploreCase } from './explore-case.js';

/** Explores what the command line asks for. */
export async function main(argv: readonly string[]): Promise<void> {
  const [tree, c, mode] = argv.slice(2);
  const explored = await exploreCase(tree, JSON.parse(c) as Case, mode as Mode);
  const used = process.resourceUsage();
  process.stdout.write(
    `${JSON.stringify({
      ...explored,
      cpu: (used.userCPUTime + used.systemCPUTime) / 1e6,
      megabytes: used.maxRSS / 1024,
    })}\n`,
  );
}
