// Whole-process time of `forklore review`, from the start of node to its end: `npm run bench:review`. See README.md.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from './args.js';
import { kernelPatches } from './kernel-patches.js';
import { available, type Measured, measure } from './process.js';
import { projectRoot } from './root.js';
import { medians } from './stats.js';

interface Input {
  name: string;
  args: string[];
  /** Exit code that a right answer gives. */
  code: number;
  /** The patched file, for the semantic patch that is run beside it; null: not compared. */
  patched: string | null;
}

/** An input with mutants held against what passes, or without. */
interface Row extends Input {
  mutants: boolean;
}

const root = projectRoot();
const shared = process.env.FORKLORE_SHARED ?? join(root, '..', 'shared');
const kernel = process.env.FORKLORE_KERNEL_612 ?? null;
const mail = (name: string): string => join(root, 'fixtures', 'mails', name);
const seed = join(shared, 'corpus', 'seed-reply-hildenbrand.mbox');
const COCCI = join(root, 'test', 'bench', 'peers', 'dup_mmap_lock.cocci');
/** Goals: seconds with mutants; without: seconds, of the processor too, MB and part of spatch's time. */
const GOAL = { mutants: 5, wall: 1, cpu: 1, megabytes: 200, part: 1 / 3 };

const print = (text: string) => process.stdout.write(`${text}\n`);
const cells = (a: string, ...rest: string[]): string =>
  `${a.padEnd(36)}${rest.map((x) => x.padStart(8)).join('')}`;

async function inputsOf(folder: string): Promise<Input[]> {
  const bare = { patched: null };
  const own = [
    { ...bare, name: 'seed mail, no tree', args: [seed], code: 0 },
    { ...bare, name: 'like the seed, no tree', args: [mail('seed-like.mbox')], code: 0 },
    {
      ...bare,
      name: 'locks the copy, with a tree',
      args: [mail('lock-copy.mbox'), '--tree', join(root, 'fixtures', 'mini-6.12')],
      code: 1,
    },
  ].filter((i) => existsSync(i.args[0]));
  if (!kernel) return own;
  const made = await kernelPatches(kernel, folder);
  const args = (patch: string) => [patch, '--tree', kernel];
  return [...own, ...made.map((p) => ({ ...p, name: `6.12: ${p.name}`, args: args(p.patch) }))];
}

/** Ours and, where there is a file for it, spatch; alternating, so that both meet the same noise. */
function compare(i: Row, runs: number, traces: string): { ours: Measured; spatch: number | null } {
  const main = join(root, 'dist', 'cli', 'main.js');
  const quick = i.mutants ? [] : ['--no-mutants'];
  const command = [main, 'review', '--quiet', '--no-cache', '--traces', traces, ...quick];
  const ours: Measured[] = [];
  const peer: Measured[] = [];
  for (let n = 0; n < runs; n++) {
    ours.push(measure(process.execPath, [...command, ...i.args], root));
    if (i.patched !== null && !i.mutants && available('spatch')) {
      const args = ['--very-quiet', '--no-includes', '-D', 'report', '--sp-file', COCCI, i.patched];
      peer.push(measure('spatch', args, root));
    }
  }
  const wrong = ours.find((m) => m.code !== i.code);
  return { ours: wrong ?? medians(ours), spatch: peer.length ? medians(peer).wall : null };
}

/** Measures every input; returns false when one of them is answered wrongly. */
async function main(runs: number): Promise<boolean> {
  if (!existsSync(seed)) print('FORKLORE_SHARED has no corpus: without the seed');
  if (!kernel) print("FORKLORE_KERNEL_612 is not set: without reviews of Debian's 6.12");
  else if (!available('spatch')) print('spatch is not installed (apt-get install coccinelle)');
  print(cells('forklore review', 'wall s', 'cpu s', 'MB', 'exit', 'spatch', 'part', 'goals'));
  const folder = mkdtempSync(join(tmpdir(), 'forklore-bench-'));
  let right = true;
  const rows = (await inputsOf(folder)).flatMap((i): Row[] => [
    { ...i, mutants: false },
    { ...i, name: `  with mutants`, mutants: true },
  ]);
  for (const i of rows) {
    const { ours: m, spatch } = compare(i, runs, folder);
    const ok = m.code === i.code;
    right &&= ok;
    print(
      cells(
        i.name,
        ...[m.wall.toFixed(2), m.cpu.toFixed(2), m.megabytes.toFixed(0)],
        ok ? String(m.code) : `${m.code}!=${i.code}`,
        spatch === null ? '-' : spatch.toFixed(2),
        spatch === null ? '-' : (m.wall / spatch).toFixed(2),
        marks(i, m, spatch),
      ),
    );
  }
  rmSync(folder, { recursive: true });
  print(
    'goals missed: W over 1 s, P over 1 s of processor time, M over 200 MB, S over a third of spatch; with mutants: W over 5 s',
  );
  print(`load ${loadavg()[0].toFixed(1)}`);
  return right;
}

function marks({ mutants }: Row, m: Measured, spatch: number | null): string {
  if (mutants) return m.wall > GOAL.mutants ? 'W' : 'ok';
  const missed = [
    m.wall > GOAL.wall ? 'W' : '',
    m.cpu > GOAL.cpu ? 'P' : '',
    m.megabytes > GOAL.megabytes ? 'M' : '',
    spatch !== null && m.wall > spatch * GOAL.part ? 'S' : '',
  ];
  return missed.join('') || 'ok';
}

try {
  process.exitCode = (await main(parseArgs(process.argv.slice(2)).runs)) ? 0 : 1;
} catch (e) {
  process.stderr.write(`${(e as Error).message}\n`);
  process.exitCode = 2;
}
