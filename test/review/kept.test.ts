import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeptPrograms } from '../../src/cfront/index.js';
import { ProgramFolder } from '../../src/cli/kept-programs.js';
import { loadRules } from '../../src/judge/load.js';
import type { Rule } from '../../src/judge/rule.js';
import { type Observed, reviewPatch } from '../../src/review.js';
import type { Program } from '../../src/sim/program.js';
import { folderReader } from '../../src/source/index.js';
import type { ContentReader } from '../../src/source/types.js';
import { treeConfig } from '../../src/sourced.js';
import { tempFolder } from '../support.js';
import { MINI, miniText, patchOf } from './mini.js';

let rules: Rule[];
let folder: string;
beforeAll(async () => {
  folder = tempFolder();
  rules = (await loadRules()).filter((r) => r.id === 'fork-lock-target');
});
afterAll(() => rmSync(folder, { recursive: true }));

const FORK = 'kernel/fork.c';
const HEADER = 'include/linux/mm.h';
const FLUSH = /\tflush_tlb_mm\((\w+)\);/;
const LOCK = /\n\t+vma_start_write\(\w+\);/;

/** The miniature tree with some files of its own. */
function treeWith(over: Record<string, string>): ContentReader {
  const mini = folderReader(MINI);
  return { label: mini.label, read: async (path) => over[path] ?? mini.read(path) };
}

const header = (text: string): Record<string, string> => ({
  [HEADER]: miniText(HEADER).replace(/\n#endif[^\n]*\n?$/, (end) => `\n${text}\n${end}`),
});

/** Patches, each on trees that differ in what it uses: the flush is there, or is not. */
const CASES: [string, (text: string) => string, Record<string, Record<string, string>>][] = [
  ['locks nothing', (t) => t.replace(LOCK, ''), { mini: {}, again: {} }],
  [
    'flushes by a name that headers define',
    (t) => t.replace(FLUSH, '\tflush_copied($1);'),
    {
      macro: header('#define flush_copied(mm) flush_tlb_mm(mm)'),
      nothing: header('#define flush_copied(mm) do { } while (0)'),
      function: header(
        'static inline void flush_copied(struct mm_struct *mm)\n{\n\tflush_tlb_mm(mm);\n}',
      ),
      empty: header('static inline void flush_copied(struct mm_struct *mm)\n{\n}'),
    },
  ],
  [
    'flushes under an option',
    (t) => t.replace(FLUSH, '#ifdef CONFIG_KSM\n\tflush_tlb_mm($1);\n#endif'),
    {
      none: {},
      on: { '.config': 'CONFIG_KSM=y\n' },
      off: { '.config': '# CONFIG_KSM is not set\n' },
      other: { '.config': '# CONFIG_KSM is not set\nCONFIG_NUMA=y\n' },
    },
  ],
];

describe('programs that earlier reviews have lowered', () => {
  it.each(CASES)(
    'change nothing: a patch that %s',
    { timeout: 180_000 },
    async (_, change, trees) => {
      const patch = patchOf(FORK, miniText(), change(miniText()));
      const results: string[] = [];
      for (const over of Object.values(trees)) {
        const reader = treeWith(over);
        const run = async (kept?: Counted) => {
          const ran: (Program | null)[] = [];
          const review = await reviewPatch(patch, {
            ...{ reader, config: await treeConfig(reader), rules, explore: { mutants: false } },
            keep: (trace) => JSON.stringify(trace),
            observe: (o: Observed) => ran.push(o.before?.program ?? null, o.after.program),
            ...(kept ? { kept } : {}),
          });
          return { review, ran };
        };
        const plain = await run();
        const [first, second] = [new Counted(), new Counted()];
        expect(await run(first)).toEqual(plain);
        expect(await run(second)).toEqual(plain);
        expect(JSON.stringify((await run(second)).review)).toBe(JSON.stringify(plain.review));
        // nothing is lowered again
        expect(first.added + first.found).toBeGreaterThan(1);
        expect(second.added).toBe(0);
        results.push(plain.review.findings.map((f) => `${f.rule} ${f.verdict}`).join());
      }
      // what the trees differ in matters
      if (results.length > 2) expect(new Set(results).size).toBeGreaterThan(1);
    },
  );
});

describe('a lowered program', () => {
  it('is changed by nobody who runs it, so that it can be used again', async () => {
    const [, change] = CASES[0];
    const patch = patchOf(FORK, miniText(), change(miniText()));
    const o = { reader: folderReader(MINI), rules: await loadRules(), keep: () => 'x' };
    const frozen: KeptPrograms = { get: () => null, put: (_, program) => freeze(program) };
    const review = await reviewPatch(patch, { ...o, kept: frozen });
    expect(review.findings.filter((f) => f.change === 'introduced')).toHaveLength(1);
    expect(review).toEqual(await reviewPatch(patch, o));
  }, 120_000);
});

function freeze(x: unknown): void {
  if (typeof x !== 'object' || x === null || Object.isFrozen(x)) return;
  Object.freeze(x);
  Object.values(x).forEach(freeze);
}

/** Programs in the folder, as a process of its own would see it. */
class Counted implements KeptPrograms {
  found = 0;
  added = 0;
  private readonly programs = new ProgramFolder(folder, 'build');
  get(key: string): Program | null {
    const program = this.programs.get(key);
    if (program) this.found++;
    return program;
  }
  put(key: string, program: Program): void {
    this.added++;
    this.programs.put(key, program);
  }
}
