import type { Finding } from '../judge/types.js';
import { countSentence } from './markdown-evidence.js';
import { shorten, visible } from './markdown-text.js';

/** GitHub: an annotation's title has at most 255 characters, its message at most 64 KB. */
const TITLE_LIMIT = 255;
const MESSAGE_LIMIT = 4000;

/** A mark on a line in GitHub's "Files changed". */
export interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: 'notice' | 'warning' | 'failure';
  title: string;
  /** Plain text. */
  message: string;
}

/**
 * Annotations for what was introduced and for what was there before, on lines of the file as it is after the patch.
 * Findings without such a line have none; dismissed ones neither.
 */
export function annotationsFor(
  findings: readonly Finding[],
  dismissed: ReadonlySet<string>,
): Annotation[] {
  const out: Annotation[] = [];
  for (const f of findings) {
    const { line, path, side } = f.location;
    if (line === null || line < 1 || side !== 'RIGHT' || dismissed.has(f.id)) continue;
    if (f.change !== 'introduced' && f.change !== 'existing') continue;
    out.push({
      path,
      start_line: line,
      end_line: line,
      annotation_level: level(f),
      title: shorten(visible(`${f.rule}: ${f.verdict}, ${f.change}`), TITLE_LIMIT),
      message: shorten(visible(`${f.message} ${countSentence(f)}`), MESSAGE_LIMIT),
    });
  }
  return out;
}

function level({ change, severity }: Finding): Annotation['annotation_level'] {
  if (change === 'existing') return 'notice';
  return severity === 'error' ? 'failure' : severity === 'warning' ? 'warning' : 'notice';
}
