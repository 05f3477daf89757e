import type { ConfigTable } from './cfront/index.js';
import { definitions } from './changed-models.js';
import type { Program } from './sim/program.js';
import type { SourceFile } from './source/types.js';

/** What runs when a child is made; whoever calls one of these runs before it and after it. */
const ENTRIES = ['dup_mm', 'dup_mmap'];

/**
 * Functions that the patch calls less often in what is run, and more often in a function above it, which is not run: by
 * name, with that function.
 */
export function movedUp(
  before: Program | null,
  after: Program,
  files: { before: readonly SourceFile[]; after: readonly SourceFile[] },
  config?: ConfigTable,
): Map<string, string> {
  const out = new Map<string, string>();
  if (!before) return out;
  const [then, now] = [callCounts(before), callCounts(after)];
  const lost = [...then].filter(([name, n]) => n > (now.get(name) ?? 0)).map(([name]) => name);
  if (lost.length === 0) return out;
  const [old, fresh] = [definitions(files.before, config), definitions(files.after, config)];
  for (const caller of above(fresh, after))
    for (const name of lost)
      if (named(fresh, caller, name) > named(old, caller, name)) out.set(name, caller);
  return out;
}

type Definitions = ReturnType<typeof definitions>;

/** Functions that call the entries, also through others, and that the program does not hold. */
function above(all: Definitions, program: Program): Set<string> {
  const out = new Set<string>();
  const queue = [...ENTRIES];
  for (const name of queue)
    for (const [caller, d] of all) {
      if (!d.mentions(name) || out.has(caller) || ENTRIES.includes(caller)) continue;
      out.add(caller);
      queue.push(caller);
    }
  return new Set([...out].filter((name) => !Object.hasOwn(program.functions, name)));
}

const named = (all: Definitions, caller: string, name: string): number =>
  all.get(caller)?.code.match(new RegExp(`\\b${name}\\s*\\(`, 'g'))?.length ?? 0;

function callCounts(program: Program): Map<string, number> {
  const out = new Map<string, number>();
  for (const f of Object.values(program.functions))
    for (const i of f.code)
      if (i.op === 'call' && 'name' in i.callee)
        out.set(i.callee.name, (out.get(i.callee.name) ?? 0) + 1);
  return out;
}
