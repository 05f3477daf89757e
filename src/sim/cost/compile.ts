import { ForkloreError, invariant } from '../../base/errors.js';
import { binary, type Value as MachineValue, unary, wrap } from '../machine/value.js';
import type { BinaryOp, CType, Func, Instr, Operand, Program, UnaryOp } from '../program.js';
import { CostObject, Place, type Value } from './memory.js';

/** A function of the program, ready to run. */
export type Compiled = (...args: Value[]) => Value;

/** What compiled code calls. */
export interface Linkage {
  /** The function of that name: a model, or the program's own by `body`. */
  resolve(name: string, result: CType, body: (() => Compiled) | null): Compiled;
  constant(name: string): Value;
}

/** Jumps backwards that one run may take. */
const FUEL = 50_000_000;

const isNumber = (x: Value): x is number | bigint => typeof x === 'number' || typeof x === 'bigint';
const notZero = (x: Value): boolean => typeof x === 'object' || Boolean(x);

/** Compiles functions of a Program to JavaScript, each when it is first called. */
export class Compiler {
  private readonly done = new Map<string, Compiled>();
  private fuel = FUEL;

  constructor(
    private readonly program: Program,
    private readonly link: Linkage,
  ) {}

  /** The function `name` of the program. @throws when there is none: a bug of ours. */
  entry(name: string): Compiled {
    let f = this.done.get(name);
    if (!f) {
      const func = this.program.functions[name];
      invariant(func, `no function ${name} in the program`);
      f = this.compile(func);
      this.done.set(name, f);
    }
    return f;
  }

  private callee(name: string, result: CType): Compiled {
    const has = Object.hasOwn(this.program.functions, name);
    return this.link.resolve(name, result, has ? () => this.entry(name) : null);
  }

  /** Counts a jump backwards. */
  private readonly tick = (): void => {
    if (--this.fuel < 0) throw new ForkloreError('limit', 'the program loops without end');
  };

  private compile(f: Func): Compiled {
    const emit = new Emitter(f, (name, type) => this.callee(name, type), this.link);
    const body = emit.text();
    const params = f.params.map((p) => `r${p.reg}`);
    const make = new Function('K', 'tick', 'notZero', `return function(${params}){${body}}`);
    return make(emit.constants, this.tick, notZero) as Compiled;
  }
}

/** One function as JavaScript: a switch over its blocks in a loop. What it refers to is in `constants`. */
class Emitter {
  readonly constants: unknown[] = [];

  constructor(
    private readonly f: Func,
    private readonly callee: (name: string, result: CType) => Compiled,
    private readonly link: Linkage,
  ) {}

  text(): string {
    const params = new Set(this.f.params.map((p) => p.reg));
    const regs = Array.from({ length: this.f.regs }, (_, r) => r).filter((r) => !params.has(r));
    const vars = regs.length ? `let ${regs.map((r) => `r${r}`).join(',')};` : '';
    const lines = this.f.code.map((i, at) => this.instr(i, at));
    return `${vars}let pc=-1;for(;;)switch(pc){case -1:\n${lines.join('\n')}\nreturn 0;}`;
  }

  private keep(x: unknown): string {
    return `K[${this.constants.push(x) - 1}]`;
  }

  private operand(o: Operand): string {
    if ('reg' in o) return `r${o.reg}`;
    if ('sym' in o) return this.keep(this.link.constant(o.sym));
    return typeof o.imm === 'bigint' ? `${o.imm}n` : `(${o.imm})`;
  }

  private jump(to: number, at: number): string {
    const target = this.f.code.findIndex((i) => i.op === 'label' && i.id === to);
    return `${target <= at ? 'tick();' : ''}pc=${to};continue;`;
  }

  private instr(i: Instr, at: number): string {
    switch (i.op) {
      case 'label':
        return `case ${i.id}:`;
      case 'move':
        return `r${i.dst}=${this.operand(i.src)};`;
      case 'cast':
        return `r${i.dst}=${this.keep(wrapTo(i.type))}(${this.operand(i.src)});`;
      case 'bin':
        return `r${i.dst}=${this.keep(binaryOp(i.fn, i.type))}(${this.operand(i.a)},${this.operand(i.b)});`;
      case 'un':
        return `r${i.dst}=${this.keep(unaryOp(i.fn, i.type))}(${this.operand(i.a)});`;
      case 'local':
        return `r${i.dst}=new (${this.keep(CostObject)})().whole;`;
      case 'jump':
        return this.jump(i.to, at);
      case 'branch':
        return `if(notZero(${this.operand(i.cond)})){${this.jump(i.then, at)}}else{${this.jump(i.else, at)}}`;
      case 'return':
        return `return ${i.value ? this.operand(i.value) : '0'};`;
      case 'call':
        return this.call(i);
      case 'unmodelled':
        return `throw ${this.keep(() => new ForkloreError('input', i.what))}();`;
      default:
        return this.memory(i);
    }
  }

