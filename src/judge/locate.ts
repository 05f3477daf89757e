import type { Program, SourceRef } from '../sim/program.js';
import type { Exploration } from './explore.js';
import { callsOf, type Facts, factsOf } from './message.js';
import type { Location } from './types.js';

export interface Place {
  location: Location;
  /** Source text of the statement, for display. */
  subject: string;
}

/**
 * The line that a finding is about. For a breach: a line that the patch adds and that locks, copies or flushes; else a
 * line that it takes away; else where the pages are copied. Otherwise: where the parent's VMA is locked.
 */
export function locate(
  entry: string,
  program: Program,
  after: Exploration,
  before: Exploration | null,
  facts: Facts,
): Place {
  const locks = [...facts.oldLocks, ...facts.copyLocks].map((l) => l.ref);
  const sites = callsOf(after, [
    'copy_page_range',
    'flush_tlb_mm',
    'mmap_write_unlock',
    'mmap_write_downgrade',
  ]);
  if (after.verdict === 'violated') {
    const added = [...locks, ...sites].find((r) => r.changed && r.line !== null);
    if (added) return place(added, 'RIGHT');
    const old = before ? factsOf(before).oldLocks.map((l) => l.ref) : [];
    const removed = [...old, ...(before ? callsOf(before, ['flush_tlb_mm']) : [])].find(
      (r) => r.changed,
    );
    if (removed) return place(removed, 'LEFT');
    const copy = sites[0] ?? locks[0];
    if (copy) return place(copy, 'RIGHT');
  }
  const lock = facts.oldLocks.find((l) => l.ref.line !== null)?.ref ?? facts.oldLocks[0]?.ref;
  if (lock) return place(lock, 'RIGHT');
  const f = program.functions[entry];
  return {
    location: { path: f?.path ?? '', line: f?.line ?? null, side: 'RIGHT' },
    subject: f ? `${f.name}()` : '',
  };
}

function place(ref: SourceRef, side: 'LEFT' | 'RIGHT'): Place {
  return {
    location: { path: ref.path, line: ref.line, side },
    subject: ref.text.replace(/;$/, ''),
  };
}
