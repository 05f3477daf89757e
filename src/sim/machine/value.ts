import type { BinaryOp, CType, UnaryOp } from '../program.js';

/** A place in an object. Interned by `World`, so that equal pointers are the same object. */
export interface Ptr {
  readonly obj: number;
  readonly path: string;
}

/** The address of a function, or a constant whose value is not known. */
export interface Sym {
  readonly sym: string;
}

/** Immutable data that a model keeps as one value, such as a maple tree: equal keys mean equal content. */
export interface Opaque {
  readonly key: string;
}

/** Integers are numbers while they are exact, bigint beyond. `undefined`: never written. */
export type Value = number | bigint | Ptr | Sym | Opaque | undefined;

export const isPtr = (x: Value): x is Ptr => typeof x === 'object' && 'obj' in x;
export const isSym = (x: Value): x is Sym => typeof x === 'object' && 'sym' in x;
export const isInt = (x: Value): x is number | bigint =>
  typeof x === 'number' || typeof x === 'bigint';

/** By path, then by object: no text is made to find one. */
const pointers = new Map<string, Ptr[]>();
/** The pointer to `path` in object `obj`; equal arguments give the identical value. */
export function pointer(obj: number, path: string): Ptr {
  let list = pointers.get(path);
  if (!list) pointers.set(path, (list = []));
  let p = list[obj];
  if (!p) list[obj] = p = { obj, path };
  return p;
}

const symbols = new Map<string, Sym>();
/** The symbol `name`; equal names give the identical value. */
export function symbol(name: string): Sym {
  let s = symbols.get(name);
  if (!s) {
    s = { sym: name };
    symbols.set(name, s);
  }
  return s;
}

/** Some run has used the symbol `name`. */
export const isSymbol = (name: string): boolean => symbols.has(name);

function normal(x: bigint): number | bigint {
  return x >= -9007199254740991n && x <= 9007199254740991n ? Number(x) : x;
}

/** Wraps an integer to `type`, as a C conversion does. */
export function wrap(x: number | bigint, type: CType): number | bigint {
  if (type.kind === 'ptr')
    return typeof x === 'number' && x >= 0 ? x : normal(BigInt.asUintN(64, BigInt(x)));
  if (type.kind !== 'int') return x;
  if (type.bits === 1) return x ? 1 : 0;
  if (typeof x === 'number') {
    if (type.bits === 64 ? type.signed || x >= 0 : x >= 0 && x < 2 ** (type.bits - 1)) return x;
    if (type.bits === 32 && x >= -2147483648 && x <= 4294967295)
      return type.signed ? x | 0 : x >>> 0;
  }
  const b = BigInt(x);
  return normal(type.signed ? BigInt.asIntN(type.bits, b) : BigInt.asUintN(type.bits, b));
}

const COMPARE: Partial<Record<BinaryOp, (a: number | bigint, b: number | bigint) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function big(fn: BinaryOp, a: bigint, b: bigint): bigint | null {
  switch (fn) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? null : a / b;
    case '%':
      return b === 0n ? null : a % b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '<<':
      return b > 63n || b < 0n ? null : a << b;
    case '>>':
      return b > 63n || b < 0n ? null : a >> b;
    default:
      return null;
  }
}

/**
 * `a fn b` on integers in C's `type` (comparisons give 0 or 1). Returns null for an operation that C leaves undefined.
 */
export function binary(
  fn: BinaryOp,
  a: number | bigint,
  b: number | bigint,
  type: CType,
): number | bigint | null {
  const x = wrap(a, type);
  const y = wrap(b, type);
  const compare = COMPARE[fn];
  if (compare) return compare(x, y) ? 1 : 0;
  if (typeof x === 'number' && typeof y === 'number' && (fn === '+' || fn === '-')) {
    const r = fn === '+' ? x + y : x - y;
    if (Number.isSafeInteger(r)) return wrap(r, type);
  }
  const r = big(fn, BigInt(x), BigInt(y));
  return r === null ? null : wrap(normal(r), type);
}

/** `fn a` on an integer in C's `type`. */
export function unary(fn: UnaryOp, a: number | bigint, type: CType): number | bigint {
  if (fn === '!') return a ? 0 : 1;
  const x = BigInt(wrap(a, type));
  return wrap(normal(fn === '-' ? -x : ~x), type);
}

/** Short canonical text of a value, for keys of states. */
export function keyOf(x: Value): string {
  if (typeof x === 'number') return String(x);
  if (x === undefined) return '?';
  if (typeof x === 'bigint') return `${x}n`;
  if ('obj' in x) return `@${x.obj}.${x.path}`;
  if ('sym' in x) return `$${x.sym}`;
  return x.key;
}
