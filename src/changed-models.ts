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

/** A definition in one version of a file; what it holds is worked out when it is asked for. */
export class Definition {
  private text: string | null = null;
  private used: ReadonlySet<string> | null = null;

  constructor(
    private readonly unit: Unit,
    private readonly name: string,
    private readonly raw: string,
    private readonly start: number,
  ) {}

  get file(): SourceFile {
    return this.unit.file;
  }

  /** The changed line that is nearest below its start, else its first line. */
  get line(): number | null {
    return lineOf(this.unit, this.start);
  }

  /** Without comments and white space. */
  get code(): string {
    this.text ??= this.raw.replace(/\s+/g, ' ');
    return this.text;
  }

  /** Names that it mentions besides its own. */
  get names(): ReadonlySet<string> {
    if (!this.used) {
      const names = new Set(this.raw.match(/[A-Za-z_]\w*/g) ?? []);
      names.delete(this.name);
      this.used = names;
    }
    return this.used;
  }

  sameAs(other: Definition): boolean {
    return this.raw === other.raw || this.code === other.code;
  }

  mentions(name: string): boolean {
    return this.raw.includes(name) && this.names.has(name);
  }
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

/** Functions that the patch adds under the name of a model, which knows nothing of their text. */
export function addedModels(
  pairs: readonly SourcePair[],
  config?: ConfigTable,
): Map<string, ChangedModel> {
  const files = (side: 'before' | 'after') => pairs.map((p) => p[side]).filter((f) => f !== null);
  const old = definitions(files('before'), config);
  const out = new Map<string, ChangedModel>();
  for (const [name, at] of definitions(files('after'), config))
    if (!old.has(name) && standsIn(name)) out.set(name, modelOf(name, { name, from: name, at }));
  return out;
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
    if (a && b && !a.sameAs(b)) queue.push({ name, from: name, at: b });
    // a definition that is new stands for no model that was used before, but it may be one that moved out of sight
    else if (isModelled(name) && a && !b) queue.push({ name, from: name, at: a });
  }
  const seen = new Set(queue.map((q) => q.name));
  while (queue.length > 0) {
    const { name, from, at } = queue.shift()!;
    out.push({ name, from, at });
    for (const caller of callersOf(name, [then, now])) {
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
export function followed(changed: ReadonlyMap<string, ChangedModel>): Set<string> {
  const own = [...changed.keys()].filter(runsFromSource);
  // what one makes the other takes apart
  return new Set(own.some((n) => TOGETHER.includes(n)) ? [...own, ...TOGETHER] : own);
}

const TOGETHER = ['vm_area_dup', 'vm_area_free', '__vm_area_free'];

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
      out.set(
        name,
        new Definition(unit, name, unit.active.slice(item.start, item.end), item.start),
      );
    for (const [name, macro] of unit.macros)
      if (isModelled(name) && !out.has(name))
        out.set(name, new Definition(unit, name, `${macro.params} ${macro.body}`, macro.at));
  }
  return out;
}

function lineOf({ lineStarts, file: { lines } }: Unit, start: number): number | null {
  const next = lineStarts.findIndex((s) => s > start);
  const first = Math.max(0, (next < 0 ? lineStarts.length : next) - 1);
  for (let k = first; k < lines.length && lines[k].text !== '}'; k++)
    if (lines[k].changed) return lines[k].line;
  return lines[first]?.line ?? null;
}

function* callersOf(name: string, sides: readonly Map<string, Definition>[]): Generator<string> {
  if (!sides.some((s) => s.has(name))) return;
  for (const side of sides) for (const [caller, d] of side) if (d.mentions(name)) yield caller;
}
