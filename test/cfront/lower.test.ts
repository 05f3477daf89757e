import { describe, expect, it } from 'vitest';
import type { Func } from '../../src/sim/program.js';
import { run } from './interp.js';
import { calls, lower, ops, sourceFile } from './source.js';

const only = async (text: string, name = 'f', opts = {}): Promise<Func> =>
  (await lower(text, name, opts)).functions[name];
const errors = async (text: string, opts = {}) =>
  (await lower(text, 'f', opts)).notes.filter((n) => n.level === 'error').map((n) => n.message);

describe('calls and reachability', () => {
  const text = `static int helper(int a) { return known(a) + nobody(a); }
int f(int a) { return helper(a) + modelled(a); }
int modelled(int a) { return a; }
int unused(int a) { return a; }`;

  it('follows callees that have a body and are not modelled; leaves the others by name', async () => {
    const program = await lower(text, 'f', { isModelled: (n) => n === 'modelled' });
    expect(Object.keys(program.functions)).toEqual(['f', 'helper']);
    expect(calls(program.functions.helper)).toEqual(['known', 'nobody']);
  });

  it('finds bodies in the declarations too, files first', async () => {
    const header = sourceFile(
      'static inline int g(void) { return 1; }\nint f(void) { return 9; }',
      'include/linux/h.h',
    );
    const program = await lower('int f(void) { return g(); }', 'f', { declarations: [header] });
    expect(program.functions.g.path).toBe('include/linux/h.h');
    expect(calls(program.functions.f)).toEqual(['g']);
  });

  it('an entry that no file defines is an error note, not a throw', async () => {
    const program = await lower('int g(void);', 'f');
    expect(program.functions).toEqual({});
    expect(program.notes).toMatchObject([
      { level: 'error', message: 'function f() is not in the given files' },
    ]);
  });

  it('a function whose address is taken is lowered as well', async () => {
    const program = await lower('static void cb(void) { }\nvoid f(void) { run(cb); g(&cb); }', 'f');
    expect(Object.keys(program.functions)).toEqual(['f', 'cb']);
    expect(ops(program.functions.f, 'call').map((c) => c.args)).toEqual([
      [{ sym: 'cb' }],
      [{ sym: 'cb' }],
    ]);
  });

  it('calls through a pointer go by value; arguments take the type of the parameter', async () => {
    const f = await only(`struct ops { void (*open)(unsigned long n); };
void f(struct ops *o, int n) { if (o->open) o->open(n); (*o->open)(-1); }`);
    const made = ops(f, 'call');
    expect(made.every((c) => 'value' in c.callee)).toBe(true);
    expect(ops(f, 'cast')).toMatchObject([{ type: { bits: 64, signed: false } }]);
    expect(made[1].args).toEqual([{ imm: 2n ** 64n - 1n }]);
  });
});

describe('a type that is broken over lines', () => {
  it('is read whole, and moves no line', async () => {
    const text = (gap: string) =>
      `struct foo { int a; int m; };\nint f(int *q)\n{\n\tstruct foo *p = container_of(q, struct${gap}foo, m);\n\treturn p->a;\n}\n`;
    const [one, two] = [await only(text(' ')), await only(text('\n\t\t'))];
    const code = (x: Func) => x.code.map(({ ref: _, ...i }) => i);
    expect(code(two)).toEqual(code(one));
    const last = (x: Func) => x.refs[x.code.findLast((i) => i.op === 'return')!.ref];
    expect(last(two).line).toBe(last(one).line! + 1);
  });
});

describe('names', () => {
  it('a modelled constant stays a name, an undefined one too, a defined one is a number', async () => {
    const f = await only(
      '#define A 0x10\n#define B 0x20\nunsigned long f(void) { return A | (B | VM_C); }',
      'f',
      {
        isModelled: (n: string) => n === 'B',
      },
    );
    expect(ops(f, 'bin').map((b) => [b.a, b.b])).toEqual([
      [{ sym: 'B' }, { sym: 'VM_C' }],
      [{ imm: 16 }, expect.anything()],
    ]);
  });

  it('enumerators count on, globals are loads of a named object', async () => {
    const f = await only(
      'enum e { X = 4, Y, Z = 1 << 3 };\nextern int limit;\nint f(void) { return limit + Y * Z; }',
    );
    expect(ops(f, 'load')).toMatchObject([
      { base: { sym: 'limit' }, path: '', type: { bits: 32, signed: true } },
    ]);
    expect(ops(f, 'bin')[0].b).toEqual({ imm: 40 });
  });

  it('a local hides a macro and an outer local', async () => {
    const f = await only(
      '#define x 7\nint f(int y) { int z = y; { int z = 3; y = z; } return z; }',
    );
    expect(f.vars.map((v) => v.name)).toEqual(['y', 'z', 'z']);
  });
});

