import { type ConfigTable, listFunctions } from './cfront/index.js';
import type { ChangedModel } from './changed-models.js';
import { isModelled } from './sim/known.js';
import type { SourceFile, SourcePair } from './source/types.js';

/** Functions with lines that the patch changes; one whose lines are all changed is new, or gone, and no other text. */
const changedIn = (file: SourceFile, config?: ConfigTable): string[] =>
  listFunctions(file, config)
    .filter((f) => {
      const lines = file.lines.slice(f.startLine, f.endLine + 1);
      return lines.some((l) => l.changed) && !lines.every((l) => l.changed);
    })
    .map((f) => f.name);

/**
 * Functions that stand as models and that the patch changes, by name, as far as hunks alone tell: none of them can be
 * run, for there is only a part of it.
 */
export function modelledIn(
  pairs: readonly SourcePair[],
  config?: ConfigTable,
): Map<string, ChangedModel> {
  const out = new Map<string, ChangedModel>();
  for (const { path, before, after, partial } of pairs) {
    const whole = [before, after].flatMap((f) => (f ? changedIn(f, config) : []));
    for (const name of [...whole, ...(partial ?? [])])
      if (isModelled(name)) out.set(name, { name, path, line: null, within: name });
  }
  return out;
}

/** The same in one sentence, or null where there are none. */
export function modelledChanges(pairs: readonly SourcePair[], config?: ConfigTable): string | null {
  const models = [...modelledIn(pairs, config).keys()].map((name) => `${name}()`);
  if (models.length === 0) return null;
  return `changes ${models.join(', ')}, which a model stands for: that text is not run`;
}
