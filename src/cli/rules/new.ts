import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';
import { scaffold } from './scaffold.js';

/** Makes the folder of a new rule. Throws a `usage` error for a wrong id, and when the folder is there already. */
export async function newRule(id: string, rules: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9-]{1,63}$/.test(id))
    throw new ForkloreError(
      'usage',
      `rule id "${id}": small letters, digits and "-", like fork-flush`,
    );
  const folder = join(rules, id);
  if (existsSync(folder)) throw new ForkloreError('usage', `${folder}: is there already`);
  await mkdir(folder, { recursive: true });
  const files = Object.entries(scaffold(id));
  for (const [name, text] of files) await writeFile(join(folder, name), text, { flag: 'wx' });
  return files.map(([name]) => join(folder, name));
}
