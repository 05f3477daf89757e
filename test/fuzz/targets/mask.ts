import { maskChunk } from '../../../src/cfront/mask.js';
import { preprocess } from '../../../src/cfront/preprocess.js';
import { scanItems } from '../../../src/cfront/scan.js';
import { blankComments } from '../../../src/cfront/text.js';
import { mutate, once, pick } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { C_SEEDS, C_WORDS } from './c-words.js';

const TYPES = new Set(['pgoff_t', 'vm_flags_t', 'gfp_t', 'u8', 'x']);

function sameLines(a: string, b: string, what: string): void {
  hold(a.length === b.length, `${what} changes the length`);
  for (let i = a.indexOf('\n'); i >= 0; i = a.indexOf('\n', i + 1))
    hold(b[i] === '\n', `${what} moves line ends`);
  hold(a.split('\n').length === b.split('\n').length, `${what} adds a line`);
}

function run(text: string): Depth {
  const code = blankComments(text);
  sameLines(text, code, 'blanking comments');
  const { active } = preprocess(code);
  sameLines(text, active, 'the preprocessor');
  const items = scanItems(active);
  let at = 0;
  for (const i of items) {
    hold(
      i.start >= at && i.end > i.start && i.end <= text.length,
      'items overlap or leave the text',
    );
    at = i.end;
    const body = active.slice(i.start, i.end);
    const { masked } = maskChunk(body, i.start, { isType: (n) => TYPES.has(n) });
    sameLines(body, masked, 'the masker');
  }
  return items.some((i) => i.kind === 'function') ? 'deep' : 'refused';
}

/** Part of a file, so that an input is small. */
export const mask: Target<string> = {
  name: 'mask',
  runs: 150_000,
  make: (r) => {
    const seed = pick(r, C_SEEDS);
    const from = once(r, 3) ? 0 : r.below(seed.length);
    const part = seed.slice(from, from + 500 + r.below(3000));
    return mutate(r, part, C_WORDS, pick(r, C_SEEDS), 8);
  },
  run,
  bytes: (x) => x,
};