describe('objects', () => {
  it('embedded structs are paths, pointers are loads, arrays have indexes', async () => {
    const f = await only(`struct in { int a[4]; int *p; };
struct out { struct in in; struct { long deep; }; struct { int n; } named; };
long f(struct out *o, int i) { return o->in.a[2] + o->in.a[i] + *o->in.p + o->deep + o->named.n; }`);
    expect(ops(f, 'load').map((l) => l.path)).toEqual([
      'in.a[2]',
      '',
      'in.p',
      '',
      'deep',
      'named.n',
    ]);
    expect(ops(f, 'field').map((l) => l.path)).toEqual(['in.a[0]']);
    expect(ops(f, 'index')).toHaveLength(1);
  });

  it('the two names of one scalar in a union are one path; its structs stay apart', async () => {
    const f =
      await only(`struct v { union { struct { long s, e; }; long rcu; }; union { const long flags; long __flags; }; };
long f(struct v *v) { ACCESS_PRIVATE(v, __flags) = 1; v->__flags |= 2; return v->flags + v->s + v->e; }`);
    expect(ops(f, 'store').map((s) => s.path)).toEqual(['flags', 'flags']);
    expect(ops(f, 'load').map((s) => s.path)).toEqual(['flags', 'flags', 's', 'e']);
  });

  it('a scalar is an object only when its address is taken, also inside a macro', async () => {
    const f = await only(
      '#define GET(v) get(&(v))\nint f(void) { int a = 1, b = 2; GET(b); return a + b; }',
    );
    expect(ops(f, 'local').map((l) => l.name)).toEqual(['b']);
    expect(f.vars.map((v) => v.name)).toEqual(['a']);
  });

  it('struct assignment and memcpy of a whole struct are copies, other sizes stay calls', async () => {
    const f = await only(`struct s { int a; };
void f(struct s *d, struct s *s, int n) { struct s t = *s; *d = t; memcpy(d, s, sizeof(*d)); memcpy(d, s, n); }`);
    expect(ops(f, 'copy')).toHaveLength(3);
    expect(calls(f)).toEqual(['memcpy']);
  });

  it('what an initialiser leaves out is zeroed', async () => {
    const f = await only(`struct p { int a; struct { long b; } in; int *c[2]; };
void f(void) { struct p x = { .in.b = 7 }; use(&x); }`);
    expect(ops(f, 'store').map((s) => [s.path, s.src])).toEqual([
      ['a', { imm: 0 }],
      ['c[0]', { imm: 0 }],
      ['c[1]', { imm: 0 }],
      ['in.b', { imm: 7 }],
    ]);
  });

  it('container_of takes the path off, offsets and sizes of structs stay symbolic', async () => {
    const f = await only(`struct n { int x; }; struct o { struct { struct n n; } in; };
void f(struct n *p) { g(container_of(p, struct o, in.n)->in.n.x, sizeof(struct o), sizeof(long)); }`);
    expect(ops(f, 'container')).toMatchObject([{ path: 'in.n' }]);
    expect(ops(f, 'call')[0].args.slice(1)).toEqual([{ sym: 'sizeof(struct o)' }, { imm: 8 }]);
  });

  it('a field that nothing declares is a 64-bit load and a note', async () => {
    const program = await lower('struct s { int a; };\nvoid f(struct s *p) { g(p->zz); }', 'f');
    expect(ops(program.functions.f, 'load')).toMatchObject([
      { path: 'zz', type: { bits: 64, signed: true } },
    ]);
    expect(program.notes.map((n) => [n.level, n.line])).toEqual([['note', 2]]);
  });

  it('a word that C wraps in a struct is that word', async () => {
    const f = await only(
      'unsigned long f(pte_t *p) { pte_t e = *p; swp_entry_t s = { .val = 3 }; return e.pte + s.val; }',
    );
    expect(ops(f, 'load')).toMatchObject([{ type: { kind: 'int', bits: 64 } }]);
    expect(ops(f, 'local')).toEqual([]);
  });
});

