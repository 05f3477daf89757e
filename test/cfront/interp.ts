import type { CType, Func, Instr, Operand, Program } from '../../src/sim/program.js';

/** A reference interpreter for lowered functions over integers, locals, structs, arrays and pointers to them. */
export interface Pointer {
  object: Map<string, Value>;
  path: string;
}
export type Value = bigint | Pointer | string;

const MAX_STEPS = 200_000;

/** Stands in for functions that the program has no body of. */
export type External = (name: string, args: Value[]) => Value;

/** Runs `name` with `args`; the result is as the function's result type holds it. */
export function run(
  program: Program,
  name: string,
  args: Value[],
  external?: External,
): Value | null {
  return new Machine(program, external).call(name, args);
}

class Machine {
  private steps = 0;
  constructor(
    private readonly program: Program,
    private readonly external?: External,
  ) {}

  call(name: string, args: Value[]): Value | null {
    const func = this.program.functions[name];
    if (func === undefined) {
      if (this.external === undefined) throw new Error(`no function ${name}`);
      return this.external(name, args);
    }
    const regs: Value[] = new Array(func.regs).fill(0n);
    args.forEach((a, i) => {
      regs[func.params[i].reg] = a;
    });
    const labels = labelIndex(func);
    let pc = 0;
    for (;;) {
      if (++this.steps > MAX_STEPS) throw new Error('too many steps');
      const i = func.code[pc++];
      if (i === undefined) throw new Error(`${name}: ran off the end`);
      if (i.op === 'return') return i.value === null ? null : value(regs, i.value);
      if (i.op === 'jump') pc = labels.get(i.to)!;
      else if (i.op === 'branch') pc = labels.get(truth(value(regs, i.cond)) ? i.then : i.else)!;
      else this.step(regs, i);
    }
  }

  private step(regs: Value[], i: Instr): void {
    switch (i.op) {
      case 'move':
        regs[i.dst] = value(regs, i.src);
        return;
      case 'bin':
        regs[i.dst] = bin(i, value(regs, i.a), value(regs, i.b));
        return;
      case 'un':
        regs[i.dst] = un(i, value(regs, i.a));
        return;
      case 'cast':
        regs[i.dst] = wrap(value(regs, i.src), i.type);
        return;
      case 'local':
        regs[i.dst] = { object: new Map(), path: '' };
        return;
      case 'field':
        regs[i.dst] = below(pointer(regs, i.base), i.path);
        return;
      case 'index':
        regs[i.dst] = offset(pointer(regs, i.base), value(regs, i.index) as bigint);
        return;
      case 'container': {
        const p = pointer(regs, i.base);
        if (!p.path.endsWith(i.path)) throw new Error(`container: ${p.path} has no ${i.path}`);
        regs[i.dst] = {
          object: p.object,
          path: p.path.slice(0, -i.path.length).replace(/\.$/, ''),
        };
        return;
      }
      case 'load': {
        const p = below(pointer(regs, i.base), i.path);
        const found = p.object.get(p.path);
        if (found === undefined) throw new Error(`read of ${p.path}, which was never written`);
        regs[i.dst] = wrap(found, i.type);
        return;
      }
      case 'store': {
        const p = below(pointer(regs, i.base), i.path);
        p.object.set(p.path, wrap(value(regs, i.src), i.type));
        return;
      }
      case 'copy':
        copy(pointer(regs, i.dstBase), pointer(regs, i.srcBase));
        return;
      case 'call': {
        const callee = 'name' in i.callee ? i.callee.name : (value(regs, i.callee.value) as string);
        const result = this.call(
          callee,
          i.args.map((a) => value(regs, a)),
        );
        if (i.dst !== null) regs[i.dst] = result!;
        return;
      }
      case 'label':
        return;
      default:
        throw new Error(`${i.op}: ${'what' in i ? i.what : ''}`);
    }
  }
}

function labelIndex(func: Func): Map<number, number> {
  const out = new Map<number, number>();
  func.code.forEach((i, pc) => {
    if (i.op === 'label') out.set(i.id, pc);
  });
  return out;
}

function value(regs: Value[], o: Operand): Value {
  if ('reg' in o) return regs[o.reg];
  return 'imm' in o ? BigInt(o.imm) : o.sym;
}

function pointer(regs: Value[], o: Operand): Pointer {
  const v = value(regs, o);
  if (typeof v !== 'object') throw new Error(`not a pointer: ${String(v)}`);
  return v;
}

const truth = (v: Value) => (typeof v === 'bigint' ? v !== 0n : true);

function below(p: Pointer, path: string): Pointer {
  if (path === '') return p;
  const joint = p.path === '' || path.startsWith('[') ? '' : '.';
  return { object: p.object, path: p.path + joint + path };
}

function offset(p: Pointer, index: bigint): Pointer {
  const m = /^(.*)\[(\d+)\]$/.exec(p.path);
  if (m === null) {
    if (index === 0n) return p;
    throw new Error(`index ${index} on ${p.path}, which is no array element`);
  }
  return { object: p.object, path: `${m[1]}[${BigInt(m[2]) + index}]` };
}

function copy(dst: Pointer, src: Pointer): void {
  for (const [path, v] of [...src.object]) {
    const rest = relative(path, src.path);
    if (rest !== null)
      dst.object.set(dst.path + rest.slice(dst.path === '' && rest[0] === '.' ? 1 : 0), v);
  }
}

/** The part of `path` below `base`, with its leading dot or bracket; null when it is not below. */
function relative(path: string, base: string): string | null {
  if (base === '') return path.startsWith('[') ? path : `.${path}`;
  const rest = path.slice(base.length);
  return path.startsWith(base) && (rest === '' || /^[.[]/.test(rest)) ? rest : null;
}

function wrap(v: Value, t: CType): Value {
  if (typeof v !== 'bigint' || t.kind !== 'int') return v;
  if (t.bits === 1) return v === 0n ? 0n : 1n;
  return t.signed ? BigInt.asIntN(t.bits, v) : BigInt.asUintN(t.bits, v);
}

function un(i: Instr & { op: 'un' }, v: Value): Value {
  if (i.fn === '!') return truth(v) ? 0n : 1n;
  const x = v as bigint;
  return wrap(i.fn === '-' ? -x : ~x, i.type);
}

function bin(i: Instr & { op: 'bin' }, x: Value, y: Value): Value {
  if (typeof x !== 'bigint' || typeof y !== 'bigint') {
    const same =
      typeof x === 'object' && typeof y === 'object'
        ? x.object === y.object && x.path === y.path
        : x === y;
    return (i.fn === '==') === same ? 1n : 0n;
  }
  const bit = (t: boolean) => (t ? 1n : 0n);
  switch (i.fn) {
    case '+':
      return wrap(x + y, i.type);
    case '-':
      return wrap(x - y, i.type);
    case '*':
      return wrap(x * y, i.type);
    case '/':
      return wrap(x / y, i.type);
    case '%':
      return wrap(x % y, i.type);
    case '&':
      return wrap(x & y, i.type);
    case '|':
      return wrap(x | y, i.type);
    case '^':
      return wrap(x ^ y, i.type);
    case '<<':
      return wrap(x << y, i.type);
    case '>>':
      return wrap(x >> y, i.type);
    case '==':
      return bit(x === y);
    case '!=':
      return bit(x !== y);
    case '<':
      return bit(x < y);
    case '<=':
      return bit(x <= y);
    case '>':
      return bit(x > y);
    case '>=':
      return bit(x >= y);
  }
}
