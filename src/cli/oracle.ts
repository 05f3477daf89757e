/**
 * `npm run test:oracle -- DIR`: replays every trace in DIR (NAME.trace with NAME.expected, both also as .gz) on the
 * maple tree model and compares each result line. Exit 0: all equal; 1: a trace differs; 2: nothing to compare.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { TraceRunner } from '../sim/maple/trace/run.js';

/** Where a trace and the expected results part. */
export interface Mismatch {
  trace: string;
  /** 1-based line of the trace whose result differs; null at the closing line. */
  line: number | null;
  expected: string;
  got: string;
}

const TRACE = /\.trace(\.gz)?$/;

function readLines(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.replace(/\n$/, '').split('\n');
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The result lines of a trace, each with the trace line it belongs to. An exception becomes a line of its own. */
function* results(trace: readonly string[]): Generator<{ line: number | null; text: string }> {
  const runner = new TraceRunner(sha256);
  try {
    for (const [i, text] of trace.entries()) {
      for (const out of runner.step(text, i + 1)) yield { line: i + 1, text: out };
    }
    yield { line: null, text: runner.end() };
  } catch (error) {
    yield { line: null, text: `error: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Replays one trace; the first result that is not as expected, or null. */
export function replayTrace(
  name: string,
  trace: readonly string[],
  expected: readonly string[],
): Mismatch | null {
  let at = 0;
  for (const { line, text } of results(trace)) {
    if (text !== expected[at])
      return { trace: name, line, expected: expected[at] ?? '(nothing)', got: text };
    at++;
  }
  return at === expected.length
    ? null
    : { trace: name, line: null, expected: expected[at], got: '(nothing)' };
}

/** Names of the traces in a folder, without `.trace`, in order. */
export function findTraces(dir: string): string[] {
  return readdirSync(dir)
    .filter((f) => TRACE.test(f))
    .sort();
}

/** The expected results that belong to a trace file, plain or compressed; null when there are none. */
export function expectedFile(dir: string, file: string): string | null {
  const stem = join(dir, file.replace(TRACE, '.expected'));
  return [stem, `${stem}.gz`].find((path) => existsSync(path)) ?? null;
}

/** Replays all traces of a folder. Returns the exit code; `print` receives the report. */
export function runOracle(dir: string | undefined, print: (line: string) => void): number {
  if (dir === undefined || !existsSync(dir) || !statSync(dir).isDirectory()) {
    print(
      `test:oracle: ${dir ?? '(no folder given)'}: not a folder; usage: npm run test:oracle -- DIR`,
    );
    return 2;
  }
  const files = findTraces(dir);
  if (files.length === 0) {
    print(`test:oracle: ${dir}: no *.trace or *.trace.gz in it`);
    return 2;
  }
  let failed = 0;
  for (const file of files) {
    const bad = compare(dir, file);
    if (bad === null) continue;
    failed++;
    print(`${bad.trace}${bad.line === null ? ', at the end' : `:${bad.line}`}`);
    print(`  expected ${bad.expected}`);
    print(`  got      ${bad.got}`);
  }
  print(`${files.length - failed} of ${files.length} traces as expected`);
  return failed ? 1 : 0;
}

function compare(dir: string, file: string): Mismatch | null {
  const expected = expectedFile(dir, file);
  if (expected === null)
    return { trace: file, line: null, expected: '(no file with the expected results)', got: '' };
  try {
    return replayTrace(file, readLines(join(dir, file)), readLines(expected));
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    return { trace: file, line: null, expected: '(readable files)', got };
  }
}

const self = process.argv[1];
if (
  self !== undefined &&
  existsSync(self) &&
  realpathSync(self) === fileURLToPath(import.meta.url)
) {
  process.exitCode = runOracle(process.argv[2], (line) => process.stdout.write(`${line}\n`));
}
