import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One run of a program, as a whole process. */
export interface Measured {
  /** Seconds on the clock. */
  wall: number;
  /** Seconds of processor time, user and system; NaN where GNU time is not installed. */
  cpu: number;
  /** Peak memory; NaN where GNU time is not installed. */
  megabytes: number;
  code: number | null;
  out: string;
  err: string;
}

const GNU_TIME = '/usr/bin/time';
const MAX_OUTPUT = 64 << 20;

/** Runs a program to its end. Never throws for what the program does; throws when it can not be started. */
export function measure(command: string, args: readonly string[], cwd: string): Measured {
  const timed = existsSync(GNU_TIME);
  const folder = mkdtempSync(join(tmpdir(), 'forklore-bench-'));
  const report = join(folder, 'time');
  const all = timed ? ['-f', '%U %S %M', '-o', report, command, ...args] : [...args];
  const started = performance.now();
  const r = spawnSync(timed ? GNU_TIME : command, all, {
    cwd,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
  });
  const wall = (performance.now() - started) / 1000;
  if (r.error) throw r.error;
  const used = timed ? readFileSync(report, 'utf8').trim().split('\n').pop()!.split(' ') : [];
  rmSync(folder, { recursive: true });
  const [user, system, kilobytes] = timed ? used.map(Number) : [NaN, NaN, NaN];
  return {
    wall,
    cpu: user + system,
    megabytes: kilobytes / 1024,
    code: r.status,
    out: r.stdout,
    err: r.stderr,
  };
}

/** The program can be run here. */
export function available(command: string): boolean {
  return !spawnSync(command, ['--version'], { encoding: 'utf8' }).error;
}
