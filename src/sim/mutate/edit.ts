import type { Func, Instr, Program } from '../program.js';

/** A copy of the program with another body for one function. Statement ranges are not kept: a mutant is only run. */
function withCode(program: Program, f: Func, code: Instr[]): Program {
  return { ...program, functions: { ...program.functions, [f.name]: { ...f, code, stmts: [] } } };
}

/** The range without what it does; jump targets in it stay. */
const emptied = (code: readonly Instr[]): Instr[] => code.filter((i) => i.op === 'label');

/** Without the instructions of `[start, end)`. */
export function deleteRange(program: Program, f: Func, start: number, end: number): Program {
  return withCode(program, f, [
    ...f.code.slice(0, start),
    ...emptied(f.code.slice(start, end)),
    ...f.code.slice(end),
  ]);
}

/** With the instructions of `[start, end)` moved to just before index `to` (at or after `end`). */
export function moveRange(
  program: Program,
  f: Func,
  start: number,
  end: number,
  to: number,
): Program {
  return withCode(program, f, [
    ...f.code.slice(0, start),
    ...f.code.slice(end, to),
    ...f.code.slice(start, end),
    ...f.code.slice(to),
  ]);
}

/** With register `from` replaced by `to` in the arguments of the call at index `at`. */
export function substituteArgument(
  program: Program,
  f: Func,
  at: number,
  from: number,
  to: number,
): Program {
  const code = f.code.slice();
  const i = code[at];
  if (i.op === 'call')
    code[at] = { ...i, args: i.args.map((a) => ('reg' in a && a.reg === from ? { reg: to } : a)) };
  return withCode(program, f, code);
}
