import { describe, expect, it } from 'vitest';
import { functionOfLine, listFunctions } from '../../src/cfront/index.js';
import { sourceFile } from './source.js';

const names = (text: string) => listFunctions(sourceFile(text)).map((f) => f.name);

describe('listFunctions', () => {
  it('gives names and line ranges (indexes, both ends inclusive)', () => {
    const text = 'int x;\n\nstatic int\nfoo(int a)\n{\n\treturn a;\n}\n\nvoid bar(void) { }\n';
    expect(listFunctions(sourceFile(text))).toEqual([
      { name: 'foo', startLine: 2, endLine: 6 },
      { name: 'bar', startLine: 8, endLine: 8 },
    ]);
    expect(functionOfLine(sourceFile(text), 5)).toBe('foo');
    expect(functionOfLine(sourceFile(text), 7)).toBeNull();
  });

  it.each([
    ['static __latent_entropy int dup(struct mm *mm)\n{ }', 'dup'],
    ['void f(void)\n\t__acquires(lock)\n{ }', 'f'],
    ['__printf(1, 2) void g(const char *s, ...) { }', 'g'],
    ['struct foo *h(struct foo *p) { return p; }', 'h'],
    ['PAGEFLAG(Error, error)\nTESTFLAG(Error, error)\nstatic int k(void) { }', 'k'],
    ['void (*hook)(int) = NULL;\nint m(void (*fn)(int x)) { fn(1); }', 'm'],
    ['SYSCALL_DEFINE2(munmap, unsigned long, addr, size_t, len)\n{ }', 'sys_munmap'],
  ])('finds the name in %j', (text, want) => {
    expect(names(text)).toEqual([want]);
  });

  it('declarations, initialisers and types are no functions', () => {
    const text = `struct s { int (*f)(void); };\nenum e { A = BIT(0), B };\nstatic const struct ops o = { .f = g(1), };
int proto(int a);\ntypedef struct { int c; } t __attribute__((packed));\nDEFINE_MUTEX(lock);\nEXPORT_SYMBOL(o);`;
    expect(names(text)).toEqual([]);
  });

  it('of two definitions the one that the configuration leaves', () => {
    const text =
      '#ifdef CONFIG_MMU\nint f(void)\n{ return 1; }\n#else\nint f(void)\n{ return 2; }\n#endif';
    expect(listFunctions(sourceFile(text))).toEqual([{ name: 'f', startLine: 1, endLine: 2 }]);
    expect(listFunctions(sourceFile(text), () => false)).toEqual([
      { name: 'f', startLine: 4, endLine: 5 },
    ]);
  });

  it('braces in strings and characters do not count; an unmatched parenthesis does not cost the rest', () => {
    expect(names('void f(void) { g("}{"); h(\'}\'); }\nint i(void) { }')).toEqual(['f', 'i']);
    expect(names('int broken(;\nint ok(void) { }')).toContain('ok');
  });

  it('a body that is never closed ends at the next brace in the first column', () => {
    expect(names('void f(void)\n{\n\tif (x) {\n}\n\nvoid g(void)\n{\n}\n')).toContain('f');
  });
});
