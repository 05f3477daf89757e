import type { ConfigTable } from './cfront/index.js';
import { type ChangedModel, changedModels, runsIn } from './changed-models.js';
import { isModelled } from './sim/known.js';
import type { Program } from './sim/program.js';
import type { SourcePair } from './source/types.js';
import { type Untwined, untwined } from './twins.js';

/** What hunks show of functions that stand as models. */
interface ShownModels extends Untwined {
  /** Those that are not what they were after the patch, by name. */
  models: Map<string, ChangedModel>;
}

/**
 * Functions that stand as models and that the patch changes, as far as hunks alone tell: whole ones by their text, and
 * those of which there is only a part, or of which nobody can tell which text is compiled.
 */
export function shownModels(pairs: readonly SourcePair[], config?: ConfigTable): ShownModels {
  const shown = untwined(pairs, config);
  const models = changedModels(shown.pairs, config);
  for (const u of shown.unclear)
    if (isModelled(u.name)) models.set(u.name, { ...u, within: u.name });
  return { ...shown, models };
}

/** Those that are not run although the patch changes them. */
export const notRun = (
  models: ReadonlyMap<string, ChangedModel>,
  program: Program | null,
): string[] => [...models.keys()].filter((name) => !program || !runsIn(program, name));

/** One sentence about functions that are not run although the patch changes them. */
export const notRunNote = (names: readonly string[]): string =>
  `changes ${names.map((n) => `${n}()`).join(', ')}, which a model stands for: that text is not run`;
