import { join } from 'node:path';
import { ForkloreError } from '../base/errors.js';
import { readFile } from '../files/index.js';
import { type Config, DEFAULT_CONFIG } from '../judge/configuration.js';

/** Where a configuration is looked for below a tree, the first one counts. */
export const CONFIG_PLACES = ['forklore.yml', '.github/forklore.yml'];

/**
 * The configuration: the named file, else the one of the folder, else the defaults; `false` asks for the defaults.
 * Throws an `input` error for one that is wrong, a `usage` error when the named one is not there.
 */
export async function findConfig(
  named: string | false | undefined,
  folder: string,
  ids: readonly string[],
): Promise<{ config: Config; file: string | null }> {
  if (named === false) return { config: DEFAULT_CONFIG, file: null };
  const files = named === undefined ? CONFIG_PLACES.map((p) => join(folder, p)) : [named];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
      if (named === undefined && (e.code === 'ENOENT' || e.code === 'ENOTDIR')) return null;
      throw new ForkloreError('usage', `${file}: can not be read (${e.code ?? e.message})`);
    });
    if (text === null) continue;
    // the parser is loaded only for those who have a configuration
    const { parseConfig } = await import('../judge/config.js');
    return { config: parseConfig(file, text, ids), file };
  }
  return { config: DEFAULT_CONFIG, file: null };
}
