import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { ForkloreError } from '../base/errors.js';
import type { KeepTrace } from '../judge/finding.js';
import { writeTrace } from '../sim/explore/trace.js';
import { writeWhole } from './write-whole.js';

/** Folder for traces when none was named: the user's own, below the system's temporary directory. */
export function defaultTraceFolder(): string {
  return join(tmpdir(), `forklore-${userInfo().uid}`);
}

function prepare(folder: string, own: boolean): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const s = lstatSync(folder);
  // a folder that somebody else put there first could redirect what is written
  if (own && (!s.isDirectory() || (process.getuid && s.uid !== process.getuid())))
    throw new ForkloreError('input', `${folder}: is not a folder of yours; use --traces DIR`);
}

/** Writes each trace to `folder` under a name made from its content; the reader is told the replay command. */
export function traceKeeper(folder: string | null): KeepTrace {
  const dir = folder === null ? defaultTraceFolder() : resolve(folder);
  let ready = false;
  return (trace) => {
    const text = writeTrace(trace);
    const file = join(dir, `${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`);
    try {
      if (!ready) prepare(dir, folder === null);
      ready = true;
      writeWhole(file, text, 0o600);
    } catch (e) {
      if (e instanceof ForkloreError) throw e;
      throw new ForkloreError(
        'input',
        `${file}: can not be written (${(e as Error).message}); use --traces DIR`,
      );
    }
    return `forklore replay ${file}`;
  };
}
