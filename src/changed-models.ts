import type { ConfigTable } from './cfront/index.js';
import { type Unit, unitOf } from './cfront/unit.js';
import { isModelled, runsFromSource, standsIn } from './sim/known.js';
import type { Func, Program } from './sim/program.js';
import type { SourceFile, SourcePair } from './source/types.js';

/** A modelled function whose text the patch changes, or that of what it calls: its model stands for the old text. */
export interface ChangedModel {
  name: string;
  /** Where the changed text is, in the version that has it. */
  path: string;
  line: number | null;
  /** The changed function itself; the model's own name, or that of a function below it. */
  within: string;
}

/** A definition in one version of a file. */
export interface Definition {
  file: SourceFile;
  line: number | null;
  /** Without comments and white space. */
  code: string;
  names: ReadonlySet<string>;
}

/**
 * Modelled functions, macros and constants that are not what they were after the patch: those whose own code differs,
 * and those that reach such a function through functions of the patched files. Comments do not count.
 */
export function changedModels(
  pairs: readonly SourcePair[],
  config?: ConfigTable,
): Map<string, ChangedModel> {
  const models = reachedBy(pairs, config).filter((r) => isModelled(r.name));
  return new Map(models.map((r) => [r.name, modelOf(r.name, r)]));
}

/** A function that is not what it was, itself or in what it calls of the patched files: `from` is where the change is. */
export interface Reached {
  name: string;
  from: string;
  at: Definition;
}

/** All functions of the patched files that are not what they were, and macros that stand as models. */
export function reachedBy(pairs: readonly SourcePair[], config?: ConfigTable): Reached[] {
  const files = (side: 'before' | 'after') => pairs.map((p) => p[side]).filter((f) => f !== null);
  const [then, now] = [files('before'), files('after')].map((list) => definitions(list, config));
  const out: Reached[] = [];
  const queue: Reached[] = [];
  for (const name of new Set([...then.keys(), ...now.keys()])) {
    const [a, b] = [then.get(name), now.get(name)];
    if (a && b && a.code !== b.code) queue.push({ name, from: name, at: b });
    // a definition that is new stands for no model that was used before, but it may be one that moved out of sight
    else if (isModelled(name) && a && !b) queue.push({ name, from: name, at: a });
  }
  const callers = callersIn([then, now]);
  const seen = new Set(queue.map((q) => q.name));
  while (queue.length > 0) {
    const { name, from, at } = queue.shift()!;
    out.push({ name, from, at });
    for (const caller of callers.get(name) ?? []) {
      if (seen.has(caller)) continue;
      seen.add(caller);
      queue.push({ name: caller, from, at });
    }
  }
  return out;
}

/** The model of this name, changed by what `r` says. */
export const modelOf = (name: string, { from, at }: Reached): ChangedModel => ({
  ...{ name, path: at.file.path, line: at.line, within: from },
});

/** Names of changed models whose new text can run in their place. */
export const followed = (changed: ReadonlyMap<string, ChangedModel>): Set<string> =>
  new Set([...changed.keys()].filter(runsFromSource));

/**
 * The program with a place where a run ends, and says why, for each changed model that it calls and has no text of.
 * What the program does not call stays out.
 */
export function withStale(
  program: Program,
  changed: readonly ChangedModel[],
): { program: Program; stale: ChangedModel[] } {
  const stale = changed.filter(
    (m) => standsIn(m.name) && !Object.hasOwn(program.functions, m.name) && calls(program, m.name),
  );
  if (stale.length === 0) return { program, stale };
  const stubs = Object.fromEntries(stale.map((m) => [m.name, stub(m)]));
  return { program: { ...program, functions: { ...program.functions, ...stubs } }, stale };
}

/** The program has the function's own text, and no place in its stead where a run ends. */
export const runsIn = (program: Program, name: string): boolean =>
  Object.hasOwn(program.functions, name) && !isStub(program.functions[name]);

const isStub = ({ code, params, result }: Func): boolean =>
  code.length === 1 && code[0].op === 'unmodelled' && !params.length && result.kind === 'void';

/** The program calls a function of this name. */
export const calls = (program: Program, name: string): boolean =>
  Object.values(program.functions).some((f) =>
    f.code.some((i) => i.op === 'call' && 'name' in i.callee && i.callee.name === name),
  );

/** One clause about a changed model. */
export function staleNote(m: ChangedModel): string {
  const where = `${m.path}${m.line === null ? '' : `:${m.line}`}`;
  const what = m.within === m.name ? 'its text' : `${m.within}(), which it runs`;
  return `${m.name}() is a model here, and the patch changes ${what} (${where})`;
}

function stub(m: ChangedModel): Func {
  const { path, line } = m;
  const ref = { path, line, patchLine: null, changed: true, text: `${m.within}()` };
  return {
    ...{ name: m.name, params: [], result: { kind: 'void' }, regs: 0, vars: [], stmts: [] },
    ...{ path, line, refs: [ref], code: [{ op: 'unmodelled', what: staleNote(m), ref: 0 }] },
  };
}

/** Functions, and macros that stand as models, by name. */
export function definitions(
  files: readonly SourceFile[],
  config: ConfigTable | undefined,
): Map<string, Definition> {
  const out = new Map<string, Definition>();
  for (const file of files) {
    const unit = unitOf(file, config);
    for (const [name, item] of unit.functions)
      out.set(name, definition(unit, name, unit.active.slice(item.start, item.end), item.start));
    for (const [name, macro] of unit.macros)
      if (isModelled(name) && !out.has(name))
        out.set(name, definition(unit, name, `${macro.params} ${macro.body}`, macro.at));
  }
  return out;
}

function definition(unit: Unit, name: string, text: string, start: number): Definition {
  const code = text.replace(/\s+/g, ' ');
  const names = new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
  names.delete(name);
  return { file: unit.file, line: lineOf(unit, start), code, names };
}

/** The changed line that is nearest below the start of a definition, else its first line. */
function lineOf(unit: Unit, start: number): number | null {
  const first = unit.lineStarts.findIndex(
    (s, k) => s <= start && start < (unit.lineStarts[k + 1] ?? Number.POSITIVE_INFINITY),
  );
  const { lines } = unit.file;
  for (let k = Math.max(0, first); k < lines.length && lines[k].text !== '}'; k++)
    if (lines[k].changed) return lines[k].line;
  return lines[Math.max(0, first)]?.line ?? null;
}

function callersIn(sides: readonly Map<string, Definition>[]): Map<string, Set<string>> {
  const defined = new Set(sides.flatMap((s) => [...s.keys()]));
  const out = new Map<string, Set<string>>();
  for (const side of sides)
    for (const [caller, d] of side)
      for (const name of d.names)
        if (defined.has(name)) {
          const list = out.get(name);
          if (list) list.add(caller);
          else out.set(name, new Set([caller]));
        }
  return out;
}
