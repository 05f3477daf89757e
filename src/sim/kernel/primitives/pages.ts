import { pageName } from '../../actors/names.js';
import { add, type Cond, eq, fail, ne, set, v, when } from '../../explore/op.js';
import type { Alternative, Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, type Ptr, type Value } from '../../machine/value.js';
import { propertyIndex } from '../../property/properties.js';
import type { VmaSpec } from '../../scenario.js';
import { readAnonVma } from './anon_vma.js';
import { inOrder } from './locks.js';
import { putOnMmlist } from './mm.js';
import { cachesFlushed, reservesFrames } from './owed.js';
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
function* copyPageRange(env: Env, x: Value, y: Value, protects = true): Visible {
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
  if (!(yield* rightWay(env, dst, src))) return 0;
  yield* reachable(env, dst, src, anon);
  yield* cachesFlushed(env, src);
  env.world.put(dst, '__copied', 1);
  if (!(yield* allocate(env, 'page table of the child'))) return ENOMEM;
  copyOthers(env, dst, src);
  if (!addresses.length) return 0;
  const sh = env.shared;
  const ptl = sh.ptl[sh.vmaOf[addresses[0]]];
  if (specOf(env, src).huge) yield* passHuge(env, addresses);
  yield* inOrder(env, 'page-table lock');
  yield step(
    sh.op(`lock ${ptl}`, () => ({ guard: [eq(v(ptl), 0)], effect: [set(ptl, 1)] })),
    'spin_lock(page table)',
    true,
  );
  for (const i of addresses) {
    if (!(yield* takePage(env, i, cow))) continue;
    if (cow && protects) yield protect(env, i);
    yield share(env, i, cow, dst, src);
  }
  yield step(
    sh.op(`unlock ${ptl}`, () => ({ guard: [], effect: [set(ptl, 0)] })),
    'spin_unlock(page table)',
    true,
  );
  return 0;
}

const specOf = (env: Env, vma: Ptr): VmaSpec => env.scenario.vmas[int(env, vma, '__origin')];

/** Pages go from the parent's memory to the child's, at the same addresses. */
function* rightWay(env: Env, dst: Ptr, src: Ptr): Generator<Alternative[], boolean, number> {
  const names = `${nameOf(env, src)} to ${nameOf(env, dst)}`;
  const [from, to] = [env.world.get(src, 'vm_mm'), env.world.get(dst, 'vm_mm')];
  if (from === PARENT && to === CHILD) {
    if (int(env, dst, 'vm_start') === int(env, src, 'vm_start')) return true;
    yield failing('content', `copies the pages of ${names}, which is elsewhere`);
    return false;
  }
  const whose = (mm: Value) => (mm === PARENT ? "the parent's" : "the child's");
  yield failing('content', `copies pages of ${names}: from ${whose(from)} memory to ${whose(to)}`);
  return false;
}

/** Whoever looks for the mappings of a copied page has to find the one in the child. */
function* reachable(env: Env, dst: Ptr, src: Ptr, anon: Value): Visible {
  const name = nameOf(env, dst);
  if (anon !== 0 && env.world.get(dst, '__chain') !== src)
    yield failing(
      env.world.get(dst, '__anon_none') === 1 ? 'anon-vma-changed' : 'rmap',
      `copies pages that no anon_vma of ${name} reaches`,
    );
  if (isPtr(env.world.get(dst, 'vm_file')) && !int(env, dst, '__in_i_mmap'))
    yield failing('rmap', `copies pages of ${name} before its file's i_mmap leads there`);
  return 0;
}

/** Entries that no other thread looks at: swapped out, or a page frame without struct page. */
function copyOthers(env: Env, dst: Ptr, src: Ptr): void {
  const others = specOf(env, src).pages.filter((p) => p === 'swap' || p === 'pfn');
  env.world.put(dst, '__others', others.length);
  // the child is now on the list that swapoff walks
  if (others.includes('swap')) putOnMmlist(env.world, CHILD);
  reservesFrames(env, dst, src);
}

/**
 * copy_pmd_range() looks at the entry of a huge page without a lock: none or a table, it goes on, and an entry that has
 * become huge in between is bad to it and is cleared, in the parent.
 */
function* passHuge(env: Env, addresses: readonly number[]): Visible {
  for (const i of addresses) {
    const entry = v(env.shared.pte[i]);
    const taken = yield [
      { op: { guard: [eq(entry, 0)], effect: [] }, text: 'no huge page yet', hidden: true },
      { op: { guard: [ne(entry, 0)], effect: [] }, text: 'copies a huge page', hidden: true },
    ];
    if (taken === 0)
      yield step(
        {
          guard: [],
          effect: [
            when([ne(entry, 0)], [fail(propertyIndex('huge-entry')), set(env.shared.pte[i], 0)]),
          ],
        },
        (x) => (x[env.shared.pte[i]] ? 'pmd_clear_bad(): the huge page is gone' : 'no table here'),
        true,
      );
  }
  return 0;
}

/** A reference to the page at address `i`; false where there is none. */
function* takePage(env: Env, i: number, cow: boolean): Generator<Alternative[], boolean, number> {
  const sh = env.shared;
  const page = v(sh.pte[i]);
  const present: Cond[] = [ne(page, 0)];
  const none = sh.op(`no page ${i}`, () => ({ guard: [eq(page, 0)], effect: sh.deal(i) }));
  const get = sh.op(`folio_get ${i} ${cow}`, () => ({
    guard: present,
    effect: [add(sh.ref(i, page), 1), ...(cow ? [set(sh.exclusive(i, page), 0)] : [])],
  }));
  const taken = yield [
    { op: none, text: 'no page', hidden: true },
    { op: get, text: 'folio_get', hidden: true },
  ];
  return taken === 1;
}

const protect = ({ shared: sh }: Env, i: number): Alternative[] =>
  step(
    sh.op(`protect ${i}`, () => ({ guard: [], effect: [set(sh.pteWrite[i], 0)] })),
    (x) => `write-protects ${pageName(i, x[sh.pte[i]])}`,
  );

/**
 * The child's entry is set. Where writes have to be seen, the parent's entry has lost its write permission by then:
 * from now on nothing would notice a write to what both map.
 */
function share(env: Env, i: number, cow: boolean, dst: Ptr, src: Ptr): Alternative[] {
  const sh = env.shared;
  const writable = () => when([eq(v(sh.pteWrite[i]), 1)], [fail(propertyIndex('shared-writable'))]);
  return step(
    sh.op(`share ${i} ${cow}`, () => ({
      guard: [],
      effect: [set(sh.childPte[i], v(sh.pte[i])), ...sh.deal(i), ...(cow ? [writable()] : [])],
    })),
    (x) =>
      `shares ${pageName(i, x[sh.pte[i]])}${cow && x[sh.pteWrite[i]] ? ', which the parent can still write' : ''}: ${nameOf(env, src)} -> ${nameOf(env, dst)}`,
  );
}

function* flush(env: Env, mm: Value): Visible {
  const p = object(env, mm, 'flush_tlb_mm()', 'mm');
  // nobody has run in the child yet: it has no translations
  if (p === CHILD) return 0;
  const { shared } = env;
  yield step(
    shared.op('flush', () => ({ guard: [], effect: shared.flushAll() })),
    'flush_tlb_mm(parent)',
  );
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

/** copy_page_range() that write-protects nothing, for planted failures in tests. */
export const copyWithoutProtection = (env: Env, dst: Value, src: Value): Visible =>
  copyPageRange(env, dst, src, false);
