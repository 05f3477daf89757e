import type { Features } from '../sim/kernel/features.js';
import type { Program } from '../sim/program.js';
import type { ContentReader } from '../source/types.js';

/** Headers that say how the tree protects a VMA. */
const HEADERS = ['include/linux/mmap_lock.h', 'include/linux/mm.h', 'include/linux/mm_types.h'];

/** Names of functions that a program calls, defined or not. */
export function calleesOf(program: Program): Set<string> {
  const out = new Set<string>();
  for (const f of Object.values(program.functions))
    for (const i of f.code) if (i.op === 'call' && 'name' in i.callee) out.add(i.callee.name);
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
    rcuTrees: ['MT_FLAGS_USE_RCU', 'mt_clear_in_rcu', 'mt_set_in_rcu'].some(has),
  };
}
