import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository that is measured: the first folder above the working directory, or above this file, that is ours. */
export function projectRoot(): string {
  for (const start of [process.cwd(), dirname(fileURLToPath(import.meta.url))])
    for (let d = start; ; d = dirname(d)) {
      const file = join(d, 'package.json');
      if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'forklore') return d;
      if (dirname(d) === d) break;
    }
  throw new Error('bench: no package.json of forklore above the working directory');
}
