// The explorer against SPIN, side by side: `npm run bench:explore`. See README.md.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Args, parseArgs } from './args.js';
import type { Asked } from './asked.js';
import { casesFor } from './cases.js';
import { goals } from './goals.js';
import { type OurRun, runOurs } from './ours.js';
import { available } from './process.js';
import { hotLines, profileCase } from './profile.js';
import { type Asking, askFresh, askResidents } from './residents.js';
import { projectRoot } from './root.js';
import { type Row, wrongVerdicts } from './row.js';
import { runSpin, type SpinRun } from './spin.js';
import { medians } from './stats.js';
import { goalLines, LEGEND, processorLine, residentLine, tableHead, tableRow } from './table.js';

/** Of the orders in which processes that run already are asked. */
const SEED = 20261126;

const print = (text: string) => process.stdout.write(`${text}\n`);

const root = projectRoot();
const miniature = join(root, 'fixtures', 'mini-6.12');
const model = join(root, 'test', 'bench', 'peers', 'fork.pml');
const kernel = process.env.FORKLORE_KERNEL_612 ?? null;

async function rowOf(q: Asking, args: Args, withSpin: boolean, resident: Asked): Promise<Row> {
  const { tree, case: c, mode } = q;
  const fresh: Asked[] = [];
  const ours: OurRun[] = [];
  const kept: OurRun[] = [];
  const spin: SpinRun[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'forklore-bench-'));
  runOurs(root, tree, c, mode, { kept: folder });
  // alternating, so that all meet the same noise
  for (let n = 0; n < args.runs; n++) {
    ours.push(runOurs(root, tree, c, mode));
    kept.push(runOurs(root, tree, c, mode, { kept: folder }));
    fresh.push(await askFresh(root, q));
    if (withSpin && c.spin) spin.push(runSpin(model, c, mode));
  }
  rmSync(folder, { recursive: true });
  const mine = { ours: medians(ours), kept: medians(kept), fresh: medians(fresh), resident };
  return { case: c, mode, ...mine, spin: spin.length ? medians(spin) : null };
}

/** All questions of the table, in its order. */
const questions = (quick: boolean): Asking[] =>
  casesFor({ quick, kernel: kernel !== null }).flatMap((c) =>
    c.modes.map((mode) => ({ tree: c.kernel ? kernel! : miniature, case: c, mode })),
  );

async function compare(args: Args): Promise<number> {
  const withSpin = !args.alone && available('spin') && available('gcc');
  const load = loadavg()[0].toFixed(1);
  print(`node ${process.version}, ${cpus().length} cores, load ${load}, ${args.runs} run(s) each`);
  if (!withSpin && !args.alone)
    print('spin or gcc is not installed: ours only (apt-get install spin gcc)');
  if (!kernel) print("FORKLORE_KERNEL_612 is not set: without the real dup_mmap of Debian's 6.12");
  const asked = await askResidents(root, questions(args.quick), args.runs, SEED);
  print(`\n${tableHead()}`);
  const rows: Row[] = [];
  for (const [q, answer] of asked.answers) {
    const row = await rowOf(q, args, withSpin, answer);
    rows.push(row);
    print(tableRow(row));
  }
  print(`\n${LEGEND}\n`);
  for (const line of goalLines(goals(rows))) print(line);
  print(processorLine(rows));
  print(residentLine(rows, asked));
  print(`load at the end ${loadavg()[0].toFixed(1)}`);
  const { before, megabytes } = asked;
  if (args.json)
    writeFileSync(
      args.json,
      `${JSON.stringify({ kernel, load, before, megabytes, rows }, null, 1)}\n`,
    );
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
  process.exitCode = args.profile ? profile(args) : await compare(args);
} catch (e) {
  process.stderr.write(`${(e as Error).message}\n`);
  process.exitCode = 2;
}
