import { pointer, symbol } from '../machine/value.js';
import { World } from '../machine/world.js';
import type { Scenario } from '../scenario.js';
import { VM_FLAGS } from './constants.js';
import { CHILD, PAGE, PARENT } from './primitives/support.js';
import { MM_SEQ_START, type Shared } from './shared.js';

/** First address of VMA `k`; VMAs lie apart, so that none merges or adjoins another. */
export const vmaStart = (k: number): number => 0x10000 * (k + 1);

/** The private memory of the forking thread before dup_mmap(): both mms, the task, the parent's VMAs and its tree. */
export function initialWorld(shared: Shared): World {
  const w = new World();
  const { scenario } = shared;
  w.create('kernel', 'kernel');
  w.create('mm', 'parent');
  w.create('mm', 'child');
  w.create('task', 'current');
  const total = scenario.vmas.reduce((n, vma) => n + vma.pages.length, 0);
  for (const mm of [PARENT, CHILD]) {
    w.put(mm, '__mmap_lock', 0);
    w.put(mm, '__seq', MM_SEQ_START);
    for (const field of [
      'data_vm',
      'exec_vm',
      'stack_vm',
      'locked_vm',
      'pinned_vm',
      'flags',
      'hiwater_rss',
    ])
      w.put(mm, field, 0);
    w.put(mm, 'total_vm', mm === PARENT ? total : 0);
    w.put(mm, 'map_count', mm === PARENT ? scenario.vmas.length : 0);
  }
  const list = scenario.vmas.map((_, k) => {
    const p = makeVma(w, scenario, k);
    return { first: vmaStart(k), last: (w.get(p, 'vm_end') as number) - 1, entry: p };
  });
  w.put(pointer(PARENT.obj, 'mm_mt'), '__entries', list);
  return w;
}

function makeVma(w: World, scenario: Scenario, k: number) {
  const spec = scenario.vmas[k];
  const p = w.create('vma', `V${k + 1}`);
  const flags = spec.flags.reduce((bits, f) => bits + (VM_FLAGS[f] ?? 0), 0);
  const set = (path: string, x: Parameters<World['put']>[2]) => w.put(p, path, x);
  set('__shared', k);
  set('__origin', k);
  // nobody gives this VMA its first anon_vma while fork runs
  if (spec.anonVma || !scenario.threads.length || !spec.flags.includes('VM_WRITE'))
    set('__anon_fixed', 1);
  set('vm_start', vmaStart(k));
  set('vm_end', vmaStart(k) + PAGE * Math.max(1, spec.pages.length));
  set('vm_flags', flags);
  set('__vm_flags', flags);
  set('vm_mm', PARENT);
  set('vm_lock_seq', -1);
  set('anon_vma', spec.anonVma ? pointer(p.obj, '__anon') : 0);
  set('vm_policy', spec.policy ? pointer(p.obj, '__policy') : 0);
  set('__userfaultfd', spec.userfaultfd ? 1 : 0);
  set('vm_userfaultfd_ctx.ctx', spec.userfaultfd ? pointer(p.obj, '__uffd') : 0);
  set('vm_private_data', 0);
  set('vm_pgoff', 0);
  set('vm_ops', 0);
  set('vm_file', 0);
  if (spec.ops || spec.file) {
    const ops = w.create('ops', `${spec.kind} ops`, [
      ['open', spec.ops ? symbol('driver_open') : 0],
    ]);
    set('vm_ops', ops);
  }
  if (spec.file) {
    const mapping = w.create('mapping', 'mapping');
    set('vm_file', w.create('file', 'file', [['f_mapping', mapping]]));
  }
  return p;
}
