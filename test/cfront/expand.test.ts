import { describe, expect, it } from 'vitest';
import { ExpansionTooLong, expandText } from '../../src/cfront/expand.js';
import { preprocess } from '../../src/cfront/preprocess.js';

function expand(defs: string, use: string): string {
  const { macros } = preprocess(defs);
  return expandText(use, (n) => macros.get(n))
    .replace(/\s+/g, ' ')
    .trim();
}

describe('expandText', () => {
  it.each([
    ['#define A 1', 'A + B', '1 + B'],
    ['#define F(x) ((x) + 1)', 'F(F(2))', '((((2) + 1)) + 1)'],
    ['#define F(x) x', 'F', 'F'],
    ['#define F(x) F(x) + 1', 'F(2)', 'F(2) + 1'],
    ['#define A B\n#define B A', 'A', 'A'],
    ['#define S(x) #x', 'S(a  b)', '"a b"'],
    ['#define P(a, b) a##b', 'P(x, 1) P(, y)', 'x1 y'],
    ['#define N(x) PRE_##x\n#define A 3', 'N(A)', 'PRE_A'],
    ['#define V(f, ...) f(__VA_ARGS__)', 'V(g, 1, (2, 3))', 'g(1, (2, 3))'],
    ['#define V(f, ...) g(f, ##__VA_ARGS__)', 'V(1, 2)', 'g(1, 2)'],
    ['#define G(a) [a]\n#define H G', 'H(1)', '[1]'],
    ['#define M(x) -x', 'M(-1)', '- -1'],
  ])('%j: %j', (defs, use, want) => {
    expect(expand(defs, use)).toBe(want);
  });

  it('gives up on an expansion that explodes', () => {
    const defs = Array.from({ length: 40 }, (_, i) => `#define D${i} D${i + 1} D${i + 1}`).join(
      '\n',
    );
    expect(() => expand(defs, 'D0')).toThrow(ExpansionTooLong);
  });
});
