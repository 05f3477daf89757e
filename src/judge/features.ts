import { type Features, OWED_STEPS } from '../sim/kernel/features.js';
import type { Program } from '../sim/program.js';
import type { ContentReader } from '../source/types.js';

/** Headers that say how the tree protects a VMA. */
const HEADERS = ['include/linux/mmap_lock.h', 'include/linux/mm.h', 'include/linux/mm_types.h'];

/** Names of functions that a program calls, defined or not. */
export function calleesOf(program: Program): Set<string> {
  const out = new Set<string>();
  for (const f of Object.values(program.functions)) {
    // what was filled in for the teardown says nothing of the tree under review
    if (f.path.startsWith('skeleton:teardown')) continue;
    for (const i of f.code) if (i.op === 'call' && 'name' in i.callee) out.add(i.callee.name);
  }
  return out;
}

/** Identifiers of the headers that the tree holds; empty without a tree. */
export async function headerNames(reader: ContentReader | null): Promise<Set<string>> {
  const out = new Set<string>();
  if (!reader) return out;
  for (const path of HEADERS)
    for (const m of ((await reader.read(path)) ?? '').matchAll(/[A-Za-z_]\w*/g)) out.add(m[0]);
  return out;
}

/** Constants that a program names, and functions that it calls, filled in or not. */
export function symbolsOf(program: Program): Set<string> {
  const out = new Set<string>();
  for (const f of Object.values(program.functions))
    for (const i of f.code) {
      if (i.op === 'call' && 'name' in i.callee) out.add(i.callee.name);
      for (const x of Object.values(i).flat())
        if (typeof x === 'object' && x !== null && 'sym' in x) out.add(String(x.sym));
    }
  return out;
}

/** The list and the rb-tree that a program keeps up for VMAs, as before 6.1; undefined where it does not. */
export function linksOf(program: Program): Features['vmaLinks'] {
  const own = Object.values(program.functions).filter(
    (f) => !f.path.startsWith('skeleton:teardown'),
  );
  const paths = own.flatMap((f) => f.code.flatMap((i) => ('path' in i ? [i.path] : [])));
  if (!paths.some((p) => p === 'vm_next' || p === 'vm_rb' || p.startsWith('vm_rb.'))) return;
  const callees = calleesOf(program);
  const fills = ['mas_store', 'vma_iter_bulk_store', '__mt_dup', 'mtree_dup'];
  return callees.has('__vma_link_rb') && !fills.some((name) => callees.has(name)) ? 'rb' : 'list';
}

/** dup_mm() itself, not dup_mmap(), enters the section that keeps uprobe registration out. */
export const guardsTeardown = (program: Program): boolean =>
  Object.values(program.functions).some(
    (f) =>
      f.name !== 'dup_mmap' &&
      f.code.some(
        (i) => i.op === 'call' && 'name' in i.callee && i.callee.name === 'uprobe_start_dup_mmap',
      ),
  );

/** Walkers, the functions in which they go over the VMAs of an mm, and the files of those. */
const WALKERS = [
  { name: 'swapoff', func: 'unuse_mm', path: 'mm/swapfile.c' },
  { name: 'uprobe', func: 'register_for_each_vma', path: 'kernel/events/uprobes.c' },
] as const;

/** For each walker whether it looks at MMF_UNSTABLE; one is left out where no text shows it. */
export type StableChecks = Partial<Record<(typeof WALKERS)[number]['name'], boolean>>;

/** What the walkers of a tree look at, from their own text. */
export async function stableChecksOf(
  read: (path: string) => Promise<string | null>,
): Promise<StableChecks> {
  const out: StableChecks = {};
  for (const w of WALKERS) {
    const body = bodyOf((await read(w.path)) ?? '', w.func);
    if (body !== null)
      out[w.name] = /\bcheck_stable_address_space\s*\(|\bMMF_UNSTABLE\b/.test(body);
  }
  return out;
}

/** The definition of a function, by the column-0 habit of kernel C; null where there is none. */
function bodyOf(text: string, func: string): string | null {
  const head = new RegExp(`^(?:\\w[^\\n;]*\\s\\*?)?${func}\\([^;{]*\\)\\s*\\{`, 'm').exec(text);
  if (!head) return null;
  const end = text.indexOf('\n}', head.index);
  return text.slice(head.index, end < 0 ? undefined : end).replace(/\/\*[\s\S]*?\*\//g, '');
}

/** What the code around fork shows of who may meet a child that could not be completed. */
export interface AroundFork {
  stable: StableChecks;
  /** On either side of the patch dup_mm() guards the teardown of a failed child. */
  guardsTeardown: boolean;
  /** Constants and functions that either side of the patch names. */
  symbols: ReadonlySet<string>;
  /** Links besides the maple tree that this side keeps up; left out: none. */
  links?: Features['vmaLinks'];
}

const NOTHING: AroundFork = { stable: {}, guardsTeardown: false, symbols: new Set() };

/**
 * Features of the kernel around the reviewed function, from API names: those of the tree's headers where it has them,
 * else those that the reviewed function calls, on either side of the patch. Never from a version number alone.
 *
 * `era`: name of the skeleton that filled gaps in, for the report; null where there was none.
 */
export function detectFeatures(
  headers: ReadonlySet<string>,
  callees: ReadonlySet<string>,
  era: string | null,
  around: AroundFork = NOTHING,
): Features {
  const has = (name: string) => headers.has(name) || callees.has(name);
  const lockCalled = [...callees].some((c) => /^vma_(start_write|mark_locked|write_lock)/.test(c));
  const vmaLock = headers.has('vm_refcnt')
    ? 'refcount'
    : headers.has('mm_lock_seqcount_begin') || has('dup_userfaultfd_fail')
      ? 'rwsem+seqcount'
      : has('vma_start_write') || lockCalled || (headers.size === 0 && has('__mt_dup'))
        ? 'rwsem+int'
        : 'none';
  const newFaults =
    has('dup_userfaultfd_fail') ||
    headers.has('mm_lock_seqcount_begin') ||
    headers.has('vm_refcnt');
  const duplicates = callees.has('__mt_dup') || callees.has('mtree_dup');
  return {
    model: era ?? (newFaults ? '6.12' : duplicates ? '6.8' : vmaLock === 'none' ? '6.1' : '6.7'),
    vmaLock,
    anonPrepare: newFaults ? 'mmap-trylock' : 'refused',
    assertsWriteLocked: vmaLock !== 'none',
    // leaving the mode is what tells: entering it alone may be a step that a skeleton has filled in
    rcuTrees: ['MT_FLAGS_USE_RCU', 'mt_clear_in_rcu'].some(has),
    // a walker whose text is not at hand is taken to be as new as the flag that dup_mmap() sets for it
    stableChecks: WALKERS.map((w) => w.name).filter(
      (name) => around.stable[name] ?? around.symbols.has('MMF_UNSTABLE'),
    ),
    guardsTeardown: around.guardsTeardown,
    scans: (['ksm', 'khugepaged'] as const).filter((name) => callees.has(`${name}_fork`)),
    owes: OWED_STEPS.filter((name) => around.symbols.has(name)),
    ...(has('vma_is_shared_maywrite') ? {} : { countsShared: true }),
    ...(callees.has('dup_userfaultfd_fail') ? { failsEvents: true } : {}),
    ...(around.links ? { vmaLinks: around.links } : {}),
  };
}
