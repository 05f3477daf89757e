import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that its name stands for all of `text` or for what was there before, whatever ends the process.
 * What is no plain file (a pipe, a link, a device) is written to as it is.
 */
export function writeWhole(path: string, text: string, mode = 0o666): void {
  const old = lstatSync(path, { throwIfNoEntry: false });
  if (old && !old.isFile()) {
    writeFileSync(path, text);
    return;
  }
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeFileSync(draft, text, { mode: old ? old.mode & 0o777 : mode });
    renameSync(draft, path);
  } catch (e) {
    rmSync(draft, { force: true });
    throw e;
  }
}
