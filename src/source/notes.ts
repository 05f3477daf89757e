import type { Composition } from './compose.js';
import { ERAS } from './eras.js';
import type { SourceLine } from './types.js';

/**
 * What the reader must know about the steps that were filled in: which they are, and from where. `name`: of which
 * function; null for dup_mmap().
 */
export function fillNotes(whole: Composition, cut: boolean, name: string | null): string[] {
  return toldOf(whole, cut).map((note) => (name === null ? note : `${name}(): ${note}`));
}

function toldOf(whole: Composition, cut: boolean): string[] {
  const notes: string[] = [];
  const { after, eraBefore, eraAfter } = whole;
  const gaps = gapsOf(after);
  const inner = gaps.filter((gap) => !gap.tail).map((gap) => gap.text);
  if (inner.length > 0) notes.push(`${list(inner)} are those of skeleton ${eraBefore}`);
  const tail = gaps.find((gap) => gap.tail);
  if (tail) {
    const where = cut ? 'steps after the quote' : tail.text;
    const old = eraAfter === eraBefore ? '' : ` (before the patch: ${eraBefore})`;
    notes.push(`${where} are those of skeleton ${eraAfter}${old}`);
  }
  if (whole.fits.length > 1) {
    const known = ERAS.map((era) => era.id).filter((id) => whole.fits.includes(id));
    const fits = known.length > 0 ? known : [...whole.fits].reverse();
    notes.push(`the lines shown fit skeletons ${list(fits)}; ${eraBefore} is used`);
  }
  return notes;
}

interface Gap {
  text: string;
  /** Nothing of the patch follows. */
  tail: boolean;
}

function gapsOf(lines: readonly SourceLine[]): Gap[] {
  const gaps: Gap[] = [];
  let previous: number | null = null;
  let open = false;
  for (const { origin, line } of lines) {
    if (origin === 'skeleton') {
      open = true;
      continue;
    }
    if (line === null) continue;
    if (open) gaps.push({ text: between(previous, line), tail: false });
    open = false;
    previous = line;
  }
  if (open) gaps.push({ text: `steps after line ${previous}`, tail: true });
  return gaps;
}

function between(previous: number | null, next: number): string {
  if (previous === null) return `steps before line ${next}`;
  if (next - previous <= 2) return `line ${previous + 1}`;
  return `lines ${previous + 1}-${next - 1}`;
}

function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
