import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskChunk } from '../../src/cfront/mask.js';

const world = { isType: (n: string) => /_t$|^u\d+$/.test(n) };
const masked = (text: string) => maskChunk(text, 0, world).masked.replace(/\s+/g, ' ').trim();
const body = (text: string) =>
  masked(`void f(void) { ${text} }`).slice('void f(void) { '.length, -2);

describe('maskChunk', () => {
  it.each([
    [
      'attributes',
      '__always_inline static int __init f(char __user *p) __must_hold(&p->l) { }',
      'static int f(char *p) { }',
    ],
    [
      'an attribute of no table, in a head',
      'static __brand_new int f(void) { }',
      'static int f(void) { }',
    ],
    [
      'a word of no table before the type',
      'static noinline_for_x void f(struct a b) { }',
      'static void f(struct a b) { }',
    ],
    [
      'words that are types stay',
      'static gfp_t f(vm_flags_t g, struct a b) { }',
      'static gfp_t f(vm_flags_t g, struct a b) { }',
    ],
  ])('%s', (_what, text, want) => {
    expect(masked(text)).toBe(want);
  });

  it.each([
    ['for_each_vma(vmi, x) { g(); }', 'while (vmi, x) { g(); }'],
    ['list_for_each_entry(p, &h, l) g(p);', 'while (p, &h, l) g(p);'],
    ['if (a) for_each_thing(b) c();', 'if (a) while (b) c();'],
    ['call_me(b); c();', 'call_me(b); c();'],
    ['x = (pgoff_t)(y);', 'x = (int )(y);'],
    ['x = (u8)-y * z;', 'x = ~ -y * z;'],
    ['x = (u8)(u64)y;', 'x = ~ (int)y;'],
    ['x = f(u64)(y);', 'x = f(u64)(y);'],
    ['p = container_of(q, struct foo, m);', 'p = container_of(q, struct_foo, m);'],
    ['x = min_t(unsigned long, a, b);', 'x = min_t(unsigned_long, a, b);'],
    ['n = take(int, a);', 'n = take(Int, a);'],
    ['typeof(*p) y = *p;', 'typeof_Pp_ y = *p;'],
    ['case 1 ... 5: break;', 'case 1 || 5: break;'],
    ['out: }', 'out:;}'],
    ['p = container_of(q, struct\n  foo, m);', 'p = container_of(q, Struct , m);'],
  ])('%j', (text, want) => {
    expect(body(text)).toBe(want);
  });

  it('what was rewritten is on record', () => {
    const chunk = maskChunk(
      'void f(void) { for_each_vma(i, v) x = (gfp_t)g(struct a *); }',
      0,
      world,
    );
    expect([...chunk.rewrites.values()]).toEqual([
      { kind: 'cast', name: 'gfp_t' },
      { kind: 'loop', name: 'for_each_vma' },
    ]);
    expect([...chunk.glued.values()]).toEqual(['struct a *']);
  });

  it('never changes the length, and no text makes it throw (seed printed on failure)', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '{',
      '}',
      ';',
      ',',
      ' ',
      '\n',
      'x',
      '__init',
      'for_each_a',
      'typeof',
      'struct foo',
      '*',
      '(u8)',
      '(gfp_t)',
      'case',
      '...',
      ':',
      '"s',
      "'",
      'sizeof',
      '__free',
      'static',
      'DEFINE_X',
      'offsetof',
      'while',
      '-1',
      '&&',
      '__attribute__',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (parts) => {
        const text = parts.join('');
        expect(maskChunk(text, 0, world).masked).toHaveLength(text.length);
      }),
      { numRuns: 500 },
    );
  });
});
