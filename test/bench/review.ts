// Whole-process time of `forklore review`, from the start of node to its end: `npm run bench:review`. See README.md.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from './args.js';
import { measure } from './process.js';
import { projectRoot } from './root.js';
import { medians } from './stats.js';

interface Input {
  name: string;
  args: string[];
  /** Exit code that a right answer gives. */
  code: number;
}

const root = projectRoot();
const shared = process.env.FORKLORE_SHARED ?? join(root, '..', 'shared');
const mail = (name: string): string => join(root, 'fixtures', 'mails', name);
const seed = join(shared, 'corpus', 'seed-reply-hildenbrand.mbox');

const inputs: Input[] = [
  { name: 'seed mail, no tree', args: [seed], code: 0 },
  { name: 'like the seed, no tree', args: [mail('seed-like.mbox')], code: 0 },
  {
    name: 'locks the copy, with a tree',
    args: [mail('lock-copy.mbox'), '--tree', join(root, 'fixtures', 'mini-6.12')],
    code: 1,
  },
].filter((i) => existsSync(i.args[0]));

const cells = (a: string, ...rest: string[]): string =>
  `${a.padEnd(30)}${rest.map((x) => x.padStart(8)).join('')}\n`;

/** Measures every input; returns false when one of them is answered wrongly. */
function main(runs: number): boolean {
  let right = true;
  if (!existsSync(seed)) process.stdout.write('FORKLORE_SHARED has no corpus: without the seed\n');
  process.stdout.write(cells('forklore review', 'wall s', 'cpu s', 'MB', 'exit'));
  const traces = mkdtempSync(join(tmpdir(), 'forklore-bench-'));
  const command = [join(root, 'dist', 'cli', 'main.js'), 'review', '--quiet', '--traces', traces];
  for (const { name, args, code } of inputs) {
    const all = Array.from({ length: runs }, () =>
      measure(process.execPath, [...command, ...args], root),
    );
    if (all.some((m) => m.code !== code)) right = false;
    const m = medians(all);
    const exit = m.code === code ? String(m.code) : `${m.code}!=${code}`;
    process.stdout.write(
      cells(name, m.wall.toFixed(2), m.cpu.toFixed(2), m.megabytes.toFixed(0), exit),
    );
  }
  rmSync(traces, { recursive: true });
  process.stdout.write(`load ${loadavg()[0].toFixed(1)}\n`);
  return right;
}

try {
  process.exitCode = main(parseArgs(process.argv.slice(2)).runs) ? 0 : 1;
} catch (e) {
  process.stderr.write(`${(e as Error).message}\n`);
  process.exitCode = 2;
}
