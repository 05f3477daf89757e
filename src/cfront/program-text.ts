import type { Func, Instr, Program } from '../sim/program.js';

/** A program as one line of JSON. Throws for what {@link readProgram} would not give back. */
export function writeProgram(program: Program): string {
  return JSON.stringify(program, (key, x) => {
    if (typeof x !== 'bigint') return x;
    if (key !== 'imm') throw new TypeError(`${key}: no place for a large number`);
    return String(x);
  });
}

/** The program that {@link writeProgram} wrote; throws for a text that is none. */
export function readProgram(text: string): Program {
  const p: unknown = JSON.parse(text);
  if (!isObject(p) || !isObject(p.functions) || !Array.isArray(p.notes))
    throw new TypeError('no program');
  for (const [name, f] of Object.entries(p.functions))
    if (!isFunc(f) || f.name !== name) throw new TypeError(`${name}: no function`);
  return p as unknown as Program;
}

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x);

const isIndex = (x: unknown, below: number): boolean =>
  Number.isInteger(x) && (x as number) >= 0 && (x as number) < below;

function isFunc(f: unknown): f is Func {
  if (!isObject(f)) return false;
  const { params, vars, refs, code, stmts, regs } = f;
  if (![params, vars, refs, code, stmts].every(Array.isArray)) return false;
  if (!isIndex(regs, 1 << 24) || !isObject(f.result) || typeof f.path !== 'string') return false;
  const [places, steps] = [refs as unknown[], code as unknown[]];
  return (
    places.every((r) => isObject(r) && typeof r.path === 'string' && typeof r.text === 'string') &&
    steps.every((i) => isObject(i) && isIndex(i.ref, places.length) && isInstr(i)) &&
    (stmts as unknown[]).every(
      (s) => isObject(s) && isIndex(s.ref, places.length) && isIndex(s.end, steps.length + 1),
    )
  );
}

/** Operands of each kind of step, where numbers may be large. */
const OPERANDS: Record<Instr['op'], readonly string[]> = {
  move: ['src'],
  bin: ['a', 'b'],
  un: ['a'],
  cast: ['src'],
  local: [],
  field: ['base'],
  index: ['base', 'index'],
  container: ['base'],
  load: ['base'],
  store: ['base', 'src'],
  copy: ['dstBase', 'srcBase'],
  call: [],
  jump: [],
  branch: ['cond'],
  label: [],
  return: [],
  unmodelled: [],
};

/** Whether it is a step; makes numbers of its large constants. */
function isInstr(i: Record<string, unknown>): boolean {
  const { op } = i;
  if (typeof op !== 'string' || !Object.hasOwn(OPERANDS, op)) return false;
  for (const name of OPERANDS[op as Instr['op']]) if (!isOperand(i[name])) return false;
  if (op === 'return') return i.value === null || isOperand(i.value);
  if (op !== 'call') return true;
  if (!isObject(i.callee) || !Array.isArray(i.args) || !i.args.every(isOperand)) return false;
  return typeof i.callee.name === 'string' || isOperand(i.callee.value);
}

function isOperand(x: unknown): boolean {
  if (!isObject(x)) return false;
  if (typeof x.imm === 'string') x.imm = BigInt(x.imm);
  return isIndex(x.reg, 1 << 24) || typeof x.sym === 'string' || 'imm' in x;
}
