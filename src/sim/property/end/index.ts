import { forkFailed } from '../../actors/visitors/walk.js';
import { stillHeld } from '../../kernel/primitives/locks.js';
import { hasUsers } from '../../kernel/primitives/mm.js';
import type { Shared } from '../../kernel/shared.js';
import { isInt, isPtr, type Value } from '../../machine/value.js';
import type { World } from '../../machine/world.js';
import { accounted } from './accounting.js';
import { groundless, sameContent, unreported } from './content.js';
import { fresh } from './fresh.js';
import { linked } from './linked.js';
import { ordered, published } from './order.js';
import { complete, gone } from './owed.js';
import { mapped } from './rmap.js';
import { scanned } from './scanned.js';
import type { Broken } from './tree.js';
import { unwound } from './unwind.js';

export type { Broken } from './tree.js';

const MAX_ERRNO = 4095;

/** The value that the program returned means success: 0, or a pointer to the new mm. */
export const succeeds = (entry: string, value: Value): boolean =>
  entry === 'dup_mm' ? isPtr(value) : value === 0;

/** A value that is neither success nor an error code. */
function nonsense(world: World, entry: string, value: Value): string | null {
  if (value === undefined) return 'returns a value that was never set';
  if (entry === 'dup_mm')
    return isPtr(value) && !hasUsers(world, value) ? 'returns an mm that it has put' : null;
  if (!isInt(value)) return 'returns no error code';
  return value <= 0 && value >= -MAX_ERRNO ? null : `returns ${value}, which is no error code`;
}

/**
 * What does not hold when the forking thread has returned, each as the property and a sentence. A failure that was not
 * reported is told alone: what else is wrong then follows from it.
 */
export function brokenAtEnd(world: World, entry: string, value: Value, shared: Shared): Broken[] {
  const ended = { world, succeeded: succeeds(entry, value) };
  const out: Broken[] = stillHeld({ world }).map((lock) => ({
    property: 'lock-state',
    text: `returns with the ${lock} held`,
  }));
  const bad = nonsense(world, entry, value);
  const lost = unreported(ended, shared);
  if (bad !== null) out.push({ property: 'failure-lost', text: bad });
  if (lost !== null)
    out.push({ property: 'failure-lost', text: `returns success although ${lost}` });
  if (bad !== null || lost !== null) return out;
  // what ends after dup_mm() may be the exit of a child that is complete
  const failed = entry === 'dup_mmap' ? !ended.succeeded : forkFailed(world);
  if (failed && groundless(ended))
    out.push({ property: 'groundless-failure', text: 'fails although nothing has failed' });
  return [
    ...out,
    ...unwound(ended),
    ...fresh(ended),
    ...accounted(ended),
    ...ordered(ended),
    ...published(ended),
    ...sameContent(ended, shared),
    ...mapped(ended),
    ...linked(ended, shared),
    ...scanned(ended, shared),
    ...complete(ended, entry, shared.features),
    ...gone(ended, entry, shared.features),
  ];
}
