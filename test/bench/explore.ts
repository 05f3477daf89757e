// The explorer against SPIN, side by side: `npm run bench:explore`. See README.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Args, parseArgs } from './args.js';
import { type Case, casesFor, type Mode } from './cases.js';
import { goals } from './goals.js';
import { type OurRun, runOurs } from './ours.js';
import { available } from './process.js';
import { hotLines, profileCase } from './profile.js';
import { projectRoot } from './root.js';
import { type Row, wrongVerdicts } from './row.js';
import { runSpin, type SpinRun } from './spin.js';
import { medians } from './stats.js';
import { goalLines, LEGEND, processorLine, tableHead, tableRow } from './table.js';

const print = (text: string) => process.stdout.write(`${text}\n`);

const root = projectRoot();
const miniature = join(root, 'fixtures', 'mini-6.12');
const model = join(root, 'test', 'bench', 'peers', 'fork.pml');
const kernel = process.env.FORKLORE_KERNEL_612 ?? null;

function rowOf(c: Case, mode: Mode, args: Args, withSpin: boolean): Row {
  const ours: OurRun[] = [];
  const kept: OurRun[] = [];
  const spin: SpinRun[] = [];
  const tree = c.kernel ? kernel! : miniature;
  const folder = mkdtempSync(join(tmpdir(), 'forklore-bench-'));
  runOurs(root, tree, c, mode, { kept: folder });
  // alternating, so that all meet the same noise
  for (let n = 0; n < args.runs; n++) {
    ours.push(runOurs(root, tree, c, mode));
    kept.push(runOurs(root, tree, c, mode, { kept: folder }));
    if (withSpin && c.spin) spin.push(runSpin(model, c, mode));
  }
  rmSync(folder, { recursive: true });
  const peer = spin.length ? medians(spin) : null;
  return { case: c, mode, ours: medians(ours), kept: medians(kept), spin: peer };
}

function compare(args: Args): number {
  const withSpin = !args.alone && available('spin') && available('gcc');
  const load = loadavg()[0].toFixed(1);
  print(`node ${process.version}, ${cpus().length} cores, load ${load}, ${args.runs} run(s) each`);
  if (!withSpin && !args.alone)
    print('spin or gcc is not installed: ours only (apt-get install spin gcc)');
  if (!kernel) print("FORKLORE_KERNEL_612 is not set: without the real dup_mmap of Debian's 6.12");
  print(`\n${tableHead()}`);
  const rows: Row[] = [];
  for (const c of casesFor({ quick: args.quick, kernel: kernel !== null }))
    for (const mode of c.modes) {
      const row = rowOf(c, mode, args, withSpin);
      rows.push(row);
      print(tableRow(row));
    }
  print(`\n${LEGEND}\n`);
  for (const line of goalLines(goals(rows))) print(line);
  print(processorLine(rows));
  print(`load at the end ${loadavg()[0].toFixed(1)}`);
  if (args.json) writeFileSync(args.json, `${JSON.stringify({ kernel, load, rows }, null, 1)}\n`);
  const wrong = rows.flatMap(wrongVerdicts);
  for (const w of wrong) print(`WRONG VERDICT  ${w}`);
  return wrong.length ? 1 : 0;
}

function profile(args: Args): number {
  const c = casesFor({ quick: args.quick, kernel: false })
    .filter((x) => x.mutant === 0 && x.threads === 2)
    .pop()!;
  print(`K=${c.vmas}, ${c.threads} threads, exhaustive: self time, hottest functions first`);
  for (const line of hotLines(profileCase(root, miniature, c, 10))) print(line);
  return 0;
}

try {
  const args = parseArgs(process.argv.slice(2));
  process.exitCode = args.profile ? profile(args) : compare(args);
} catch (e) {
  process.stderr.write(`${(e as Error).message}\n`);
  process.exitCode = 2;
}
