import type { LowerOptions } from '../../src/cfront/index.js';
import { lowerProgram } from '../../src/cfront/index.js';
import type { Func, Instr, Program } from '../../src/sim/program.js';
import type { SourceFile } from '../../src/source/types.js';

/** A source file out of a text, all lines from the file itself. */
export function sourceFile(text: string, path = 'mm/test.c'): SourceFile {
  return {
    path,
    base: 'exact',
    skeleton: null,
    lines: text.split('\n').map((line, i) => ({
      text: line,
      line: i + 1,
      patchLine: null,
      origin: 'file',
      changed: false,
    })),
  };
}

/** Lowers `entry` out of a text; nothing is modelled unless said. */
export function lower(
  text: string,
  entry: string,
  opts: Partial<LowerOptions> = {},
): Promise<Program> {
  return lowerProgram({
    files: [sourceFile(text)],
    entries: [entry],
    isModelled: () => false,
    ...opts,
  });
}

/** The calls of a function in order of the code. */
export function calls(func: Func): string[] {
  return func.code.flatMap((i) => (i.op === 'call' && 'name' in i.callee ? [i.callee.name] : []));
}

/** All instructions of one kind. */
export function ops<K extends Instr['op']>(func: Func, op: K): (Instr & { op: K })[] {
  return func.code.filter((i): i is Instr & { op: K } => i.op === op);
}
