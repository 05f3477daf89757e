import { type Skeleton, skeletonOfTemplate } from './skeleton.js';

/** How the teardown of one era differs from the others: the switches of skeleton/exit_mmap.c and its walks. */
const ERAS: readonly { id: string; on: readonly string[] }[] = [
  { id: '6.1', on: [] },
  { id: '6.4', on: ['FL_WR_LOCKED', 'FL_RCU_MODE'] },
  { id: '6.6', on: ['FL_WR_LOCKED', 'FL_RCU_MODE', 'FL_STATE'] },
  { id: '6.7', on: ['FL_WR_LOCKED', 'FL_RCU_MODE', 'FL_STATE', 'FL_ZAP'] },
  { id: '6.9', on: ['FL_WR_LOCKED', 'FL_RCU_MODE', 'FL_STATE', 'FL_ZAP', 'FL_MARKER'] },
  {
    id: '6.12',
    on: ['FL_WR_LOCKED', 'FL_RCU_MODE', 'FL_STATE', 'FL_ZAP', 'FL_MARKER', 'FL_BATCH', 'FL_VMI'],
  },
];

/** Functions around dup_mmap() that are rebuilt from the parts that a patch shows, and the file of each. */
const PATHS = {
  exit_mmap: 'mm/mmap.c',
  unmap_vmas: 'mm/memory.c',
  free_pgtables: 'mm/memory.c',
  dup_mm: 'kernel/fork.c',
  __mmput: 'kernel/fork.c',
  mmput: 'kernel/fork.c',
} as const;

/** The file that a function around dup_mmap() is in. */
export const pathOfWalk = (name: keyof typeof PATHS): string => PATHS[name];

/** What surrounds dup_mmap() is in one template: without the uprobe section, and with it. */
const AROUND = 'dup_mm.c';
const GUARD = [
  { id: '6.11', on: [] },
  { id: '6.12', on: ['FL_GUARD'] },
];

export const WALKS = Object.keys(PATHS) as (keyof typeof PATHS)[];

const made = new Map<string, Skeleton[]>();

/**
 * One of the functions around dup_mmap() in every era that it has a form of its own in, oldest first. `unmarked`: of those
 * only that know no failure marker.
 */
export function walkSkeletons(name: keyof typeof PATHS, unmarked = false): readonly Skeleton[] {
  return unmarked ? formsOf(name).filter((s) => !marks(s)) : formsOf(name);
}

const marks = (s: Skeleton): boolean => s.lines.some((line) => /\bxa_is_zero\(/.test(line));

/** None of these forms of the function knows the failure marker, and others do. */
export function isUnmarked(name: keyof typeof PATHS, ids: readonly string[]): boolean {
  const known = formsOf(name).filter(marks);
  return known.length > 0 && !known.some((s) => ids.includes(s.era.id));
}

function formsOf(name: keyof typeof PATHS): readonly Skeleton[] {
  let all = made.get(name);
  if (!all) {
    all = [];
    const around = PATHS[name] === 'kernel/fork.c';
    for (const { id, on } of around ? GUARD : ERAS) {
      const era = { id: `teardown-${id}`, path: PATHS[name] };
      const switches = new Set(on);
      const skeleton = skeletonOfTemplate(around ? AROUND : `${name}.c`, era, switches, name);
      if (all.at(-1)?.lines.join() === skeleton.lines.join()) all.pop();
      all.push(skeleton);
    }
    made.set(name, all);
  }
  return all;
}
