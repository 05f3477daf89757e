import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ForkloreError } from '../../base/errors.js';

/** What a person says of one mail (the keys that are used; others may be there). */
export interface Label {
  file: string;
  /** Defect classes that the mail introduces or fixes. */
  classes: number[];
  /** `introduced`, `fixed`, `quiet`, `any`, or `RULE VERDICT`. */
  expect: string;
}

const EXPECT =
  /^(introduced|fixed|quiet|any|[a-z][a-z0-9-]* (holds|violated|bounded|inconclusive))$/;

/** Reads `labels.json` of a folder. Throws an `input` error that names the entry that is wrong. */
export async function readLabels(folder: string): Promise<Label[]> {
  const file = join(folder, 'labels.json');
  const text = await readFile(file, 'utf8').catch((e: NodeJS.ErrnoException) => {
    throw new ForkloreError('input', `${file}: can not be read (${e.code ?? e.message})`);
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (e) {
    throw new ForkloreError('input', `${file}: no JSON (${(e as Error).message})`);
  }
  if (!Array.isArray(data)) throw new ForkloreError('input', `${file}: a list is wanted`);
  return data.map((entry: Partial<Label> | null, k) => {
    const wrong = (what: string) => new ForkloreError('input', `${file}: entry ${k + 1}: ${what}`);
    if (typeof entry?.file !== 'string' || basename(entry.file) !== entry.file)
      throw wrong('"file" is no file name');
    if (!Array.isArray(entry.classes) || !entry.classes.every(Number.isInteger))
      throw wrong(`"classes" of ${entry.file} is no list of numbers`);
    if (typeof entry.expect !== 'string' || !EXPECT.test(entry.expect))
      throw wrong(
        `"expect" of ${entry.file} is none of introduced, fixed, quiet, any, RULE VERDICT`,
      );
    return { file: entry.file, classes: entry.classes, expect: entry.expect };
  });
}
