import { pageName } from '../../actors/names.js';
import { add, type Cond, eq, ne, set, v, when } from '../../explore/op.js';
import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import {
  allocate,
  CHILD,
  ENOMEM,
  failing,
  int,
  nameOf,
  object,
  PARENT,
  step,
  vmaArg,
} from './support.js';
import { readAnonVma } from './vma.js';
import { writeLocked } from './vma_lock.js';

const VM_SHARED = 0x8n;
const VM_MAYWRITE = 0x20n;
const VM_PFNMAP = 0x400n;
const VM_MIXEDMAP = 0x10000000n;

/** Addresses of the parent's memory that a VMA of the parent's mm covers, as indices. */
function addressesOf(env: Env, vma: Ptr): number[] {
  if (env.world.get(vma, 'vm_mm') !== PARENT) return [];
  const k = env.world.get(vma, '__origin');
  if (typeof k !== 'number') return [];
  const first = env.shared.firstIndex[k];
  return env.scenario.vmas[k].pages.map((_, n) => first + n);
}

/**
 * copy_page_range(), mm/memory.c of 6.12, at the level of its shared accesses: nothing without an anon_vma; else the
 * child's table is allocated and each present page is shared under the parent's page-table lock: reference up and
 * exclusive mark cleared, the parent's entry write-protected, the child's entry set.
 */
function* copyPageRange(env: Env, x: Value, y: Value): Visible {
  const dst = vmaArg(env, x, 'copy_page_range()');
  const src = vmaArg(env, y, 'copy_page_range()');
  const flags = BigInt(int(env, src, 'vm_flags'));
  const addresses = addressesOf(env, src);
  const anon = yield* readAnonVma(env, src);
  if (anon === 0 && !(flags & (VM_PFNMAP | VM_MIXEDMAP))) {
    for (const i of addresses)
      if (env.shared.dealt.length)
        yield step({ guard: [], effect: env.shared.deal(i) }, 'nothing to copy', true);
    return 0;
  }
  const cow = (flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
  if (
    cow &&
    env.features.assertsWriteLocked &&
    env.features.vmaLock !== 'none' &&
    !writeLocked(env, src)
  )
    yield failing('assertion', `copy_page_range(): ${nameOf(env, src)} is not write-locked`);
  if (anon !== 0 && !isPtr(env.world.get(dst, 'anon_vma')))
    yield failing(
      'anon-vma-changed',
      `copies pages that no anon_vma of ${nameOf(env, dst)} reaches`,
    );
  if (!(yield* allocate(env, 'page table of the child'))) return ENOMEM;
  if (!addresses.length) return 0;
  const ptl = env.shared.ptl[env.shared.vmaOf[addresses[0]]];
  yield step({ guard: [eq(v(ptl), 0)], effect: [set(ptl, 1)] }, 'spin_lock(page table)', true);
  for (const i of addresses) yield* copyPte(env, i, cow, dst, src);
  yield step({ guard: [], effect: [set(ptl, 0)] }, 'spin_unlock(page table)', true);
  return 0;
}

function* copyPte(env: Env, i: number, cow: boolean, dst: Ptr, src: Ptr): Visible {
  const sh = env.shared;
  const page = v(sh.pte[i]);
  const present: Cond[] = [ne(page, 0)];
  const taken = yield [
    { op: { guard: [eq(page, 0)], effect: sh.deal(i) }, text: 'no page', hidden: true },
    {
      op: {
        guard: present,
        effect: [add(sh.ref(i, page), 1), ...(cow ? [set(sh.exclusive(i, page), 0)] : [])],
      },
      text: 'folio_get',
      hidden: true,
    },
  ];
  if (taken === 0) return 0;
  if (cow)
    yield step(
      { guard: [], effect: [set(sh.pteWrite[i], 0)] },
      (x) => `write-protects ${pageName(i, x[sh.pte[i]])}`,
    );
  yield step(
    { guard: [], effect: [set(sh.childPte[i], page), ...sh.deal(i)] },
    (x) => `shares ${pageName(i, x[sh.pte[i]])}: ${nameOf(env, src)} -> ${nameOf(env, dst)}`,
  );
  return 0;
}

function* flush(env: Env, mm: Value): Visible {
  const p = object(env, mm, 'flush_tlb_mm()', 'mm');
  // nobody has run in the child yet: it has no translations
  if (p === CHILD) return 0;
  yield step({ guard: [], effect: env.shared.flushAll() }, 'flush_tlb_mm(parent)');
  return 0;
}

function* flushRange(env: Env, vma: Value): Visible {
  const p = vmaArg(env, vma, 'flush_tlb_range()');
  const addresses = addressesOf(env, p);
  if (addresses.length)
    yield step(
      { guard: [], effect: addresses.flatMap((i) => env.shared.flushAddress(i)) },
      `flush_tlb_range(${nameOf(env, p)})`,
    );
  return 0;
}

/** Effects of a page shared by an entry whose holder is gone are not modelled: a failed child keeps its entries. */
export const PAGES: Record<string, Primitive> = {
  copy_page_range: function* (env, [dst, src]) {
    return yield* copyPageRange(env, dst, src);
  },
  flush_tlb_mm: function* (env, [mm]) {
    return yield* flush(env, mm);
  },
  flush_tlb_range: function* (env, [vma]) {
    return yield* flushRange(env, vma);
  },
};

/** Dropped write-protection, for planted failures in tests: the page is shared with the parent's entry left writable. */
export function* copyWithoutProtection(env: Env, x: Value, y: Value): Visible {
  const src = vmaArg(env, y, 'copy_page_range()');
  const sh = env.shared;
  for (const i of addressesOf(env, src)) {
    const page = v(sh.pte[i]);
    yield step(
      {
        guard: [],
        effect: [
          when(
            [ne(page, 0)],
            [add(sh.ref(i, page), 1), set(sh.exclusive(i, page), 0), set(sh.childPte[i], page)],
          ),
          ...sh.deal(i),
        ],
      },
      `shares P${i} without write-protecting it: ${nameOf(env, src)} -> ${nameOf(env, vmaArg(env, x, 'copy'))}`,
    );
  }
  return 0;
}
