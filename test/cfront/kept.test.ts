import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LowerOptions, lowerProgram, RecentPrograms } from '../../src/cfront/index.js';
import { programKey } from '../../src/cfront/kept.js';
import { KnownFunctions } from '../../src/cfront/known-functions.js';
import { readProgram, writeProgram } from '../../src/cfront/program-text.js';
import { lowerAll } from '../../src/programs.js';
import { isModelled } from '../../src/sim/known.js';
import type { Func, Program } from '../../src/sim/program.js';
import type { SourceFile } from '../../src/source/types.js';
import { ROOT } from '../support.js';

function file(path: string, text: string): SourceFile {
  const from = { patchLine: null, origin: 'file' as const, changed: false };
  const lines = text.split('\n').map((t, k) => ({ text: t, line: k + 1, ...from }));
  return { path, lines, base: 'exact', skeleton: null };
}

const tree = (name: string, paths: readonly string[]): SourceFile[] =>
  paths.map((p) => file(p, readFileSync(join(ROOT, 'fixtures', name, p), 'utf8')));

const FORK = ['kernel/fork.c', 'include/linux/mm.h'];
const lower = (...files: SourceFile[]) =>
  lowerProgram({ files, entries: ['f'], isModelled: () => false });

describe('a program as text', () => {
  it.each(['mini-6.12', 'mini-6.1'])('%s comes back as it was', async (name) => {
    const program = await lowerAll(tree(name, FORK), ['dup_mmap', 'dup_mm']);
    expect(Object.keys(program.functions).length).toBeGreaterThan(2);
    expect(readProgram(writeProgram(program))).toEqual(program);
  });

  it('keeps numbers beyond 2^53', async () => {
    const text = 'unsigned long f(unsigned long a) { return a & 0xfffffffffffffff3UL; }';
    const program = await lower(file('a.c', text));
    expect(JSON.stringify(program, (_, x) => (typeof x === 'bigint' ? `${x}n` : x))).toContain(
      '18446744073709551603n',
    );
    expect(readProgram(writeProgram(program))).toEqual(program);
  });

  it('is refused where a part is missing or of another kind', async () => {
    const program = await lower(
      file('a.c', 'int g(int); int f(int a) { if (a) return g(a + 1); return -a; }'),
    );
    const text = writeProgram(program);
    const whole = JSON.parse(text).functions.f;
    // every list and every step of the function, each time one thing is broken
    const breaks: ((f: typeof whole) => void)[] = [
      ...['params', 'vars', 'refs', 'code', 'stmts', 'regs', 'result', 'path', 'name'].map(
        (key) => (f: typeof whole) => delete f[key],
      ),
      ...whole.code.flatMap((_: unknown, k: number) => [
        (f: typeof whole) => {
          f.code[k].op = 'constructor';
        },
        (f: typeof whole) => {
          f.code[k].ref = f.refs.length;
        },
      ]),
    ];
    for (const change of breaks) {
      const p = JSON.parse(text);
      change(p.functions.f);
      expect(() => readProgram(JSON.stringify(p))).toThrow(TypeError);
    }
    for (const none of ['null', '[]', '{}', '{"functions":[],"notes":[]}'])
      expect(() => readProgram(none)).toThrow(TypeError);
  });
});

