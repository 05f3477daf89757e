/**
 * Unsigned 64-bit arithmetic on pairs of signed 32-bit halves, so that the hot path never meets a BigInt. Scalar
 * helpers that V8 inlines; a value is always named by its two halves, high one first.
 */
import { ForkloreError } from '../../base/errors.js';

/** An unsigned 64-bit integer: a number while it is exact (up to 2^53 - 1), a bigint beyond. */
export type Ulong = number | bigint;

/** The largest index, ULONG_MAX. */
export const ULONG_MAX = 0xffff_ffff_ffff_ffffn;

const TWO32 = 4294967296;

function refuse(v: Ulong): never {
  throw new ForkloreError('usage', `maple tree: ${String(v)} is no unsigned 64-bit integer`);
}

/** High half of `v`. @throws usage error when `v` is negative, fractional or too large. */
export function hiOf(v: Ulong): number {
  if (typeof v === 'number') {
    const hi = (v / TWO32) | 0;
    if (v < 0 || v > Number.MAX_SAFE_INTEGER || hi * TWO32 + (v >>> 0) !== v) refuse(v);
    return hi;
  }
  if (v === ULONG_MAX) return -1;
  if (v < 0n || v > ULONG_MAX) refuse(v);
  return Number(v >> 32n) | 0;
}

/** Low half of `v`, which `hiOf` has checked. */
export function loOf(v: Ulong): number {
  if (typeof v === 'number') return v | 0;
  return v === ULONG_MAX ? -1 : Number(v & 0xffff_ffffn) | 0;
}

/** The value with these halves. */
export function ulong(hi: number, lo: number): Ulong {
  if (hi >>> 0 < 0x20_0000) return hi * TWO32 + (lo >>> 0);
  return (hi | lo) === -1 && (hi & lo) === -1
    ? ULONG_MAX
    : (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

/** a < b */
export function lt(ah: number, al: number, bh: number, bl: number): boolean {
  return ah === bh ? al >>> 0 < bl >>> 0 : ah >>> 0 < bh >>> 0;
}

/** a <= b */
export function le(ah: number, al: number, bh: number, bl: number): boolean {
  return ah === bh ? al >>> 0 <= bl >>> 0 : ah >>> 0 < bh >>> 0;
}

/** High half of v + 1 (wraps). */
export function incHi(h: number, l: number): number {
  return l === -1 ? (h + 1) | 0 : h;
}

/** Low half of v + 1. */
export function incLo(l: number): number {
  return (l + 1) | 0;
}

/** High half of v - 1 (wraps). */
export function decHi(h: number, l: number): number {
  return l === 0 ? (h - 1) | 0 : h;
}

/** Low half of v - 1. */
export function decLo(l: number): number {
  return (l - 1) | 0;
}

/** High half of a - b (wraps); the low half is `(al - bl) | 0`. */
export function subHi(ah: number, al: number, bh: number, bl: number): number {
  return (ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
}

/** High half of a + b (wraps); the low half is `(al + bl) | 0`. */
export function addHi(ah: number, al: number, bh: number, bl: number): number {
  return (ah + bh + ((al >>> 0) + (bl >>> 0) >= TWO32 ? 1 : 0)) | 0;
}

/** Decimal text of the value with these halves. */
export function decimal(hi: number, lo: number): string {
  return String(ulong(hi, lo));
}
