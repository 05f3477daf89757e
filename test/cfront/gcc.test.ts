import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lowerProgram } from '../../src/cfront/index.js';
import { generateFunctions, random } from './generate.js';
import { run } from './interp.js';
import { sourceFile } from './source.js';

const SEEDS = process.env.FORKLORE_SEED ? [Number(process.env.FORKLORE_SEED)] : [1, 2, 3, 4];
const FUNCTIONS = 40;

/** What the kernel gives and gcc must be given. */
const PRELUDE = `
#include <stdbool.h>
typedef unsigned int u32; typedef long s64; typedef unsigned char u8; typedef unsigned long u64;
#define likely(x) __builtin_expect(!!(x), 1)
#define WRITE_ONCE(x, v) ((x) = (v))
#define min_t(t, x, y) ({ t __x = (t)(x); t __y = (t)(y); __x < __y ? __x : __y; })
#define max(x, y) ({ __typeof__(x) __x = (x); __typeof__(y) __y = (y); __x > __y ? __x : __y; })
`;
const SHARED = `
struct inner { int w; unsigned long z; };
struct pair { long x; short y; struct inner in; };
#define TWICE(v) ((v) + (v))
#define PICK(v, w) ((v) > (w) ? (v) : (w))
#define BUMP(v) do { if ((v) > 3) (v)--; else (v) += 2; } while (0)
`;

function hasGcc(): boolean {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const INTERESTING = [
  0n,
  1n,
  -1n,
  3n,
  127n,
  128n,
  255n,
  -128n,
  32767n,
  65536n,
  2147483647n,
  -2147483648n,
  4294967295n,
];

/** Argument triples as signed 64-bit values, and what each function makes of them when gcc compiled it. */
function compiled(text: string, params: string[][], inputs: bigint[][]): bigint[][] {
  const dir = mkdtempSync(join(tmpdir(), 'forklore-gcc-'));
  try {
    const rows = inputs.map((i) => `{${i.map((v) => `${BigInt.asUintN(64, v)}UL`).join(', ')}}`);
    const calls = params.map(
      (types, f) =>
        `printf("%lx\\n", (unsigned long)f${f}(${types.map((t, k) => `(${t})in[i][${k}]`).join(', ')}));`,
    );
    const main = `int printf(const char *, ...);
static const unsigned long in[][3] = { ${rows.join(', ')} };
int main(void) { for (int i = 0; i < ${inputs.length}; i++) { ${calls.join('\n')} } return 0; }`;
    writeFileSync(join(dir, 't.c'), `${PRELUDE}${SHARED}${text}${main}`);
    execFileSync('gcc', ['-O1', '-fwrapv', '-w', '-o', join(dir, 't'), join(dir, 't.c')], {
      stdio: 'pipe',
    });
    const lines = execFileSync(join(dir, 't'), { encoding: 'utf8' }).trim().split('\n');
    return inputs.map((_, i) =>
      lines.slice(i * params.length, (i + 1) * params.length).map((l) => BigInt(`0x${l}`)),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const BITS: Record<string, [number, boolean]> = {
  int: [32, true],
  'unsigned int': [32, false],
  u32: [32, false],
  long: [64, true],
  s64: [64, true],
  'unsigned long': [64, false],
  short: [16, true],
  'unsigned char': [8, false],
  'signed char': [8, true],
};

function asType(v: bigint, type: string): bigint {
  if (type === 'bool') return v === 0n ? 0n : 1n;
  const [bits, signed] = BITS[type];
  return signed ? BigInt.asIntN(bits, v) : BigInt.asUintN(bits, v);
}

describe.skipIf(!hasGcc())(
  'lowered functions compute what gcc computes (skipped where gcc is missing)',
  () => {
    it.each(SEEDS)('seed %i', async (seed) => {
      const { text, params } = generateFunctions(seed, FUNCTIONS);
      const rnd = random(seed + 1000);
      const inputs = Array.from({ length: 12 }, () =>
        [0, 1, 2].map(() => INTERESTING[rnd(INTERESTING.length)]),
      );
      const want = compiled(text, params, inputs);
      const program = await lowerProgram({
        files: [sourceFile(SHARED + text)],
        entries: params.map((_, i) => `f${i}`),
        isModelled: () => false,
      });
      expect(program.notes.filter((n) => n.level === 'error')).toEqual([]);
      for (const [i, row] of inputs.entries()) {
        for (const [f, types] of params.entries()) {
          const got = run(
            program,
            `f${f}`,
            types.map((t, k) => asType(row[k], t)),
          ) as bigint;
          const place = `seed ${seed}, f${f}(${row}): rerun with FORKLORE_SEED=${seed}`;
          expect(BigInt.asUintN(64, got).toString(16), place).toBe(want[i][f].toString(16));
        }
      }
    });
  },
);
