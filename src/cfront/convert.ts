import type { BinaryOp, CType, IntType, UnaryOp } from '../sim/program.js';
import type { Builder, Val } from './builder.js';
import {
  BOOL,
  commonType,
  constant,
  INT,
  isInt,
  LONG,
  promote,
  sameType,
  ULONG,
  UNKNOWN,
  wrap,
} from './ctypes.js';

/** The value of a constant operand, null for anything else. */
export function constantValue(val: Val): bigint | null {
  return 'imm' in val.op ? BigInt(val.op.imm) : null;
}

/** A constant of a type. */
export function immediate(value: bigint | number, type: CType): Val {
  return { op: { imm: constant(wrap(BigInt(value), type)) }, type };
}

/**
 * Converts as an assignment or cast does. Registers hold the mathematical value, so widening that keeps it costs no
 * instruction. `explicit`: written as a cast; then a change of pointer type is kept as an instruction too.
 */
export function convert(b: Builder, val: Val, type: CType, explicit = false): Val {
  if (type === UNKNOWN || type.kind === 'void' || type.kind === 'struct') return { ...val, type };
  if (val.type !== UNKNOWN && sameType(val.type, type)) return { op: val.op, type };
  const known = constantValue(val);
  if (known !== null) return immediate(known, type);
  if (val.type === UNKNOWN) return convertUnknown(b, val, type);
  if (val.type.kind === 'struct' || val.type.kind === 'func') return { op: val.op, type };
  const pointers = val.type.kind === 'ptr' && type.kind === 'ptr';
  if (isInt(type) && type.bits === 1 && isTruth(b, val)) return { op: val.op, type };
  if (pointers && !(explicit && changesObject(val.type, type))) return { op: val.op, type };
  if (isInt(val.type) && isInt(type) && holds(type, val.type)) return { op: val.op, type };
  const dst = b.temp();
  b.emit({ op: 'cast', dst, src: val.op, type });
  return { op: { reg: dst }, type };
}

function convertUnknown(b: Builder, val: Val, type: CType): Val {
  if (val.origin !== undefined || 'sym' in val.op || !isInt(type)) return b.settle(val, type);
  const dst = b.temp();
  b.emit({ op: 'cast', dst, src: val.op, type });
  return { op: { reg: dst }, type };
}

function changesObject(from: CType, to: CType): boolean {
  if (from.kind !== 'ptr' || to.kind !== 'ptr') return true;
  const vague = (t: CType) => t.kind === 'void' || t === UNKNOWN || (isInt(t) && t.bits === 8);
  return !vague(from.to) && !vague(to.to) && !sameType(from.to, to.to);
}

/** Every value of `from` is one of `to`. */
function holds(to: IntType, from: IntType): boolean {
  if (to.bits === 1) return false;
  if (from.signed) return to.signed && to.bits >= from.bits;
  return to.signed ? to.bits > from.bits : to.bits >= from.bits;
}

const COMPARE = new Set<BinaryOp>(['==', '!=', '<', '<=', '>', '>=']);

/** A binary operator on two values, with C's conversions; constants are folded. */
export function binary(b: Builder, fn: BinaryOp, left: Val, right: Val): Val {
  if (fn === '<<' || fn === '>>') return shift(b, fn, left, right);
  if (left.type.kind === 'ptr' || right.type.kind === 'ptr')
    return pointerBinary(b, fn, left, right);
  const type = commonType(left.type, right.type);
  const x = convert(b, left, type);
  const y = convert(b, right, type);
  const folded = fold(fn, x, y, type);
  if (folded !== null) return immediate(folded, COMPARE.has(fn) ? INT : type);
  const dst = b.temp();
  b.emit({ op: 'bin', dst, fn, a: x.op, b: y.op, type });
  return { op: { reg: dst }, type: COMPARE.has(fn) ? INT : type };
}

function shift(b: Builder, fn: '<<' | '>>', left: Val, right: Val): Val {
  const type = left.type === UNKNOWN ? LONG : promote(left.type);
  const x = convert(b, left, type);
  const y = convert(b, right, promote(right.type));
  const folded = fold(fn, x, y, type);
  if (folded !== null) return immediate(folded, type);
  const dst = b.temp();
  b.emit({ op: 'bin', dst, fn, a: x.op, b: y.op, type });
  return { op: { reg: dst }, type };
}

