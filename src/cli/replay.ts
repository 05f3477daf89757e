import { readFile } from 'node:fs/promises';
import { ForkloreError } from '../base/errors.js';
import { renderReplay } from '../report/replay.js';
import { shownSteps } from '../sim/explore/display.js';
import { readTrace, runTrace } from '../sim/explore/trace.js';
import { PROPERTIES, propertyIndex } from '../sim/property/properties.js';

/** `forklore replay FILE`: runs a saved trace again, from its choices. Exit 0 when it fails as recorded, else 1. */
export async function runReplay(file: string, out: { write(text: string): void }): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new ForkloreError('input', `${file}: no such file`);
  });
  const trace = readTrace(file, text);
  const { run, ended } = runTrace(trace);
  const steps = shownSteps(run);
  const detail =
    ended === 'refused' ? run.refused! : PROPERTIES[propertyIndex(trace.property)].breach;
  out.write(
    renderReplay({
      rule: trace.rule,
      property: trace.property,
      model: trace.features.model,
      steps,
      ended,
      detail,
    }),
  );
  return ended === 'violated' ? 0 : 1;
}
