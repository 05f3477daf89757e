import type { Env, Primitive, Visible } from '../../machine/primitive.js';
import { isPtr, keyOf, type Ptr, pointer, symbol, type Value } from '../../machine/value.js';
import { addTo } from '../ledger.js';
import { withoutPat } from '../pat.js';
import { acquire, release } from './locks.js';
import { failing, int, nameOf, object, PARENT, vmaArg } from './support.js';

/** What others see of a VMA that they reach through its file. */
const SEEN = [
  'vm_mm',
  'vm_flags',
  'vm_private_data',
  'vm_policy',
  'vm_file',
  'vm_ops',
  'vm_start',
  'vm_end',
];

/** The part of a VMA that must not change once it can be reached, as text. */
export const publishedForm = (env: Pick<Env, 'world'>, vma: Ptr): [string, string][] =>
  SEEN.map((f) => {
    const x = env.world.get(vma, f);
    return [f, keyOf(f === 'vm_flags' ? withoutPat(x) : x)];
  });

const original = (env: Env, vma: Ptr): Ptr | null => {
  const k = env.world.get(vma, '__origin');
  const found = env.world.objs.find((o) => o.kind === 'vma' && o.fields.get('__origin') === k);
  return found ? pointer(found.id, '') : null;
};

/** The mapping in whose i_mmap a VMA stands while the lock still hides it. */
const HIDDEN_BY = '__hidden_by';
/** Counts of holders for writing and for reading, in the mapping: one or the other. */
const LOCK = '__i_mmap_rwsem';
const READ_LOCK = '__i_mmap_rwsem_read';

/** vma_interval_tree_insert_after(): once the lock is released truncate, migration and uprobes find the VMA. */
function* insertAfter(env: Env, x: Value, y: Value): Visible {
  const what = 'vma_interval_tree_insert_after()';
  const vma = vmaArg(env, x, what);
  const prev = vmaArg(env, y, what);
  const name = nameOf(env, vma);
  const file = env.world.get(vma, 'vm_file');
  const mapping = isPtr(file) ? env.world.get(file, 'f_mapping') : 0;
  const locked = isPtr(mapping) && int(env, mapping, LOCK) > 0;
  if (!locked)
    yield failing('lock-state', `puts ${name} into i_mmap without its lock held for writing`);
  if (env.world.obj(vma).kind === 'vma' || int(env, vma, '__in_i_mmap'))
    yield failing('rmap', `puts ${name} into i_mmap, where it is already`);
  else if (
    env.world.get(prev, 'vm_file') !== file ||
    (env.world.obj(prev).kind !== 'vma' && !int(env, prev, '__in_i_mmap'))
  )
    yield failing('rmap', `puts ${name} behind ${nameOf(env, prev)}, which is not in that i_mmap`);
  addTo(env, vma, '__in_i_mmap', 1);
  if (locked) env.world.put(vma, HIDDEN_BY, mapping);
  else yield* publish(env, vma);
  return 0;
}

/** Others can reach the VMA from here on: it has to be set up, and to stay as it is. */
function* publish(env: Env, vma: Ptr): Visible {
  const name = nameOf(env, vma);
  const copy = env.world.obj(vma).kind !== 'vma';
  if (copy && env.world.get(vma, 'vm_mm') === PARENT)
    yield failing('published-early', `${name} is in i_mmap while its vm_mm is the parent's`);
  const own = original(env, vma);
  const data = env.world.get(vma, 'vm_private_data');
  if (copy && own && isPtr(data) && data === env.world.get(own, 'vm_private_data'))
    yield failing(
      'published-early',
      `${name} is in i_mmap with the private data of ${nameOf(env, own)}`,
    );
  for (const [field, form] of publishedForm(env, vma))
    env.world.put(vma, `__published.${field}`, symbol(form));
  return 0;
}

/** i_mmap_unlock_write(): what was put into i_mmap under the lock is seen now. */
function* unlock(env: Env, x: Value): Visible {
  const mapping = object(env, x, 'i_mmap_unlock_write()', 'mapping');
  for (const o of env.world.objs) {
    const vma = pointer(o.id, '');
    if (env.world.get(vma, HIDDEN_BY) !== mapping) continue;
    env.world.put(vma, HIDDEN_BY, undefined);
    yield* publish(env, vma);
  }
  return yield* release(env, 'i_mmap_rwsem', mapping, LOCK);
}

const change = (name: string, how: typeof acquire, field: string): [string, Primitive] => [
  name,
  function* (env, [mapping]) {
    return yield* how(env, 'i_mmap_rwsem', object(env, mapping, `${name}()`, 'mapping'), field);
  },
];

/** The tree of the VMAs that map a file, and its lock. */
export const I_MMAP: Record<string, Primitive> = {
  ...Object.fromEntries([
    change('i_mmap_lock_write', acquire, LOCK),
    change('i_mmap_lock_read', acquire, READ_LOCK),
    change('i_mmap_unlock_read', release, READ_LOCK),
  ]),
  i_mmap_unlock_write: function* (env, [mapping]) {
    return yield* unlock(env, mapping);
  },
  vma_interval_tree_insert_after: function* (env, [vma, prev]) {
    return yield* insertAfter(env, vma, prev);
  },
  mapping_rmap_tree_insert_after: function* (env, [vma, prev]) {
    return yield* insertAfter(env, vma, prev);
  },
};
