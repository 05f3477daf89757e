/**
 * Atomic operations on the shared state, as data: from one description come the executable form, the footprint that
 * the reduction needs, and the replay. A footprint that is derived cannot disagree with what is executed.
 */

/** Index of a shared variable (one byte each, 0..255). */
export type Var = number;

/** A variable, a constant, or an element of an array of variables chosen by the value of another variable. */
export type Expr = number | { v: Var } | { base: Var; size: number; index: Expr };
export type Place = { v: Var } | { base: Var; size: number; index: Expr };

export type Cond = { cmp: '==' | '!=' | '<'; a: Expr; b: Expr };

export type Effect =
  | { do: 'set'; at: Place; to: Expr }
  /** Commutes with other adds to the same place. */
  | { do: 'add'; at: Place; by: number }
  | { do: 'if'; when: Cond[]; then: Effect[]; else?: Effect[] }
  /** The property with this index (below 31) is violated. */
  | { do: 'fail'; property: number };

/** Enabled when all of `guard` hold (blocking is a disabled guard); then all of `effect` happens at once. */
export interface Op {
  guard: Cond[];
  effect: Effect[];
}

export const TAU: Op = { guard: [], effect: [] };

export const v = (id: Var): { v: Var } => ({ v: id });
export const eq = (a: Expr, b: Expr): Cond => ({ cmp: '==', a, b });
export const ne = (a: Expr, b: Expr): Cond => ({ cmp: '!=', a, b });
export const set = (at: Var | Place, to: Expr): Effect => ({ do: 'set', at: place(at), to });
export const add = (at: Var | Place, by: number): Effect => ({ do: 'add', at: place(at), by });
export const when = (c: Cond[], then: Effect[], otherwise?: Effect[]): Effect =>
  otherwise ? { do: 'if', when: c, then, else: otherwise } : { do: 'if', when: c, then };
export const fail = (property: number): Effect => ({ do: 'fail', property });

function place(at: Var | Place): Place {
  return typeof at === 'number' ? { v: at } : at;
}

/** Variables that an operation may read, write, or only add to; guards count as reads. */
export interface Footprint {
  reads: Set<Var>;
  writes: Set<Var>;
  adds: Set<Var>;
}

function visitExpr(e: Expr, reads: Set<Var>): void {
  if (typeof e === 'number') return;
  if ('v' in e) reads.add(e.v);
  else {
    visitExpr(e.index, reads);
    for (let k = 0; k < e.size; k++) reads.add(e.base + k);
  }
}

function visitPlace(p: Place, out: Set<Var>, reads: Set<Var>): void {
  if ('v' in p) out.add(p.v);
  else {
    visitExpr(p.index, reads);
    for (let k = 0; k < p.size; k++) out.add(p.base + k);
  }
}

function visitConds(conds: Cond[], reads: Set<Var>): void {
  for (const c of conds) {
    visitExpr(c.a, reads);
    visitExpr(c.b, reads);
  }
}

function visitEffects(effects: Effect[], f: Footprint): void {
  for (const e of effects) {
    if (e.do === 'set') {
      visitExpr(e.to, f.reads);
      visitPlace(e.at, f.writes, f.reads);
    } else if (e.do === 'add') visitPlace(e.at, f.adds, f.reads);
    else if (e.do === 'if') {
      visitConds(e.when, f.reads);
      visitEffects(e.then, f);
      visitEffects(e.else ?? [], f);
    }
  }
}

/** Footprint of an operation, over all values that its indices can take. */
export function footprintOf(op: Op): Footprint {
  const f: Footprint = { reads: new Set(), writes: new Set(), adds: new Set() };
  visitConds(op.guard, f.reads);
  visitEffects(op.effect, f);
  return f;
}

/** Properties (by index) that an operation may break. */
export const failsOf = (op: Op): number[] => op.effect.flatMap(failsIn);

const failsIn = (e: Effect): number[] => {
  if (e.do === 'fail') return [e.property];
  return e.do === 'if' ? [...e.then, ...(e.else ?? [])].flatMap(failsIn) : [];
};

const expr = (e: Expr): string =>
  typeof e === 'number' ? String(e) : 'v' in e ? `s[${e.v}]` : `s[${e.base}+${expr(e.index)}]`;
const cond = (c: Cond): string => `${expr(c.a)}${c.cmp === '<' ? '<' : `${c.cmp}=`}${expr(c.b)}`;
const conds = (cs: Cond[]): string => (cs.length ? cs.map(cond).join('&&') : 'true');

function effectCode(e: Effect): string {
  switch (e.do) {
    case 'set':
      return `${expr(e.at)}=${expr(e.to)};`;
    case 'add':
      return `${expr(e.at)}+=${e.by};`;
    case 'fail':
      return `f|=${2 ** e.property};`;
    case 'if':
      return `if(${conds(e.when)}){${e.then.map(effectCode).join('')}}${
        e.else?.length ? `else{${e.else.map(effectCode).join('')}}` : ''
      }`;
  }
}

/** Source of a JavaScript expression over `s` that is true where the guard holds. */
export const guardCode = (op: Op): string => conds(op.guard);

/** Source of JavaScript statements over `s` that carry the effect out; `f` gathers breached properties as bits. */
export const applyCode = (op: Op): string => op.effect.map(effectCode).join('');

/** Evaluates an expression on a state (slow form, for static analysis and display). */
export function evaluate(e: Expr, s: Uint8Array): number {
  if (typeof e === 'number') return e;
  return 'v' in e ? s[e.v] : s[e.base + evaluate(e.index, s)];
}

/** Evaluates a condition on a state (slow form). */
export function satisfied(c: Cond, s: Uint8Array): boolean {
  const a = evaluate(c.a, s);
  const b = evaluate(c.b, s);
  return c.cmp === '==' ? a === b : c.cmp === '!=' ? a !== b : a < b;
}

/** All conditions hold on a state (slow form). */
export function allSatisfied(conds: readonly Cond[], s: Uint8Array): boolean {
  for (let k = 0; k < conds.length; k++) if (!satisfied(conds[k], s)) return false;
  return true;
}

/** Carries effects out on a state (slow form, for what runs a few times); returns the breached properties as bits. */
export function carryOut(effects: readonly Effect[], s: Uint8Array): number {
  let broken = 0;
  for (let k = 0; k < effects.length; k++) {
    const e = effects[k];
    if (e.do === 'fail') broken |= 1 << e.property;
    else if (e.do === 'if')
      broken |= carryOut(allSatisfied(e.when, s) ? e.then : (e.else ?? []), s);
    else {
      const at = 'v' in e.at ? e.at.v : e.at.base + evaluate(e.at.index, s);
      s[at] = e.do === 'set' ? evaluate(e.to, s) : s[at] + e.by;
    }
  }
  return broken;
}