  private memory(
    i: Extract<Instr, { op: 'field' | 'index' | 'container' | 'load' | 'store' | 'copy' }>,
  ) {
    const path = (p: string) => JSON.stringify(p);
    const place = (o: Operand) => `${this.keep(toPlace)}(${this.operand(o)})`;
    switch (i.op) {
      case 'field':
        return `r${i.dst}=${place(i.base)}.member(${path(i.path)});`;
      case 'index':
        return `r${i.dst}=${place(i.base)}.element(Number(${this.operand(i.index)}));`;
      case 'container':
        return `r${i.dst}=${place(i.base)}.without(${path(i.path)});`;
      case 'load':
        return `r${i.dst}=${place(i.base)}.get(${path(i.path)})??0;`;
      case 'store':
        return `${place(i.base)}.put(${path(i.path)},${this.keep(wrapTo(i.type))}(${this.operand(i.src)}));`;
      case 'copy':
        return `${this.keep(copy)}(${place(i.dstBase)},${place(i.srcBase)});`;
    }
  }

  private call(i: Instr & { op: 'call' }): string {
    const args = i.args.map((a) => this.operand(a)).join(',');
    let target: string;
    if ('name' in i.callee) target = this.direct(i.callee.name, i.type);
    else {
      const indirect: (...xs: Value[]) => Value = (fn, ...xs) =>
        typeof fn === 'object' && 'sym' in fn ? this.callee(fn.sym, i.type)(...xs) : 0;
      const value = this.operand(i.callee.value);
      const call = `${this.keep(indirect)}(${[value, ...i.args.map((a) => this.operand(a))].join(',')})`;
      return i.dst === null ? `${call};` : `r${i.dst}=${call};`;
    }
    if (i.dst === null) return `${target}(${args});`;
    const result = `${target}(${args})`;
    return `r${i.dst}=${i.type.kind === 'int' ? `${this.keep(wrapTo(i.type))}(${result})` : result};`;
  }

  /** A call of a function by name, looked up when it is first called. */
  private direct(name: string, result: CType): string {
    const at = this.constants.length;
    this.constants.push((...args: Value[]) => {
      const f = this.callee(name, result);
      this.constants[at] = f;
      return f(...args);
    });
    return `K[${at}]`;
  }
}

function toPlace(x: Value): Place {
  if (x instanceof Place) return x;
  throw new ForkloreError('input', x === 0 ? 'NULL pointer' : 'a value that is no pointer');
}

function copy(to: Place, from: Place): void {
  for (const [path, x] of [...from.object.below(from.path)]) to.put(path, x);
}

/** Conversion to a type; numbers that are small enough stay as they are. */
function wrapTo(type: CType): (x: Value) => Value {
  if (type.kind === 'int' && type.bits >= 32)
    return (x) =>
      typeof x === 'number' && x >= 0 && x <= 0x7fffffff
        ? x
        : isNumber(x)
          ? (wrap(x, type) as number)
          : x;
  return (x) => (isNumber(x) ? (wrap(x, type) as number) : x);
}

function unaryOp(fn: UnaryOp, type: CType): (x: Value) => Value {
  if (fn === '!') return (x) => (notZero(x) ? 0 : 1);
  return (x) => (isNumber(x) ? unary(fn, x, type) : 0);
}

const SMALL: Partial<Record<BinaryOp, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '<': (a, b) => (a < b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '>=': (a, b) => (a >= b ? 1 : 0),
};

/** As `binary`; what C leaves undefined, and arithmetic on what is no number, gives 0. */
function binaryOp(fn: BinaryOp, type: CType): (a: Value, b: Value) => Value {
  if (fn === '==') return (a, b) => (a === b ? 1 : 0);
  if (fn === '!=') return (a, b) => (a === b ? 0 : 1);
  const small = SMALL[fn];
  const slow = (a: Value, b: Value): Value =>
    isNumber(a) && isNumber(b) ? ((binary(fn, a, b, type) ?? 0) as MachineValue & number) : 0;
  if (!small) return slow;
  return (a, b) =>
    typeof a === 'number' &&
    typeof b === 'number' &&
    a >= 0 &&
    b >= 0 &&
    a <= 0x3fffffff &&
    b <= 0x3fffffff
      ? small(a, b)
      : slow(a, b);
}
