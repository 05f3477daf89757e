import type { Func } from './sim/program.js';

/** A function's instructions as text, wherever its lines are and whatever its variables are called. */
const textOf = ({ code }: Func): string =>
  JSON.stringify(
    code.map(({ ref: _, ...i }) => (i.op === 'local' ? { ...i, name: '' } : i)),
    (_key, x: unknown) => (typeof x === 'bigint' ? `${x}n` : x),
  );

/** Two functions do the same, step for step. */
export const sameCode = (a: Func, b: Func): boolean => a.code === b.code || textOf(a) === textOf(b);
