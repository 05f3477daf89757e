import { writeSync } from 'node:fs';
import type { NipaResult } from '../report/nipa.js';

/** Writes the line of a NIPA test to the file descriptor that `$DESC_FD` names, else below the log; returns its exit code. */
export function describe({ code, line }: NipaResult, out: { write(text: string): void }): number {
  const fd = Number(process.env.DESC_FD ?? '');
  const given = /^\d+$/.test(process.env.DESC_FD ?? '') && fd > 2;
  try {
    if (given) writeSync(fd, `${line}\n`);
  } catch {
    // a descriptor that is not open: the line is in the log all the same
  }
  out.write(`${line}\n`);
  return code;
}
