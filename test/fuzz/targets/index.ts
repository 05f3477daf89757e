import type { Target } from '../target.js';
import { apply } from './apply.js';
import { diff } from './diff.js';
import { lowering } from './lower.js';
import { mask } from './mask.js';
import { mbox } from './mbox.js';
import { mime } from './mime.js';
import { review } from './review.js';
import { rule } from './rule.js';
import { trace } from './trace.js';

/** Everything that reads what strangers send. */
export const TARGETS: readonly Target<never>[] = [
  mbox,
  mime,
  diff,
  apply,
  mask,
  lowering,
  rule,
  trace,
  review,
] as unknown as Target<never>[];
