// One exploration in a process of its own. Arguments: tree, case (JSON), mode, and the folder where lowered programs are
// kept, if any. Prints one line of JSON.
import { writeSync } from 'node:fs';
import { BUILD } from '../../src/base/version.js';
import { ProgramFolder } from '../../src/cli/kept-programs.js';
import { caseFiles } from './case-files.js';
import type { Case, Mode } from './cases.js';
import { exploreCase } from './explore-case.js';

/** Explores what the command line asks for. */
export async function main(argv: readonly string[]): Promise<void> {
  const [tree, c, mode, folder] = argv.slice(2);
  const kept = folder ? { kept: new ProgramFolder(folder, BUILD ?? '') } : {};
  const asked = JSON.parse(c) as Case;
  const explored = await exploreCase(caseFiles(tree, asked), asked, mode as Mode, kept);
  const used = process.resourceUsage();
  // the line goes to a pipe, for which node would load its network code
  writeSync(
    1,
    `${JSON.stringify({
      ...explored,
      cpu: (used.userCPUTime + used.systemCPUTime) / 1e6,
      megabytes: used.maxRSS / 1024,
    })}\n`,
  );
}
