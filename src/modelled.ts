import { type ConfigTable, listFunctions } from './cfront/index.js';
import { isModelled } from './sim/known.js';
import type { SourceFile, SourcePair } from './source/types.js';

/** Functions with lines that the patch changes. */
const changedIn = (file: SourceFile, config?: ConfigTable): string[] =>
  listFunctions(file, config)
    .filter((f) => file.lines.slice(f.startLine, f.endLine + 1).some((l) => l.changed))
    .map((f) => f.name);

/** Which functions the patch changes whose text is not run, because a model stands for them: one sentence, or null. */
export function modelledChanges(pairs: readonly SourcePair[], config?: ConfigTable): string | null {
  const names = pairs.flatMap((p) => [
    ...[p.before, p.after].flatMap((f) => (f ? changedIn(f, config) : [])),
    ...(p.partial ?? []),
  ]);
  const models = [...new Set(names)].filter(isModelled).map((name) => `${name}()`);
  if (models.length === 0) return null;
  return `changes ${models.join(', ')}, which a model stands for: that text is not run`;
}
