import { MAX_FIELDS, MAX_VALUE_CHARS } from '../../base/limits.js';
import { thousands } from '../../base/terminal.js';
import type { Instr, Operand, Program } from '../program.js';
import { flowOf } from './liveness.js';
import {
  binary,
  isInt,
  isPtr,
  isSym,
  type Ptr,
  pointer,
  symbol,
  unary,
  type Value,
  wrap,
} from './value.js';
import { around, type Frame, join, type World } from './world.js';

/** Ends a run: for want of a model, or because the program broke a property all by itself. */
export class Halt extends Error {
  constructor(
    readonly how: 'stuck' | 'breach',
    readonly what: string,
    readonly text: string,
  ) {
    super(text);
  }
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const nameIn = (x: Value): string => (isSym(x) ? x.sym : String(x));

/** Executes the instructions that touch private memory and registers only: everything but calls and returns. */
export class Executor {
  constructor(
    private readonly program: Program,
    private readonly constant: (name: string) => Value,
    private readonly isFunction: (name: string) => boolean,
    private readonly assume: (text: string) => void,
    private readonly noObject: (
      x: Value,
      what: string,
    ) => { property: string; text: string } | null = () => null,
  ) {}

  /** Value of an operand. */
  value(frame: Frame, o: Operand): Value {
    if ('reg' in o) return frame.regs[o.reg];
    if ('imm' in o) return o.imm;
    return this.constant(o.sym);
  }

  private int(x: Value, what: string): number | bigint {
    if (isInt(x)) return x;
    if (x === undefined)
      throw new Halt('breach', 'invalid-access', `uses a value that was never set (${what})`);
    if (isSym(x)) throw new Halt('stuck', 'constant', `the value of ${x.sym} is not known`);
    throw new Halt('stuck', 'pointer', `arithmetic on a pointer (${what})`);
  }

  /** A pointer to an object or to a known function: never NULL. */
  private denotes(x: Value): boolean {
    return (
      isPtr(x) ||
      (isSym(x) && (this.isFunction(x.sym) || Object.hasOwn(this.program.functions, x.sym)))
    );
  }

  /** `x` as a pointer to an object; anything else ends the run. */
  ptr(x: Value, what: string): Ptr {
    if (isPtr(x)) return x;
    if (isSym(x))
      throw new Halt('stuck', 'constant', `${x.sym} is not modelled${what && ` (${what})`}`);
    const known = this.noObject(x, what);
    if (known) throw new Halt('breach', known.property, known.text);
    throw new Halt(
      'breach',
      'invalid-access',
      x === 0
        ? `NULL pointer (${what})`
        : x === undefined
          ? `pointer never set (${what})`
          : `bad pointer (${what})`,
    );
  }

