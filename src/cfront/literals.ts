import type { IntType } from '../sim/program.js';
import type { Val } from './builder.js';
import { immediate } from './convert.js';
import { INT, LONG, UINT, ULONG } from './ctypes.js';

/** An integer constant with the type that C gives it, or null for what is none (floating point). */
export function numberLiteral(text: string): Val | null {
  const m = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(text.trim());
  if (m === null) return null;
  const [, sign, digits, suffix] = m;
  const decimal = !/^0./.test(digits);
  const octal = /^0[0-7]+$/.test(digits);
  if (/^0\d/.test(digits) && !octal) return null;
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const candidates = typesFor(/u/i.test(suffix), /l/i.test(suffix), decimal);
  const type = candidates.find((t) => value <= maxOf(t)) ?? ULONG;
  return immediate(sign === '-' ? -value : value, type);
}

function typesFor(unsigned: boolean, long: boolean, decimal: boolean): IntType[] {
  if (unsigned) return long ? [ULONG] : [UINT, ULONG];
  if (long) return decimal ? [LONG] : [LONG, ULONG];
  return decimal ? [INT, LONG] : [INT, UINT, LONG, ULONG];
}

function maxOf(t: IntType): bigint {
  return (1n << BigInt(t.signed ? t.bits - 1 : t.bits)) - 1n;
}

const ESCAPES: Record<string, number> = {
  n: 10,
  t: 9,
  r: 13,
  0: 0,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
  e: 27,
  '\\': 92,
  "'": 39,
  '"': 34,
  '?': 63,
};

/** A character constant; null for more than one character. */
export function charLiteral(text: string): Val | null {
  const body = /^'([\s\S]*)'$/.exec(text)?.[1];
  if (body === undefined) return null;
  const hex = /^\\x([0-9a-fA-F]{1,2})$/.exec(body);
  const octal = /^\\([0-7]{1,3})$/.exec(body);
  let code: number | undefined;
  if (hex) code = Number.parseInt(hex[1], 16);
  else if (octal) code = Number.parseInt(octal[1], 8);
  else if (body[0] === '\\' && body.length === 2) code = ESCAPES[body[1]];
  else if (body.length === 1) code = body.charCodeAt(0);
  if (code === undefined || code > 255) return null;
  return immediate(code > 127 ? code - 256 : code, INT);
}
