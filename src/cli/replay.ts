import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { ForkloreError } from '../base/errors.js';
import { renderReplay } from '../report/replay.js';
import { renderStep } from '../report/steps.js';
import { shownSteps, threadNames } from '../sim/explore/display.js';
import { viewState } from '../sim/explore/state-view.js';
import { readTrace, runTrace } from '../sim/explore/trace.js';
import { PROPERTIES, propertyIndex } from '../sim/property/properties.js';

type Ran = ReturnType<typeof runTrace>;

/** `forklore replay FILE`: runs a saved trace again, from its choices. Exit 0 when it fails as recorded, else 1. */
export async function runReplay(
  file: string,
  flags: { step?: boolean },
  out: { write(text: string): void },
): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new ForkloreError('input', `${file}: no such file`);
  });
  const trace = readTrace(file, text);
  const ran = runTrace(trace);
  const { run, ended } = ran;
  if (flags.step) await walk(ran, out);
  const detail =
    ended === 'refused' ? run.refused! : PROPERTIES[propertyIndex(trace.property)].breach;
  out.write(
    renderReplay({
      rule: trace.rule,
      property: trace.property,
      model: trace.features.model,
      steps: flags.step ? [] : shownSteps(run, ran.system.system.threads),
      ended,
      detail,
    }),
  );
  return ended === 'violated' ? 0 : 1;
}

/** Prints the steps one by one, each with the state after it; at a terminal the Enter key goes on, `q` ends. */
async function walk({ run, system }: Ran, out: { write(text: string): void }): Promise<void> {
  const names = threadNames(run, system.system.threads);
  const shown = shownSteps(run, system.system.threads);
  const visible = run.steps.filter((s) => !s.info.hidden);
  const interactive = process.stdin.isTTY && process.stdout.isTTY;
  const prompt = interactive
    ? createInterface({ input: process.stdin, output: process.stdout })
    : null;
  for (const [k, s] of visible.entries()) {
    // hidden steps between two shown ones belong to the later one
    const after = viewState(system.system, system.shared, names, s.after, s.nodes);
    const last = k === 0 ? null : visible[k - 1];
    const before = last
      ? viewState(system.system, system.shared, names, last.after, last.nodes)
      : after;
    const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
    out.write(`${renderStep({ step: shown[k], state: after, changed }, k + 1, visible.length)}\n`);
    if (prompt && k + 1 < visible.length && (await prompt.question('')).trim() === 'q') break;
  }
  prompt?.close();
}