  /** Executes one instruction and moves on. */
  step(world: World, frame: Frame, i: Exclude<Instr, { op: 'call' | 'return' }>): void {
    const regs = frame.regs;
    const val = (o: Operand) => this.value(frame, o);
    switch (i.op) {
      case 'label':
        break;
      case 'move':
        regs[i.dst] = val(i.src);
        break;
      case 'cast': {
        const x = val(i.src);
        regs[i.dst] = isInt(x) ? wrap(x, i.type) : x;
        break;
      }
      case 'bin':
        regs[i.dst] = this.binary(i, val(i.a), val(i.b));
        break;
      case 'un': {
        const x = val(i.a);
        regs[i.dst] = i.fn === '!' && this.denotes(x) ? 0 : unary(i.fn, this.int(x, i.fn), i.type);
        break;
      }
      case 'local':
        regs[i.dst] = world.create('local', i.name);
        break;
      case 'field': {
        const b = this.ptr(val(i.base), i.path);
        regs[i.dst] = placeOf(b, join(b.path, i.path));
        break;
      }
      case 'index': {
        const b = this.ptr(val(i.base), 'array');
        const n = Number(this.int(val(i.index), 'index'));
        const m = /^(.*)\[(\d+)\]$/.exec(b.path);
        regs[i.dst] = placeOf(b, m ? `${m[1]}[${Number(m[2]) + n}]` : `${b.path}[${n}]`);
        break;
      }
      case 'container': {
        const b = this.ptr(val(i.base), i.path);
        if (b.path !== i.path && !b.path.endsWith(`.${i.path}`)) {
          // a walk over a list comes to its head, and looks at no more of it than where it leads
          if (!isPtr(world.get(b, 'next')))
            throw new Halt('stuck', 'container', `container_of(${i.path}) of another member`);
          regs[i.dst] = pointer(b.obj, around(b.path, i.path));
        } else regs[i.dst] = pointer(b.obj, b.path.slice(0, -i.path.length).replace(/\.$/, ''));
        break;
      }
      case 'load':
        regs[i.dst] = this.load(world, val(i.base), i.path);
        break;
      case 'store': {
        const x = val(i.src);
        this.store(world, val(i.base), i.path, isInt(x) ? wrap(x, i.type) : x);
        break;
      }
      case 'copy': {
        const to = this.ptr(val(i.dstBase), 'copy');
        world.copy(to, this.ptr(val(i.srcBase), 'copy'));
        fewFields(world, to);
        break;
      }
      case 'jump':
        frame.pc = flowOf(frame.func).labels.get(i.to)!;
        return;
      case 'branch': {
        const x = val(i.cond);
        const taken = this.denotes(x) || this.int(x, 'condition') !== 0;
        frame.pc = flowOf(frame.func).labels.get(taken ? i.then : i.else)!;
        return;
      }
      case 'unmodelled':
        throw new Halt('stuck', 'construct', i.what);
    }
    frame.pc++;
  }

  private binary(i: Instr & { op: 'bin' }, a: Value, b: Value): Value {
    if (isInt(a) && isInt(b)) {
      const r = binary(i.fn, a, b, i.type);
      if (r === null) throw new Halt('breach', 'invalid-access', `undefined arithmetic (${i.fn})`);
      return r;
    }
    if ((i.fn === '==' || i.fn === '!=') && a !== undefined && b !== undefined) {
      if (this.denotes(a) || this.denotes(b)) return (a === b) === (i.fn === '==') ? 1 : 0;
    }
    // a constant that is not known stays one (flags of an allocation): only its use in a condition is a question
    if (!COMPARISONS.has(i.fn) && [a, b].every((x) => isInt(x) || isSym(x)))
      return unknown(`${nameIn(a)}${i.fn}${nameIn(b)}`);
    this.int(a, i.fn);
    this.int(b, i.fn);
    return 0;
  }

  private load(world: World, base: Value, path: string): Value {
    const p = this.ptr(base, path);
    const hook = world.obj(p).kind;
    this.alive(world, p.obj, path);
    const x = world.get(p, path);
    if (x !== undefined || hook === 'local') return x;
    // a field that no model sets: zero, as the object was allocated; the report says so
    this.assume(`${hook}.${join(p.path, path)} is taken as 0`);
    return 0;
  }

  private store(world: World, base: Value, path: string, x: Value): void {
    const p = this.ptr(base, path);
    this.alive(world, p.obj, path);
    world.put(p, path, x);
    fewFields(world, p);
  }

  private alive(world: World, id: number, path: string): void {
    const o = world.objs[id];
    if (o.fields.get('__freed'))
      throw new Halt('breach', 'unwind', `${o.name} is used after it was freed (${path})`);
  }
}

// A loop makes longer and longer ones, each kept, where C would have come to the end of the object long before.

function placeOf({ obj }: Ptr, path: string): Ptr {
  short(path, 'a place in an object');
  return pointer(obj, path);
}

function unknown(name: string): Value {
  short(name, 'an expression of constants that are not known');
  return symbol(name);
}

function short(text: string, what: string): void {
  if (text.length > MAX_VALUE_CHARS)
    throw new Halt(
      'stuck',
      'size',
      `${what} is over ${thousands(MAX_VALUE_CHARS)} characters long`,
    );
}

function fewFields(world: World, { obj }: Ptr): void {
  const { fields, name } = world.objs[obj];
  if (fields.size > MAX_FIELDS)
    throw new Halt(
      'stuck',
      'size',
      `more than ${thousands(MAX_FIELDS)} fields of ${name} are written`,
    );
}
