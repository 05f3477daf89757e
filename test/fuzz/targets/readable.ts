import { ForkloreError } from '../../../src/base/errors.js';
import { readInput } from '../../../src/intake/index.js';
import { type Depth, hold } from '../target.js';
import { checkFiles } from './diff.js';

/**
 * Reads bytes as an input: patches, or one clear error. Every complaint names the input; what was read of a diff stands
 * where it says.
 */
export async function readable(name: string, bytes: Uint8Array): Promise<Depth> {
  const series = await readInput(name, bytes).catch((e: unknown) => {
    if (!(e instanceof ForkloreError) || (e.kind !== 'input' && e.kind !== 'limit')) throw e;
    hold(e.message.startsWith(`${name}: `) && !e.message.includes('\n'), `unclear: ${e.message}`);
    return null;
  });
  if (series === null) return 'refused';
  for (const p of [...series.problems, ...series.patches.flatMap((x) => x.problems)])
    hold(p.message.startsWith(`${name}: `), `a complaint without its input: ${p.message}`);
  for (const p of series.patches)
    hold(
      p.kind !== 'none' || p.files.length === 0 || p.problems.length > 0,
      'a mail with files is of kind none',
    );
  checkFiles(
    series.patches.flatMap((p) => p.files),
    null,
    0,
  );
  return series.patches.some((p) => p.files.length > 0) ? 'deep' : 'refused';
}
