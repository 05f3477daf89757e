import { watch } from 'node:fs';

/** Milliseconds of rest after which a change counts: editors write a file in several steps. */
const REST = 200;

/** Runs `work` now and after each change below `folders`, until the process is ended. */
export async function watching(
  folders: readonly string[],
  work: () => Promise<void>,
): Promise<never> {
  let changed = true;
  let wake = () => {};
  for (const folder of new Set(folders))
    watch(folder, { recursive: true }, () => {
      changed = true;
      wake();
    });
  for (;;) {
    if (!changed) await new Promise<void>((resolve) => (wake = resolve));
    await new Promise((resolve) => setTimeout(resolve, REST));
    changed = false;
    await work();
  }
}
