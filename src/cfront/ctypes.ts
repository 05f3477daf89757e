import type { CType, IntType } from '../sim/program.js';

const int = (bits: IntType['bits'], signed: boolean): IntType => ({ kind: 'int', bits, signed });
export const INT = int(32, true);
export const UINT = int(32, false);
export const LONG = int(64, true);
export const ULONG = int(64, false);
export const CHAR = int(8, true);
export const BOOL = int(1, false);
export const VOID: CType = { kind: 'void' };
/**
 * The type of something that no declaration was found for. Known by identity: it adapts to whatever it meets, and reads
 * as `long` to everybody else.
 */
export const UNKNOWN: CType = int(64, true);

export const pointerTo = (to: CType): CType => ({ kind: 'ptr', to });
export const structType = (tag: string): CType => ({ kind: 'struct', tag });
export const VOID_PTR = pointerTo(VOID);

/** A function type with what the contract's `func` does not carry. */
export interface FuncType {
  kind: 'func';
  result: CType;
  params: CType[];
  variadic: boolean;
}

export function isFuncType(t: CType): t is FuncType {
  return t.kind === 'func' && 'result' in t;
}

export function isInt(t: CType): t is IntType {
  return t.kind === 'int';
}

export function sameType(a: CType, b: CType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'int' && b.kind === 'int') return a.bits === b.bits && a.signed === b.signed;
  if (a.kind === 'ptr' && b.kind === 'ptr') return sameType(a.to, b.to);
  if (a.kind === 'struct' && b.kind === 'struct') return a.tag === b.tag;
  if (a.kind === 'array' && b.kind === 'array')
    return a.length === b.length && sameType(a.of, b.of);
  return a.kind === 'void' || a.kind === 'func';
}

/** C's integer promotions; other types stay. */
export function promote(t: CType): CType {
  return isInt(t) && t.bits < 32 ? INT : t;
}

/** C's usual arithmetic conversions; a pointer wins over an integer, a known type over an unknown one. */
export function commonType(a: CType, b: CType): CType {
  if (a === UNKNOWN && b === UNKNOWN) return UNKNOWN;
  if (a === UNKNOWN || b === UNKNOWN) {
    const other = a === UNKNOWN ? b : a;
    return isInt(other) && other.bits < 64 ? LONG : other;
  }
  if (!isInt(a)) return a;
  if (!isInt(b)) return b;
  const x = promote(a) as IntType;
  const y = promote(b) as IntType;
  if (x.bits !== y.bits) return x.bits > y.bits ? x : y;
  return x.signed ? y : x;
}

/** `value` as the type holds it: wrapped to its width, negative when signed; non-zero is 1 for bool. */
export function wrap(value: bigint, t: CType): bigint {
  if (t.kind === 'ptr') return BigInt.asUintN(64, value);
  if (!isInt(t)) return value;
  if (t.bits === 1) return value === 0n ? 0n : 1n;
  return t.signed ? BigInt.asIntN(t.bits, value) : BigInt.asUintN(t.bits, value);
}

/** A constant operand's value: a number while it is exact, else a bigint. */
export function constant(value: bigint): number | bigint {
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : value;
}

/** Size in bytes of a scalar, null for what depends on a struct's layout. */
export function sizeOf(t: CType): number | null {
  if (isInt(t)) return t === UNKNOWN ? null : Math.max(1, t.bits / 8);
  if (t.kind === 'ptr') return 8;
  if (t.kind === 'array' && t.length !== null) {
    const size = sizeOf(t.of);
    return size === null ? null : size * t.length;
  }
  return null;
}

/** How a person would write the type; also used to name unknown sizes. */
export function typeName(t: CType): string {
  switch (t.kind) {
    case 'int':
      return t.bits === 1 ? 'bool' : `${t.signed ? 's' : 'u'}${t.bits}`;
    case 'ptr':
      return `${typeName(t.to)} *`;
    case 'struct':
      return `struct ${t.tag}`;
    case 'array':
      return `${typeName(t.of)}[${t.length ?? ''}]`;
    default:
      return t.kind;
  }
}