function pointerBinary(b: Builder, fn: BinaryOp, left: Val, right: Val): Val {
  const both = left.type.kind === 'ptr' && right.type.kind === 'ptr';
  if (!COMPARE.has(fn) && !(fn === '-' && both) && (fn === '+' || fn === '-')) {
    return pointerOffset(b, fn, left, right);
  }
  const type = left.type.kind === 'ptr' ? left.type : right.type;
  const x = convert(b, left, type);
  const y = convert(b, right, type);
  const folded = COMPARE.has(fn) ? fold(fn, x, y, ULONG) : null;
  if (folded !== null) return immediate(folded, INT);
  const dst = b.temp();
  b.emit({ op: 'bin', dst, fn, a: x.op, b: y.op, type });
  return { op: { reg: dst }, type: COMPARE.has(fn) ? INT : LONG };
}

function pointerOffset(b: Builder, fn: '+' | '-', left: Val, right: Val): Val {
  const [p, n] = left.type.kind === 'ptr' ? [left, right] : [right, left];
  const amount = convert(b, n, LONG);
  const index = fn === '-' ? unary(b, '-', amount) : amount;
  if (constantValue(index) === 0n) return p;
  if (constantValue(p) !== null) {
    const cast = convert(b, p, ULONG);
    return convert(b, binary(b, '+', cast, convert(b, index, ULONG)), p.type);
  }
  const dst = b.temp();
  b.emit({ op: 'index', dst, base: p.op, index: index.op });
  return { op: { reg: dst }, type: p.type };
}

function fold(fn: BinaryOp, x: Val, y: Val, type: CType): bigint | null {
  const a = constantValue(x);
  const c = constantValue(y);
  if (a === null || c === null) return null;
  const truth = (t: boolean) => (t ? 1n : 0n);
  switch (fn) {
    case '+':
      return wrap(a + c, type);
    case '-':
      return wrap(a - c, type);
    case '*':
      return wrap(a * c, type);
    case '/':
      return c === 0n ? null : wrap(a / c, type);
    case '%':
      return c === 0n ? null : wrap(a % c, type);
    case '&':
      return a & c;
    case '|':
      return a | c;
    case '^':
      return a ^ c;
    case '<<':
      return c < 0n || c > 63n ? null : wrap(a << c, type);
    case '>>':
      return c < 0n || c > 63n ? null : wrap(a >> c, type);
    case '==':
      return truth(a === c);
    case '!=':
      return truth(a !== c);
    case '<':
      return truth(a < c);
    case '<=':
      return truth(a <= c);
    case '>':
      return truth(a > c);
    case '>=':
      return truth(a >= c);
  }
}

/** A unary operator with C's promotions; `!` gives an int. */
export function unary(b: Builder, fn: UnaryOp, val: Val): Val {
  const type = fn === '!' ? val.type : promote(val.type);
  const x = fn === '!' ? val : convert(b, val, type);
  const known = constantValue(x);
  if (known !== null) {
    if (fn === '!') return immediate(known === 0n ? 1 : 0, INT);
    const value = wrap(fn === '-' ? -known : ~known, type);
    return { op: { imm: constant(value) }, type };
  }
  const dst = b.temp();
  b.emit({ op: 'un', dst, fn, a: x.op, type });
  return { op: { reg: dst }, type: fn === '!' ? INT : type };
}

/** The value was just made by a comparison or `!`: it is 0 or 1 already. */
function isTruth(b: Builder, val: Val): boolean {
  const last = b.code.at(-1);
  if (last === undefined || !('reg' in val.op) || !('dst' in last) || last.dst !== val.op.reg)
    return false;
  return (last.op === 'bin' && COMPARE.has(last.fn)) || (last.op === 'un' && last.fn === '!');
}

/** The value as 0 or 1 (`!!x`). */
export function truthValue(b: Builder, val: Val): Val {
  const known = constantValue(val);
  if (known !== null) return immediate(known === 0n ? 0 : 1, INT);
  if (isTruth(b, val)) return val;
  if (val.type === UNKNOWN) return binary(b, '!=', val, immediate(0, UNKNOWN));
  return { op: convert(b, val, BOOL).op, type: INT };
}
