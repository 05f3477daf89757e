import type { ConfigTable } from './cfront/index.js';
import { type ChangedModel, calls, changedModels, definitions, runsIn } from './changed-models.js';
import { isModelled, standsIn } from './sim/known.js';
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

/** Functions that the patch adds, and that the program calls by their models; one sentence, or none. */
export function addedNote(
  pairs: readonly SourcePair[],
  program: Program,
  config?: ConfigTable,
): string[] {
  const files = (side: 'before' | 'after') => pairs.map((p) => p[side]).filter((f) => f !== null);
  const old = definitions(files('before'), config);
  const names = [...definitions(files('after'), config).keys()].filter(
    (name) => !old.has(name) && standsIn(name) && calls(program, name) && !runsIn(program, name),
  );
  if (names.length === 0) return [];
  const said = names.map((n) => `${n}()`).join(', ');
  return [`adds ${said}, which a model stands for: taken to do what the kernel's does`];
}

/** One sentence about functions that are not run although the patch changes them. */
export const notRunNote = (names: readonly string[]): string =>
  `changes ${names.map((n) => `${n}()`).join(', ')}, which a model stands for: that text is not run`;
