import type { Target } from '../target.js';
import { apply } from './apply.js';
import { archive } from './archive.js';
import { config } from './config.js';
import { diff } from './diff.js';
import { lowering } from './lower.js';
import { mask } from './mask.js';
import { mbox } from './mbox.js';
import { mime } from './mime.js';
import { review } from './review.js';
import { rule } from './rule.js';
import { trace } from './trace.js';
import { webhook } from './webhook.js';

/** Everything that reads what strangers send. */
export const TARGETS: readonly Target<never>[] = [
  mbox,
  mime,
  archive,
  diff,
  apply,
  mask,
  lowering,
  rule,
  config,
  webhook,
  trace,
  review,
] as unknown as Target<never>[];
