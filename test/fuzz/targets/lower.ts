import type { Prng } from '../../../src/base/prng.js';
import { lowerProgram } from '../../../src/cfront/index.js';
import type { Program } from '../../../src/sim/program.js';
import type { SourceFile } from '../../../src/source/types.js';
import { mutate, once, pick } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { C_SEEDS, C_WORDS } from './c-words.js';

interface Case {
  text: string;
  /** Lines put above the text the second time. */
  shift: number;
}

function file(text: string): SourceFile {
  const lines = text.split('\n').map((line, i) => ({
    text: line,
    line: i + 1,
    patchLine: null,
    origin: 'file' as const,
    changed: false,
  }));
  return { path: 'mm/x.c', base: 'exact', skeleton: null, lines };
}

const lower = (text: string): Promise<Program> =>
  lowerProgram({ files: [file(text)], entries: ['f'], isModelled: (n) => n.startsWith('vma_') });

/** Everything about a program but its line numbers, which are taken back by `shift`. */
const shape = (p: Program, shift: number): string =>
  JSON.stringify(p, (key, x: unknown) =>
    typeof x === 'bigint'
      ? `${x}n`
      : (key === 'line' || key === 'at') && typeof x === 'number'
        ? x - shift
        : x,
  );

async function run({ text, shift }: Case): Promise<Depth> {
  const p = await lower(text);
  const lines = text.split('\n').length;
  for (const f of Object.values(p.functions)) {
    for (const r of f.refs)
      hold(
        r.line === null || (r.line >= 1 && r.line <= lines),
        `a step on line ${r.line} of ${lines}`,
      );
    for (const s of f.stmts)
      hold(
        s.start <= s.end && s.end <= f.code.length && s.parent < f.stmts.length,
        'a statement outside of its code',
      );
    for (const i of f.code)
      hold(i.ref >= 0 && i.ref < f.refs.length, 'an instruction without a place');
  }
  if (shift > 0) {
    const moved = await lower('\n'.repeat(shift) + text);
    hold(shape(moved, shift) === shape(p, 0), 'blank lines above change the program');
  }
  return p.functions.f === undefined ? 'refused' : 'deep';
}

const BODIES = C_SEEDS.flatMap((t) => t.match(/^\{\n[\s\S]*?\n\}$/gm) ?? []).filter(
  (b) => b.length < 2500,
);

function make(r: Prng): Case {
  const body = pick(r, BODIES);
  const head = pick(r, [
    'static int f(struct mm_struct *mm, struct mm_struct *oldmm)\n',
    'int f(struct vm_area_struct *vma, unsigned long a)\n',
    'void f(void)\n',
  ]);
  const text = head + mutate(r, body, C_WORDS, pick(r, BODIES), 4);
  return {
    text: once(r, 4) ? `${text}\n${pick(r, C_WORDS)}\n${pick(r, BODIES)}` : text,
    shift: once(r, 4) ? 1 + r.below(3) : 0,
  };
}

export const lowering: Target<Case> = {
  name: 'lower',
  runs: 60_000,
  make,
  run,
  bytes: (c) => c.text,
};
