import type { Target } from '../target.js';
import { apply } from './apply.js';
import { diff } from './diff.js';
import { mbox } from './mbox.js';
import { mime } from './mime.js';

/** Everything that reads what strangers send. */
export const TARGETS: readonly Target<never>[] = [
  mbox,
  mime,
  diff,
  apply,
] as unknown as Target<never>[];
