import { type ConfigTable, listFunctions } from './cfront/index.js';
import type { Listing } from './sim/explore/trace.js';
import type { Program } from './sim/program.js';
import type { SourceFile } from './source/types.js';

/** A function longer than this is shown by its statements only. */
const MAX_LINES = 2000;

/** The functions of a program as their files hold them, for those who watch a run. */
export function listingsOf(
  program: Program,
  files: readonly SourceFile[],
  config?: ConfigTable,
): Listing[] {
  const out: Listing[] = [];
  const listed = new Set<string>();
  for (const file of files)
    for (const f of listFunctions(file, config)) {
      // the first file that defines a function is the one that was lowered
      if (!Object.hasOwn(program.functions, f.name) || listed.has(f.name)) continue;
      listed.add(f.name);
      if (f.endLine - f.startLine >= MAX_LINES) continue;
      const lines = file.lines.slice(f.startLine, f.endLine + 1);
      out.push({
        function: f.name,
        path: file.path,
        at: f.startLine,
        lines: lines.map((l) => ({
          text: l.text,
          line: l.origin === 'skeleton' ? null : l.line,
          changed: l.changed,
          filled: l.origin === 'skeleton',
        })),
      });
    }
  return out;
}
