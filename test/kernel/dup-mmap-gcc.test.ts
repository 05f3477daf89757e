import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isInt } from '../../src/cfront/ctypes.js';
import { BUILTIN_MACROS } from '../../src/cfront/decls-macros.js';
import { BUILTIN_STRUCTS } from '../../src/cfront/decls-structs.js';
import { createWorld, lowerProgram } from '../../src/cfront/index.js';
import { unitOf } from '../../src/cfront/unit.js';
import type { World } from '../../src/cfront/world.js';
import type { CType } from '../../src/sim/program.js';
import { calls, sourceFile } from '../cfront/source.js';
import { BOOLS, CONSTANTS, DupMmapWorld, RESULTS, VMAS } from './dup-mmap-world.js';
import { TREES, treeFile } from './tree.js';

const RUNS = 500;
const FIRST_SEED = Number(process.env.FORKLORE_SEED ?? 1);
const PATHS = { mm: ['mm_mt', 'flags'], oldmm: ['mm_mt', 'flags'], mapping: ['i_mmap'] };

function hasGcc(): boolean {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A C type that passes values of `t`: stubs only print and store. */
function cType(t: CType): string {
  if (t.kind === 'void') return 'void';
  if (t.kind === 'ptr') return 'void *';
  if (isInt(t))
    return t.bits === 1
      ? 'bool'
      : `${t.signed ? '' : 'unsigned '}${t.bits === 32 ? 'int' : 'long'}`;
  throw new Error(`no stub for a ${t.kind}`);
}

/** The C stub of a function: logs its arguments, draws once, answers as DupMmapWorld does. */
function stub(world: World, name: string): string {
  const s = world.signature(name);
  if (s === undefined) throw new Error(`${name} has no prototype`);
  const params = s.params.map((p, i) => `${cType(p)} a${i}`).join(', ');
  const prints = s.params.map(
    (p, i) =>
      `${i > 0 ? 'printf(", ");' : ''} ${p.kind === 'ptr' ? `showp(a${i})` : `printf("%ld", (long)a${i})`};`,
  );
  return `${cType(s.result)} ${name}(${params || 'void'}) { printf("${name}("); ${prints.join(' ')} printf(")\\n");
	unsigned r = rnd(); (void)r; ${answer(name, s.result)} }`;
}

function answer(name: string, result: CType): string {
  if (name === 'vma_iter_init')
    return '((struct vma_iterator *)a0)->mas.tree = &((struct mm_struct *)a1)->mm_mt;';
  if (name === 'mas_init') return '((struct ma_state *)a0)->tree = a1;';
  if (name === 'vma_next' || name === 'mas_find')
    return `return cursor < ${VMAS / 2} ? &vmas[cursor++] : 0;`;
  if (name === 'vm_area_dup')
    return `if (r % 8 == 0 || fresh >= ${VMAS}) return 0; vmas[fresh] = *(struct vm_area_struct *)a0; return &vmas[fresh++];`;
  if (name === 'vma_policy') return 'return ((struct vm_area_struct *)a0)->vm_policy;';
  if (name === 'vma_pages') return 'return r % 9;';
  if (name === 'get_file') return 'return a0;';
  if (result.kind === 'void') return '';
  if (RESULTS.has(name)) return 'return r % 8 == 0 ? -12 : 0;';
  return BOOLS.has(name) ? 'return r % 8 == 0 ? 1 : 0;' : 'return 0;';
}

const FLAG_LIST = '0x400, 0x20000, 0x100000, 0x2000000, 0x28, 0x2000';

/** The C side: types, stubs, the function under test as the tree has it, and a main that runs all seeds. */
function cProgram(world: World, names: string[], body: string): string {
  const stubs = names.map((n) => stub(world, n)).join('\n');
  const offsets = Object.entries(PATHS).flatMap(([o, paths]) =>
    paths.map((p) => `printf("@ ${o}.${p} %ld\\n", (long)((char *)&${o}_.${p} - (char *)&${o}_));`),
  );
  return `
int printf(const char *, ...);
typedef unsigned long size_t; typedef _Bool bool;
typedef unsigned long pte_t, pmd_t, pud_t, pgd_t;
#define NULL ((void *)0)
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define __latent_entropy
${BUILTIN_STRUCTS.replace(/const vm_flags_t vm_flags/, 'vm_flags_t vm_flags')}
${BUILTIN_MACROS}
${CONSTANTS}
static struct mm_struct mm_, oldmm_; static struct address_space mapping_; static struct file file_;
static struct vm_operations_struct ops0_, ops1_; static char policy_; static struct task_struct current_;
#define current (&current_)
static struct vm_area_struct vmas[${VMAS}]; static int cursor, fresh; static unsigned state;
static unsigned rnd(void) { state = state * 1664525u + 1013904223u; return state >> 8; }
static void in(const char *n, const void *p, const void *o, size_t size, int *done) {
	if (!*done && (char *)p >= (char *)o && (char *)p < (char *)o + size) { printf("%s+%ld", n, (long)((char *)p - (char *)o)); *done = 1; } }
static void showp(const void *p) { int done = 0; char n[] = "vma0";
	if ((unsigned long)p < 4096) { printf("%ld", (long)p); return; }
	if (p == &current_) { printf("current"); return; }
	in("mm", p, &mm_, sizeof mm_, &done); in("oldmm", p, &oldmm_, sizeof oldmm_, &done);
	in("mapping", p, &mapping_, sizeof mapping_, &done); in("file", p, &file_, sizeof file_, &done);
	in("policy", p, &policy_, 1, &done);
	for (int i = 0; i < ${VMAS}; i++) { n[3] = '0' + i; in(n, p, &vmas[i], sizeof vmas[i], &done); }
	if (!done) printf("local"); }
static void vm_open(struct vm_area_struct *a0) { printf("vm_open("); showp(a0); printf(")\\n"); rnd(); }
${stubs}
${body}
static void fill(struct mm_struct *m, long base) { m->total_vm = base; m->data_vm = base + 1; m->exec_vm = base + 2; m->stack_vm = base + 3; m->map_count = base + 4; }
int main(void) { static const unsigned long bits[] = { ${FLAG_LIST} };
	${offsets.join(' ')}
	for (unsigned seed = ${FIRST_SEED}; seed < ${FIRST_SEED + RUNS}; seed++) {
		printf("# %u\\n", seed); state = seed; cursor = 0; fresh = ${VMAS / 2};
		fill(&mm_, 100); fill(&oldmm_, 200); file_.f_mapping = &mapping_; ops0_.open = 0; ops1_.open = vm_open;
		for (int i = 0; i < ${VMAS}; i++) { struct vm_area_struct *v = &vmas[i];
			v->vm_start = (unsigned long)i << 20; v->vm_end = v->vm_start + (rnd() % 8 + 1) * 4096; v->vm_flags = 1;
			for (int k = 0; k < 6; k++) if (rnd() % 4 == 0) v->vm_flags |= bits[k];
			v->vm_file = rnd() % 2 ? &file_ : 0; v->vm_ops = 0;
			if (rnd() % 2) v->vm_ops = rnd() % 2 ? &ops1_ : &ops0_;
			v->vm_policy = (void *)&policy_; v->vm_mm = &oldmm_; v->anon_vma = (void *)7; }
		printf("= %ld\\n", (long)dup_mmap(&mm_, &oldmm_));
		printf("%ld\\n%ld\\n%ld\\n%ld\\n%ld\\n", mm_.total_vm, mm_.data_vm, mm_.exec_vm, mm_.stack_vm, (long)mm_.map_count);
		for (int i = 0; i < ${VMAS}; i++) { showp(vmas[i].vm_mm); printf(" "); showp(vmas[i].anon_vma); printf(" %ld\\n", (long)vmas[i].vm_flags); }
	} return 0; }`;
}

function runC(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'forklore-gcc-'));
  try {
    writeFileSync(join(dir, 't.c'), text);
    execFileSync(
      'gcc',
      ['-O1', '-fwrapv', '-w', '-fno-builtin', '-o', join(dir, 't'), join(dir, 't.c')],
      { stdio: 'pipe' },
    );
    return execFileSync(join(dir, 't'), { encoding: 'utf8', maxBuffer: 1 << 28 });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.each(TREES)('dup_mmap of Linux $version', ({ version, root }) => {
  const env = `FORKLORE_KERNEL_${version.replace('.', '')}`;
  const ready = root !== undefined && hasGcc();

  it.skipIf(!ready)(
    `calls what gcc's code calls, in ${RUNS} worlds (skipped unless ${env} names a tree and gcc is there)`,
    async () => {
      const file = treeFile(root!, 'kernel/fork.c')!;
      const opts = {
        files: [file, sourceFile(CONSTANTS, 'constants.h')],
        isModelled: (n: string) => /^[a-z_0-9]+$/.test(n) && !/^(for_each|current$)/.test(n),
      };
      const program = await lowerProgram({ ...opts, entries: ['dup_mmap'] });
      expect(program.notes.filter((n) => n.level === 'error')).toEqual([]);
      const world = createWorld(opts);
      const unit = unitOf(file);
      const item = unit.functions.get('dup_mmap')!;
      const names = [...new Set(calls(program.functions.dup_mmap))];
      const out = runC(cProgram(world, names, unit.active.slice(item.start, item.end)));
      const [head, ...runs] = out.split(/^# \d+\n/m);
      const offsets = new Map(
        [...head.matchAll(/^@ (\S+) (\d+)$/gm)].map((m) => [m[1], Number(m[2])]),
      );
      expect(runs).toHaveLength(RUNS);
      const results = new Set<string>();
      runs.forEach((want, i) => {
        const seed = FIRST_SEED + i;
        const got = new DupMmapWorld(seed, offsets).run(program);
        results.add(got.find((l) => l.startsWith('='))!);
        expect(got.join('\n'), `seed ${seed}: rerun with FORKLORE_SEED=${seed}`).toBe(
          want.trimEnd(),
        );
      });
      expect([...results].sort()).toEqual(['= -12', '= -4', '= 0']);
    },
  );
});
