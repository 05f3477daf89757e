import type { Cond, Effect, Expr, Op, Place } from './op.js';

const mix = (h: number, x: number): number => (Math.imul(h ^ x, 0x9e3779b1) + 1) | 0;

/** A number for an operation's content; equal operations have equal ones. */
export const hashOf = (op: Op): number => hashEffects(hashConds(0, op.guard), op.effect);

function hashExpr(h: number, e: Expr): number {
  if (typeof e === 'number') return mix(h, e);
  if ('v' in e) return mix(h, e.v + 0x10000);
  return hashExpr(mix(mix(h, e.base + 0x20000), e.size), e.index);
}

function hashConds(h: number, conds: readonly Cond[]): number {
  for (let k = 0; k < conds.length; k++) {
    const { cmp, a, b } = conds[k];
    h = hashExpr(hashExpr(mix(h, cmp.charCodeAt(0)), a), b);
  }
  return mix(h, conds.length);
}

function hashEffects(h: number, effects: readonly Effect[]): number {
  for (let k = 0; k < effects.length; k++) {
    const e = effects[k];
    if (e.do === 'set') h = hashExpr(hashExpr(mix(h, 1), e.at), e.to);
    else if (e.do === 'add') h = hashExpr(hashExpr(mix(h, 2), e.at), e.by);
    else if (e.do === 'fail') h = mix(mix(h, 3), e.property);
    else {
      h = hashEffects(hashConds(mix(h, 4), e.when), e.then);
      if (e.else) h = hashEffects(mix(h, 5), e.else);
    }
  }
  return mix(h, effects.length);
}

/** Two operations say the same, word for word. */
export const sameOp = (a: Op, b: Op): boolean =>
  a === b || (sameConds(a.guard, b.guard) && sameEffects(a.effect, b.effect));

function sameExpr(a: Expr | Place, b: Expr | Place): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  if ('v' in a || 'v' in b) return 'v' in a && 'v' in b && a.v === b.v;
  return a.base === b.base && a.size === b.size && sameExpr(a.index, b.index);
}

function sameConds(a: readonly Cond[], b: readonly Cond[]): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k], b[k]];
    if (x.cmp !== y.cmp || !sameExpr(x.a, y.a) || !sameExpr(x.b, y.b)) return false;
  }
  return true;
}

function sameEffects(a: readonly Effect[], b: readonly Effect[]): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (!sameEffect(a[k], b[k])) return false;
  return true;
}

function sameEffect(a: Effect, b: Effect): boolean {
  if (a.do === 'set') return b.do === 'set' && sameExpr(a.at, b.at) && sameExpr(a.to, b.to);
  if (a.do === 'add') return b.do === 'add' && a.by === b.by && sameExpr(a.at, b.at);
  if (a.do === 'fail') return b.do === 'fail' && a.property === b.property;
  if (b.do !== 'if' || !sameConds(a.when, b.when) || !sameEffects(a.then, b.then)) return false;
  return a.else && b.else ? sameEffects(a.else, b.else) : a.else === b.else;
}