describe('the key of a program', () => {
  const texts = { 'a.c': 'int f(void) { return N; }', 'a.h': '#define N 1\nint g(void);' };
  const options = (over: Partial<LowerOptions> = {}): LowerOptions => ({
    files: Object.entries(texts).map(([path, text]) => file(path, text)),
    entries: ['f'],
    isModelled: () => false,
    ...over,
  });
  const key = (over: Partial<LowerOptions> = {}, modelled = ''): string | null =>
    programKey(options(over), modelled);

  it('is the same for the same', () => {
    expect(key()).toMatch(/^[0-9a-f]{64}$/);
    expect(key()).toBe(key());
  });

  it('is another one for any other text, name, order or origin of a line', () => {
    const { files } = options();
    const changed = (change: (f: SourceFile) => void): SourceFile[] => {
      const copy = structuredClone(files);
      change(copy[1]);
      return copy;
    };
    const others = [
      key({ entries: ['f', 'g'] }),
      key({}, 'vma_pages'),
      key({ files: [...files].reverse() }),
      key({ files: [files[0]] }),
      key({ files: [files[0]], declarations: [files[1]] }),
      key({ config: Object.assign(() => true, { id: 'x' }) }),
      key({ config: Object.assign(() => true, { id: 'y' }) }),
      ...[
        (f: SourceFile) => (f.lines[0].text = '#define N 2'),
        (f: SourceFile) => (f.lines[1].line = 7),
        (f: SourceFile) => (f.lines[1].patchLine = 2),
        (f: SourceFile) => (f.lines[1].changed = true),
        (f: SourceFile) => (f.lines[1].origin = 'skeleton'),
        (f: SourceFile) => (f.lines[1].era = '6.7'),
        (f: SourceFile) => (f.path = 'b.h'),
        (f: SourceFile) => (f.skeleton = '6.7'),
        (f: SourceFile) => f.lines.pop(),
      ].map((change) => key({ files: changed(change) })),
    ];
    expect(new Set([key(), ...others]).size).toBe(others.length + 1);
    expect(others).not.toContain(null);
  });

  it('is none under a configuration that does not say what it stands for', () => {
    expect(key({ config: () => true })).toBeNull();
  });

  it('tells apart whatever is cut into lines differently', () => {
    const line = fc.stringMatching(/^[ab",\\]{0,3}$/);
    const lines = fc.array(line, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const keyOf = (l: string[]) => key({ files: [file('a.c', l.join('\n'))] });
        expect(keyOf(a) === keyOf(b)).toBe(a.join('\n') === b.join('\n'));
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

describe('programs that are kept', () => {
  const FILES = [...FORK, 'include/linux/maple_tree.h'];
  const NAMES = ['error', 'vma', 'copy', 'XA_ZERO_ENTRY', 'GFP_KERNEL', 'CONFIG_KSM', '0', '1'];
  const edits = fc.array(
    fc.record({
      file: fc.nat(FILES.length - 1),
      line: fc.nat(400),
      how: fc.constantFrom('drop', 'twice', 'name', 'define', 'under', 'changed', 'patchLine'),
      from: fc.constantFrom(...NAMES),
      to: fc.constantFrom(...NAMES),
    }),
    { minLength: 1, maxLength: 2 },
  );

  function make(files: SourceFile[], list: typeof edits extends fc.Arbitrary<infer T> ? T : never) {
    for (const { file: at, line, how, from, to } of list) {
      const { lines } = files[at];
      const k = line % lines.length;
      if (how === 'drop') lines.splice(k, 1);
      if (how === 'twice') lines.splice(k, 0, { ...lines[k] });
      if (how === 'name') lines[k].text = lines[k].text.replace(from, to);
      if (how === 'define') lines.unshift({ ...lines[k], text: `#define ${from} ${to}` });
      if (how === 'under') lines[k].text = `#ifdef CONFIG_KSM\n${lines[k].text}\n#endif`;
      if (how === 'changed') lines[k].changed = true;
      if (how === 'patchLine') lines[k].patchLine = 7;
    }
    return files;
  }

  it('are what would be lowered, whatever was edited since', { timeout: 120_000 }, async () => {
    const texts = new Map<string, string>();
    const kept = {
      get: (key: string) => (texts.has(key) ? readProgram(texts.get(key)!) : null),
      put: (key: string, program: Program) => texts.set(key, writeProgram(program)),
    };
    const tables = [
      undefined,
      Object.assign(() => true, { id: 'all' }),
      Object.assign(() => false, { id: 'none' }),
    ];
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(2), async (list, t) => {
        const files = make(tree('mini-6.12', FILES), list);
        const lowered = (o = {}) => lowerAll(files, ['dup_mmap'], tables[t], undefined, o);
        const plain = await lowered();
        expect(await lowered({ kept })).toEqual(plain);
        expect(await lowered({ kept })).toEqual(plain);
      }),
      { seed: 11, numRuns: 80 },
    );
    expect(texts.size).toBeGreaterThan(60);
  });

  it('take functions of other versions as they would be lowered', {
    timeout: 120_000,
  }, async () => {
    const functions = new KnownFunctions();
    const kept = { functions, get: () => null, put: () => {} };
    const ENTRIES = ['dup_mm', 'dup_mmap', 'exit_mmap'];
    const first = await lowerAll(tree('mini-6.12', FILES), ENTRIES, undefined, undefined, { kept });
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const files = make(tree('mini-6.12', FILES), list);
        const lowered = (o = {}) => lowerAll(files, ENTRIES, undefined, undefined, o);
        const plain = await lowered();
        const program = await lowered({ kept });
        expect(program).toEqual(plain);
        const same = ([name, f]: [string, Func]) => f.code === first.functions[name]?.code;
        taken += Object.entries(program.functions).filter(same).length;
      }),
      { seed: 12, numRuns: 100 },
    );
    // most edits are in one function, and the others of its file are not lowered again
    expect(taken).toBeGreaterThan(100);
  });

  it('take no function whose line is of another kind', async () => {
    const functions = new KnownFunctions();
    const kept = { programs: { functions, get: () => null, put: () => {} }, modelled: '' };
    const text = 'int g(int); int f(int a)\n{\n\treturn g(a);\n}';
    const filled = file('a.c', text);
    filled.lines[2].origin = 'skeleton';
    filled.skeleton = '6.7';
    const opts = { entries: ['f'], isModelled: () => false };
    const shown = await lowerProgram({ ...opts, files: [file('a.c', text)], kept });
    const other = await lowerProgram({ ...opts, files: [filled], kept });
    expect(other).toEqual(await lowerProgram({ ...opts, files: [filled] }));
    expect(other.functions.f.refs).not.toEqual(shown.functions.f.refs);
  });
});

describe('the last few programs', () => {
  it('are lowered once, and those of long ago again', async () => {
    const asked: string[] = [];
    const get = (key: string) => {
      asked.push(key);
      return null;
    };
    const behind = { get, put: () => {} };
    const programs = new RecentPrograms(behind);
    const kept = { programs, modelled: '' };
    const one = (n: number) => {
      const files = [file('a.c', `int f(void) { return ${n}; }`)];
      return lowerProgram({ files, entries: ['f'], isModelled, kept });
    };
    const first = await one(0);
    expect(await one(0)).toBe(first);
    expect(asked).toHaveLength(1);
    for (let n = 1; n <= 8; n++) await one(n);
    const again = await one(0);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });
});
