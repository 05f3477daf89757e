import { expect, it } from 'vitest';
import { align } from '../../src/sim/machine/align.js';
import { defOf, usesOf } from '../../src/sim/machine/liveness.js';
import type { Func } from '../../src/sim/program.js';
import { lower } from '../cfront/source.js';

/** Registers of a function in the order in which they are met, each as the number of its first use. */
function pattern(func: Func): number[][] {
  const seen = new Map<number, number>();
  const named = (r: number) => {
    if (!seen.has(r)) seen.set(r, seen.size);
    return seen.get(r)!;
  };
  return func.code.map((i) => [...usesOf(i), ...[defOf(i) ?? []].flat()].map(named));
}

const body = (lines: string[]): string =>
  `int f(int a, int b)\n{\n${lines.map((l) => `\t${l}\n`).join('')}\treturn a;\n}\n`;

it.each([
  ['the other version has more variables', ['int x = b;', 'a += x;']],
  ['the other version has none of them', ['a += b;']],
])('two registers stay two in terms of another version: %s', async (_name, short) => {
  const many = Array.from({ length: 40 }, (_, k) => `int v${k} = g(a + ${k}); h(v${k}, b);`);
  const texts = [short, many, [...short, ...many], [...many.slice(20), ...short]].map(body);
  const funcs = await Promise.all(texts.map(async (t) => (await lower(t, 'f')).functions.f));
  for (const base of funcs)
    for (const func of funcs) {
      const renamed = align(base, func).func;
      expect(pattern(renamed)).toEqual(pattern(func));
      expect(renamed.regs).toBeGreaterThan(Math.max(0, ...renamed.code.flatMap((i) => usesOf(i))));
    }
});