describe('kernel idioms', () => {
  it('checks are called with their truth value and yield it', async () => {
    const f = await only(
      'int f(int a) { BUG_ON(a > 3); if (WARN_ON_ONCE(!a)) return 1; return 0; }',
    );
    expect(calls(f)).toEqual(['BUG_ON', 'WARN_ON_ONCE']);
    expect(ops(f, 'call')[1].args).toEqual([ops(f, 'branch')[0].cond]);
  });

  it('error pointers go through integers and back', async () => {
    const f = await only(
      'void *f(long e, void *p) { if (IS_ERR(p)) return ERR_PTR(-12); return ERR_PTR(e); }',
    );
    expect(ops(f, 'bin')).toMatchObject([{ fn: '>=', b: { imm: 2n ** 64n - 4095n } }]);
    expect(ops(f, 'return')[0].value).toEqual({ imm: 2n ** 64n - 12n });
  });

  it("a loop macro is a loop with its own definition around the body; break and continue stay the loop's", async () => {
    const program = await lower(
      `#define for_each(i, n) for (i = 0; i < (n); i++)
int f(int n) { int i, s = 0; for_each(i, n) { if (i == 2) continue; if (i == 5) break; s += i; } return s; }`,
      'f',
    );
    expect(program.notes).toEqual([]);
    expect(program.functions.f.stmts.filter((s) => s.kind === 'loop')).toHaveLength(1);
    expect([1n, 3n, 9n].map((n) => run(program, 'f', [n]))).toEqual([0n, 1n, 8n]);
  });

  it('a loop macro can be the foot of a do', async () => {
    const program = await lower(
      '#define while_less(i, n) while (++i < (n))\nint f(int n) { int i = 0, s = 0; do { s += i; } while_less(i, n); return s; }',
      'f',
    );
    expect(program.notes).toEqual([]);
    expect([0n, 4n].map((n) => run(program, 'f', [n]))).toEqual([0n, 6n]);
  });

  it('an iterator that was declared by a macro: its definition runs, or the model of that name', async () => {
    const text = `void f(struct mm_struct *mm) { struct vm_area_struct *vma; VMA_ITERATOR(vmi, mm, 0);
for_each_vma(vmi, vma) { g(vma); } }`;
    const plain = await only(text);
    expect(calls(plain)).toEqual(['vma_iter_init', 'vma_next', 'g']);
    const modelled = await only(text, 'f', { isModelled: (n: string) => n === 'VMA_ITERATOR' });
    expect(calls(modelled)[0]).toBe('VMA_ITERATOR');
    expect(ops(modelled, 'local').map((l) => [l.name, l.type])).toEqual([
      ['vmi', { kind: 'struct', tag: 'vma_iterator' }],
    ]);
    expect(modelled.stmts.find((s) => s.kind === 'loop')).toBeDefined();
  });

  it('a guard is released on every way out of its scope, innermost first', async () => {
    const f = await only(`int f(struct m *a, struct m *b, int n) {
	guard(mutex)(a);
	for (;;) { guard(rcu)(); if (n) break; if (g()) return 1; if (h()) goto out; }
	scoped_guard(spinlock, b) { w(); }
out:
	return 0;
}`);
    expect(calls(f)).toEqual([
      'mutex_lock',
      'rcu_read_lock',
      'rcu_read_unlock',
      'g',
      'rcu_read_unlock',
      'mutex_unlock',
      'h',
      'rcu_read_unlock',
      'rcu_read_unlock',
      'spin_lock',
      'w',
      'spin_unlock',
      'mutex_unlock',
    ]);
  });

  it('__free() runs when the variable goes out of scope', async () => {
    const f = await only('void f(void) { { void *p __free(kfree) = get(); use(p); } after(); }');
    expect(calls(f)).toEqual(['get', 'use', 'kfree', 'after']);
  });

  it('IS_ENABLED and constant conditions leave only the branch that is taken', async () => {
    const text =
      'int f(void) { if (IS_ENABLED(CONFIG_MMU) && !IS_ENABLED(CONFIG_DEBUG_VM)) return a(); else return b(); }';
    expect(calls(await only(text))).toEqual(['a']);
    expect(calls(await only(text, 'f', { config: () => false }))).toEqual(['b']);
  });
});

describe('what is not translated says so', () => {
  it('an odd statement is one unmodelled instruction; its neighbours are lowered', async () => {
    const text = 'int f(int a) {\n\tbefore(a);\n\tint x[ = 3;\n\tafter(a);\n\treturn 0;\n}';
    const program = await lower(text, 'f');
    expect(calls(program.functions.f)).toEqual(['before', 'after']);
    expect(ops(program.functions.f, 'unmodelled')).toHaveLength(1);
    expect(program.notes).toMatchObject([{ level: 'error', path: 'mm/test.c', line: 3 }]);
    expect(program.notes[0].message).toContain('int x[ = 3');
  });

  it('a function that does not parse at all is unmodelled as a whole', async () => {
    const f = await only('int f(int a)\n{\n\tif (a {\n\t\tg();\n\t}\n\th(;\n}');
    expect(f.code.some((i) => i.op === 'unmodelled')).toBe(true);
  });

  it('nesting beyond the stack is an error note, not a crash', async () => {
    const deep = `int f(int a) { return ${'('.repeat(20_000)}a${')'.repeat(20_000)}; }`;
    const program = await lower(deep, 'f');
    expect(program.notes.some((n) => n.level === 'error')).toBe(true);
    expect(ops(program.functions.f, 'unmodelled').length).toBeGreaterThan(0);
  });

  it('a macro that names itself is expanded once', async () => {
    const f = await only('#define g(x) g(x) + h(x)\nint f(int a) { return g(a); }');
    expect(calls(f)).toEqual(['g', 'h']);
  });

  it.each([
    ['void f(int *p) { asm volatile("" : : "r"(p)); }', 'inline assembly'],
    ['void f(int x) { for_each_unheard_of(x) { g(); } }', 'loop macro for_each_unheard_of'],
    ['void f(struct m *m) { guard(unheard_of)(m); }', 'guard(unheard_of)'],
    ['void f(void) { goto nowhere; }', 'no such label'],
    ['void f(int x) { goto in; for_each_unheard_of(x) { in: g(); } }', 'label in is in a part'],
    ['double f(void) { return 1.5; }', 'constant 1.5'],
  ])('%j', async (text, want) => {
    expect((await errors(text)).join('\n')).toContain(want);
  });
});
