import { isDeepStrictEqual } from 'node:util';
import { ForkloreError } from '../../../src/base/errors.js';
import type { Prng } from '../../../src/base/prng.js';
import { mboxStart, readInput } from '../../../src/intake/index.js';
import type { Patch } from '../../../src/intake/types.js';
import { matters, openArchive } from '../../intake/archive-support.js';
import { once } from '../material.js';
import { type Depth, hold, type Target } from '../target.js';
import { makeMail, mbox } from './mbox.js';
import { makeMime } from './mime.js';

/** Several mails, encoded and damaged in all ways of the targets `mbox` and `mime`. */
function make(r: Prng): string {
  let text = '';
  for (let n = 1 + r.below(3); n > 0; n--) {
    if (once(r, 3)) text += makeMail(r);
    else text += once(r, 4) ? mbox.make(r) : `${makeMime(r).text}\n`;
  }
  return text;
}

const bare = ({ problems: _, ...rest }: Patch) => rest;

/** What matters of an mbox that is held whole must come out of it as an archive, too: same patches, same series. */
async function run(text: string): Promise<Depth> {
  const bytes = Buffer.from(text);
  if (mboxStart(bytes) === null) return 'refused';
  const whole = await readInput('a.mbox', bytes).catch((e: unknown) => {
    if (!(e instanceof ForkloreError)) throw e;
    return null;
  });
  if (whole === null) return 'refused';
  const { archive, patches } = await openArchive(bytes);
  const wanted = whole.patches.filter(matters);
  for (const patch of wanted)
    hold(
      patches.some((p) => isDeepStrictEqual(bare(p), bare(patch))),
      `the archive loses "${patch.subject}" of input line ${patch.files[0]?.inputLine}`,
    );
  const { mails } = archive.skipped();
  hold(mails <= archive.mails, 'more mails are skipped than there are');
  return wanted.length > 0 ? 'deep' : 'refused';
}

export const archive: Target<string> = {
  name: 'archive',
  runs: 60_000,
  make,
  run,
  bytes: (x) => x,
};
