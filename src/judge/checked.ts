import { readFileSync } from 'node:fs';

let texts: ReadonlyMap<string, unknown> | null = null;

/**
 * Texts of the rules that ship with forklore and what they say, read and checked when it was built, so that a start
 * needs neither the YAML parser nor the schemas. A text that was changed since is not in here. Empty without a build.
 */
export function checkedTexts(): ReadonlyMap<string, unknown> {
  texts ??= new Map(read());
  return texts;
}

function read(): [string, unknown][] {
  try {
    return JSON.parse(readFileSync(new URL('./checked.json', import.meta.url), 'utf8'));
  } catch {
    return [];
  }
}
