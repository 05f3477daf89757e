import { describe, expect, it } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import type { Func } from '../../src/sim/program.js';
import type { SourceFile } from '../../src/source/types.js';
import { generateFunctions } from './generate.js';
import { lower, sourceFile } from './source.js';

/** Each statement with its text and those of its ancestors. */
function outline(f: Func): string[] {
  return f.stmts.map((s) => {
    let depth = 0;
    for (let p = s.parent; p >= 0; p = f.stmts[p].parent) depth++;
    return `${'  '.repeat(depth)}${s.kind}: ${f.refs[s.ref].text}`;
  });
}

/** What the contract promises of ranges: inside the parent's, siblings disjoint and in order, nothing past the code. */
function checkNesting(f: Func): void {
  f.stmts.forEach((s, i) => {
    expect(s.start).toBeLessThan(s.end);
    expect(s.end).toBeLessThanOrEqual(f.code.length);
    if (s.parent >= 0) {
      expect(s.parent).toBeLessThan(i);
      expect(s.start).toBeGreaterThanOrEqual(f.stmts[s.parent].start);
      expect(s.end).toBeLessThanOrEqual(f.stmts[s.parent].end);
    }
    const next = f.stmts.findIndex((t, k) => k > i && t.parent === s.parent);
    if (next >= 0) expect(f.stmts[next].start).toBeGreaterThanOrEqual(s.end);
  });
}

describe('statements', () => {
  const text = `int f(struct s *p)
{
	int err = 0;
	for (;;) {
		if (get(p) &&
		    more(p)) {
			err = -1;
			goto out;
		} else
			put(p);
		switch (err) {
		case 1:
			put(p);
			break;
		default:
			continue;
		}
	}
out:
	return err;
}`;

  it("nest as in the source; a statement's own text is its ref", async () => {
    const { functions } = await lower(text, 'f');
    expect(outline(functions.f)).toEqual([
      'decl: int err = 0',
      'loop: for (;;)',
      '  block: {',
      '    if: if (get(p) && more(p))',
      '      block: {',
      '        expr: err = -1',
      '        goto: goto out',
      '      expr: put(p)',
      '    switch: switch (err)',
      '      label: case 1:',
      '      expr: put(p)',
      '      break: break',
      '      label: default:',
      '      continue: continue',
      'label: out:',
      'return: return err',
    ]);
  });

  it('an if covers its condition and both branches', async () => {
    const { functions } = await lower(text, 'f');
    const f = functions.f;
    const found = f.stmts.find((s) => s.kind === 'if')!;
    const inside = f.code
      .slice(found.start, found.end)
      .flatMap((i) => (i.op === 'call' && 'name' in i.callee ? [i.callee.name] : []));
    expect(inside).toEqual(['get', 'more', 'put']);
  });

  it('a macro used as a statement is one statement', async () => {
    const { functions } = await lower(
      '#define M(x) do { if (x) g(x); h(x); } while (0)\nvoid f(int a) { M(a); }',
      'f',
    );
    expect(outline(functions.f)).toEqual(['expr: M(a)']);
  });

  it('holds for generated functions (seeds 11 to 13)', async () => {
    for (const seed of [11, 12, 13]) {
      const { text: c } = generateFunctions(seed, 12);
      const shared =
        'struct inner { int w; unsigned long z; };\nstruct pair { long x; short y; struct inner in; };\n';
      const program = await lowerProgram({
        files: [sourceFile(shared + c)],
        entries: Array.from({ length: 12 }, (_, i) => `f${i}`),
        isModelled: () => false,
      });
      for (const f of Object.values(program.functions)) checkNesting(f);
    }
  });

  it('every jump has its label, every register and ref exists', async () => {
    const { text: c } = generateFunctions(14, 12);
    const program = await lower(c, 'f11');
    for (const f of Object.values(program.functions)) {
      const labels = f.code.flatMap((i) => (i.op === 'label' ? [i.id] : []));
      expect(new Set(labels).size).toBe(labels.length);
      for (const i of f.code) {
        if (i.op === 'jump') expect(labels).toContain(i.to);
        if (i.op === 'branch') expect(labels).toEqual(expect.arrayContaining([i.then, i.else]));
        if ('dst' in i && i.dst !== null) expect(i.dst).toBeLessThan(f.regs);
        expect(f.refs[i.ref]).toBeDefined();
      }
    }
  });
});

describe('refs', () => {
  function mixed(): SourceFile {
    const line = (
      text: string,
      at: number | null,
      patch: number | null,
      origin: 'hunk' | 'skeleton',
      changed = false,
    ) => ({
      text,
      line: at,
      patchLine: patch,
      origin,
      changed,
    });
    return {
      path: 'kernel/fork.c',
      base: 'hunks-only',
      skeleton: '6.8',
      lines: [
        line('int f(int a)', null, null, 'skeleton'),
        line('{', null, null, 'skeleton'),
        line('\tone(a);', 11, 101, 'hunk'),
        line('\ttwo(a,', 12, 102, 'hunk'),
        line('\t    1);', 13, 103, 'hunk', true),
        line('\tthree(a);', null, null, 'skeleton'),
        line('}', null, null, 'skeleton'),
      ],
    };
  }

  it('say file and patch line, what is changed, and what the skeleton filled in', async () => {
    const program = await lowerProgram({
      files: [mixed()],
      entries: ['f'],
      isModelled: () => false,
    });
    const f = program.functions.f;
    const refs = f.code.filter((i) => i.op === 'call').map((i) => f.refs[i.ref]);
    expect(refs).toEqual([
      { path: 'kernel/fork.c', line: 11, patchLine: 101, changed: false, text: 'one(a)', at: 2 },
      { path: 'kernel/fork.c', line: 12, patchLine: 102, changed: true, text: 'two(a, 1)', at: 3 },
      {
        path: 'skeleton:6.8',
        line: null,
        patchLine: null,
        changed: false,
        text: 'three(a)',
        at: 5,
      },
    ]);
    expect([f.path, f.line]).toEqual(['skeleton:6.8', null]);
  });

  it('a long statement is cut', async () => {
    const { functions } = await lower(`void f(void) { g(${'"x", '.repeat(60)}1); }`, 'f');
    const { text } = functions.f.refs[functions.f.code.find((i) => i.op === 'call')!.ref];
    expect(text.length).toBeLessThanOrEqual(100);
    expect(text.endsWith('...')).toBe(true);
  });
});
