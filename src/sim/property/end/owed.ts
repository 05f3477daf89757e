import { forkFailed } from '../../actors/visitors/walk.js';
import { type Features, owes } from '../../kernel/features.js';
import {
  hasFlag,
  MMF_HAS_UPROBES,
  MMF_OOM_SKIP,
  MMF_UNSTABLE,
} from '../../kernel/primitives/flags.js';
import { GATHER_MISUSED, OPEN_GATHERS } from '../../kernel/primitives/gather.js';
import { hasUsers, onMmlist, wasMade } from '../../kernel/primitives/mm.js';
import { ARCH, EARLY_UNMAP, NOTIFIERS, RESERVATION_LOST } from '../../kernel/primitives/owed.js';
import { CHILD, KERNEL, PARENT, TASK } from '../../kernel/primitives/support.js';
import { IMAGE } from '../../kernel/setup.js';
import { isSym } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { type Broken, type Ended, num, objectsOf } from './tree.js';

const content = (text: string): Broken => ({ property: 'content', text });
const unwind = (text: string): Broken => ({ property: 'unwind', text });

/** With the first of these flags page faults are refused, with the second the OOM killer passes a process over. */
const GIVEN_UP = [
  [MMF_UNSTABLE, 'MMF_UNSTABLE'],
  [MMF_OOM_SKIP, 'MMF_OOM_SKIP'],
] as const;

/** What a child whose fork succeeded has of its parent besides its VMAs. */
export function complete({ world, succeeded }: Ended, entry: string, f: Features): Broken[] {
  if (!succeeded) return [];
  const out: Broken[] = [];
  if (owes(f, 'arch_dup_mmap') && num(world, CHILD, ARCH) !== 1)
    out.push(content('the child lacks what arch_dup_mmap() gives it of its parent'));
  const probed = (mm: typeof CHILD) => hasFlag(world, mm, MMF_HAS_UPROBES);
  if (owes(f, 'uprobe_dup_mmap') && probed(PARENT) && !probed(CHILD))
    out.push(content("the child has the parent's breakpoints, and no MMF_HAS_UPROBES"));
  for (const [flag, name] of GIVEN_UP)
    if (hasFlag(world, CHILD, flag)) out.push(content(`the child is complete, and has ${name}`));
  if (entry !== 'dup_mm') return out;
  if (owes(f, 'copy mm_struct') && world.get(CHILD, IMAGE) !== 1)
    out.push(content("the child's mm is no copy of the parent's"));
  if (owes(f, 'mm_init_owner') && world.get(CHILD, 'owner') !== TASK)
    out.push(content("the owner of the child's mm is not the new task"));
  return out;
}

/** What must not be left when the child's mm is gone: given up by a fork that failed, or after its exit. */
export function gone({ world, succeeded }: Ended, entry: string, f: Features): Broken[] {
  const out: string[] = [];
  const lost = world.get(KERNEL, RESERVATION_LOST) ?? 0;
  if (isSym(lost) && owes(f, 'untrack_pfn_clear'))
    out.push(`unmapping ${lost.sym} ends the parent's reservation of its page frames`);
  const misused = world.get(KERNEL, GATHER_MISUSED) ?? 0;
  if (isSym(misused) && owes(f, 'tlb_finish_mmu')) out.push(misused.sym);
  if (entry === 'dup_mm' && owes(f, 'module_put')) out.push(...modules(world));
  if (entry !== 'dup_mm' || succeeded || !wasMade(world, CHILD) || hasUsers(world, CHILD))
    return out.map(unwind);
  if (owes(f, 'tlb_finish_mmu') && num(world, KERNEL, OPEN_GATHERS) !== 0)
    out.push('what a TLB gather holds is never freed: tlb_finish_mmu() is missing');
  if (owes(f, 'arch_exit_mmap') && num(world, CHILD, ARCH) !== 0)
    out.push('what arch_dup_mmap() made is not given back by arch_exit_mmap()');
  // nobody can have registered with a child that was never complete
  if (owes(f, 'mmu_notifier_release') && !forkFailed(world)) out.push(...notifiers(world));
  if (owes(f, 'set_mm_exe_file') && world.get(CHILD, 'exe_file') !== 0)
    out.push("the executable of the child is not given back: it is still the mm's");
  if (onMmlist(world, CHILD)) out.push('the child is gone and still on the list of swapoff');
  if (owes(f, 'mmdrop') && num(world, CHILD, '__dropped') !== 1)
    out.push('the mm of the child is never dropped');
  return out.map(unwind);
}

function notifiers(world: World): string[] {
  if (num(world, CHILD, NOTIFIERS) === 0)
    return ['the MMU notifiers of the child are never released'];
  return num(world, CHILD, EARLY_UNMAP)
    ? ['pages of the child are unmapped before its MMU notifiers are released']
    : [];
}

/** References to the module of the binary format: the parent's, and one of a child that lives. */
function modules(world: World): string[] {
  const child = hasUsers(world, CHILD) && wasMade(world, CHILD) && world.get(CHILD, 'binfmt') !== 0;
  return objectsOf(world, 'module').flatMap((p) => {
    const n = num(world, p, '__refs') - (child ? 2 : 1);
    if (n === 0) return [];
    const what = n > 0 ? 'is not given back' : 'is given back that nobody took';
    return [`a reference to the ${world.obj(p).name} ${what}`];
  });
}
