import type { ConfigTable } from './cfront/index.js';
import { lineIndex, type Unit, unitOf } from './cfront/unit.js';
import { isModelled } from './sim/known.js';
import type { SourceFile, SourcePair } from './source/types.js';

/** Both versions of the files of a patch, each function of a header defined once at most. */
export interface Untwined {
  pairs: SourcePair[];
  notes: string[];
  /** Functions of which nobody can tell which definition is compiled: none of them is left. */
  unclear: { name: string; path: string; line: number | null }[];
}

interface Definition {
  /** Indexes into `file.lines`, both inclusive. */
  from: number;
  to: number;
  line: number | null;
  idle: boolean;
}

/**
 * Hunks show a function that a header defines once for each side of an `#if`, and not the `#if`. What does nothing before
 * the patch and after it is the one for kernels without the feature: it is left out, and the model, or the other
 * definition, stands. With a tree the configuration tells.
 */
export function untwined(pairs: readonly SourcePair[], config?: ConfigTable): Untwined {
  const out: Untwined = { pairs: [], notes: [], unclear: [] };
  for (const pair of pairs) {
    out.pairs.push(untwinedPair(pair, config, out));
    // the definition that counts may be the one of which there is only a part
    for (const name of pair.partial ?? [])
      if (isModelled(name)) out.unclear.push({ name, path: pair.path, line: null });
  }
  const names = new Set(out.unclear.map((u) => u.name));
  const left = (f: SourceFile | null) => {
    if (f?.base !== 'hunks-only' || names.size === 0) return f;
    const all = [...definitions(unitOf(f, config))];
    return without(
      f,
      all.flatMap(([name, list]) => (names.has(name) ? list : [])),
    );
  };
  out.pairs = out.pairs.map((p) => ({ ...p, before: left(p.before), after: left(p.after) }));
  return out;
}

function untwinedPair(pair: SourcePair, config: ConfigTable | undefined, out: Untwined) {
  const { path, before, after } = pair;
  if (!before || !after || before.base !== 'hunks-only' || !path.endsWith('.h')) return pair;
  const [then, now] = [before, after].map((f) => definitions(unitOf(f, config)));
  const drop = { before: [] as Definition[], after: [] as Definition[] };
  for (const [name, list] of now) {
    const old = then.get(name) ?? [];
    if (list.length === 1 && old.length <= 1 && !isModelled(name)) continue;
    const idle = list.map((d, k) => d.idle && (old[k]?.idle ?? true));
    const busy = list.filter((_, k) => !idle[k]);
    if (busy.length > 1 || (old.length > 0 && old.length !== list.length)) {
      out.unclear.push({ name, path, line: list[0].line });
      continue;
    }
    drop.after.push(...list.filter((_, k) => idle[k]));
    drop.before.push(...old.filter((_, k) => idle[k]));
    if (busy.length < list.length) out.notes.push(note(name, path, busy[0]));
  }
  return { ...pair, before: without(before, drop.before), after: without(after, drop.after) };
}

function note(name: string, path: string, taken: Definition | undefined): string {
  if (!taken) return `${path}: ${name}() as shown does nothing, as without its feature: not run`;
  const where = taken.line === null ? '' : ` at line ${taken.line}`;
  return `${path}: ${name}() is shown more than once; the one${where} is run, what does nothing is not`;
}

function without(file: SourceFile, drop: readonly Definition[]): SourceFile {
  if (drop.length === 0) return file;
  const gone = (i: number) => drop.some((d) => d.from <= i && i <= d.to);
  return { ...file, lines: file.lines.filter((_, i) => !gone(i)) };
}

function definitions(unit: Unit): Map<string, Definition[]> {
  const out = new Map<string, Definition[]>();
  for (const item of unit.items) {
    if (item.kind !== 'function') continue;
    const from = lineIndex(unit, item.start);
    const to = lineIndex(unit, Math.max(item.start, item.end - 1));
    const body = unit.active.slice(item.brace, item.end);
    const line = unit.file.lines[from]?.line ?? null;
    const list = out.get(item.name) ?? [];
    out.set(item.name, [...list, { from, to, line, idle: isIdle(body) }]);
  }
  return out;
}

/** Nothing, or the return of a constant or an argument. */
const isIdle = (body: string): boolean => /^\{\s*(return\s*(-?\w+)?\s*;\s*)?\}$/.test(body.trim());
