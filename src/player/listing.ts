import type { PageProgram } from '../report/html/data.js';
import type { Listing } from '../sim/explore/trace.js';
import type { SourcePlace } from '../sim/kernel/picture.js';

/** A function shorter than this that the patch leaves alone is a helper: its caller says more. */
const HELPER_LINES = 25;

/** The line that shows where a step is: the innermost function that is more than an untouched helper. */
export function placeToShow(
  stack: readonly SourcePlace[],
  program: PageProgram,
): SourcePlace | null {
  const known = stack.filter((s) => s.at !== null && listingOf(program, s.function));
  const telling = known.find((s) => {
    const { lines } = listingOf(program, s.function)!;
    return lines.length >= HELPER_LINES || lines.some((l) => l.changed);
  });
  return telling ?? known.at(-1) ?? null;
}

const made = new WeakMap<PageProgram, Map<string, Listing | null>>();

/** The lines of a function: its source, or, where none is at hand, the statements that were translated. */
export function listingOf(program: PageProgram, name: string): Listing | null {
  const source = program.source.find((l) => l.function === name);
  if (source) return source;
  let own = made.get(program);
  if (!own) made.set(program, (own = new Map()));
  let listing = own.get(name);
  if (listing === undefined) own.set(name, (listing = fromStatements(program, name)));
  return listing;
}

function fromStatements({ program }: PageProgram, name: string): Listing | null {
  const f = Object.hasOwn(program.functions, name) ? program.functions[name] : null;
  const at = f?.refs.flatMap((r) => r.at ?? []) ?? [];
  if (!f || at.length === 0) return null;
  const first = Math.min(...at);
  const lines = Array.from({ length: Math.max(...at) - first + 1 }, () => ({
    ...{ text: '', line: null as number | null, changed: false, filled: false },
  }));
  for (const r of f.refs) {
    if (r.at === undefined || r.text === '{') continue;
    const line = lines[r.at - first];
    const filled = r.path.startsWith('skeleton:');
    Object.assign(line, { line: r.line, changed: r.changed, filled });
    // several statements of one line: the longest says most
    if (r.text.length > line.text.length) line.text = r.text;
  }
  return { function: name, path: f.path, at: first, lines };
}
