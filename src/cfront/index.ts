import type { Program } from '../sim/program.js';
import type { SourceFile } from '../source/types.js';
import { Builder } from './builder.js';
import type { ConfigTable } from './config.js';
import { constantValue } from './convert.js';
import { expression } from './expressions.js';
import { lowerFunction, textType } from './function.js';
import { type KeptPrograms, programKey } from './kept.js';
import { loadParser } from './parser.js';
import { lineIndex, unitOf } from './unit.js';
import { World } from './world.js';

export interface LowerOptions {
  /** Searched in order for definitions. */
  files: SourceFile[];
  /** Functions to start from. */
  entries: string[];
  /** The simulator has a primitive (or a constant) of that name, or the call has no effect: not expanded, not followed. */
  isModelled: (name: string) => boolean;
  /** CONFIG_ options, without the prefix; undefined leaves one to the built-in table. */
  config?: ConfigTable;
  /** Headers, searched last; bodies found there may be lowered too. */
  declarations?: SourceFile[];
  /** Where the program may be kept; `modelled` tells `isModelled` from others of the same tool. */
  kept?: { programs: KeptPrograms; modelled: string };
}

/**
 * Lowers the entries and all that they call and that has a body. Never throws for C that it does not understand: that
 * becomes `unmodelled` instructions and notes of level `error`.
 */
export async function lowerProgram(opts: LowerOptions): Promise<Program> {
  const key = opts.kept ? programKey(opts, opts.kept.modelled) : null;
  const known = key === null ? null : opts.kept!.programs.get(key);
  if (known) return known;
  const program = await lower(opts);
  if (key !== null) opts.kept!.programs.put(key, program);
  return program;
}

async function lower(opts: LowerOptions): Promise<Program> {
  await loadParser();
  const world = createWorld(opts);
  const program: Program = { functions: {}, notes: world.notes };
  const { kept } = opts;
  const others = kept?.programs.functions?.of(world.units, kept.modelled, opts.config);
  const queue = [...opts.entries];
  const seen = new Set(queue);
  while (queue.length > 0) {
    const name = queue.shift()!;
    const found = world.functionItem(name);
    if (found === undefined) {
      if (opts.entries.includes(name))
        world.note('error', null, `function ${name}() is not in the given files`);
      continue;
    }
    const { func, callees } = lowerFunction(world, found.unit, found.hit, others);
    program.functions[name] = func;
    for (const callee of callees) {
      if (seen.has(callee) || opts.isModelled(callee)) continue;
      seen.add(callee);
      queue.push(callee);
    }
  }
  return program;
}

/** Index of everything that names can stand for, able to evaluate constants and types. Needs the parser loaded. */
export function createWorld(opts: Omit<LowerOptions, 'entries'>): World {
  const world = new World(opts.files, opts.declarations ?? [], opts.isModelled, opts.config);
  const scratch = () => new Builder(world, null, '', new Set());
  world.evaluateType = (text) => textType(scratch(), text);
  world.evaluateNode = (node) => {
    const b = scratch();
    return b.dry(() => constantValue(expression(b, node)));
  };
  return world;
}

export interface FunctionRange {
  name: string;
  /** Indexes into `file.lines`, both inclusive. */
  startLine: number;
  endLine: number;
}

/** The functions that a file defines under the configuration, in order of the text. */
export function listFunctions(file: SourceFile, config?: ConfigTable): FunctionRange[] {
  const unit = unitOf(file, config);
  return unit.items
    .filter((i) => i.kind === 'function')
    .map((i) => ({
      name: i.name,
      startLine: lineIndex(unit, i.start),
      endLine: lineIndex(unit, Math.max(i.start, i.end - 1)),
    }));
}

/** Identifiers in the body of a function, as the configuration compiles it, from the first file that defines it. */
export function namesIn(
  files: readonly SourceFile[],
  name: string,
  config?: ConfigTable,
): Set<string> {
  for (const file of files) {
    const unit = unitOf(file, config);
    const item = unit.functions.get(name);
    if (item) return new Set(unit.active.slice(item.start, item.end).match(/[A-Za-z_]\w*/g) ?? []);
  }
  return new Set();
}

/** Name of the function around a line (index into `file.lines`), null where there is none. */
export function functionOfLine(
  file: SourceFile,
  line: number,
  config?: ConfigTable,
): string | null {
  return (
    listFunctions(file, config).find((f) => f.startLine <= line && line <= f.endLine)?.name ?? null
  );
}

export type { ConfigTable } from './config.js';
export { type KeptPrograms, RecentPrograms } from './kept.js';
